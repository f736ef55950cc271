import type { Line } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import type { WordKey } from './word.ts'
import { PHOTO_KEY } from './photo.ts'
import type { Fact, KeyOffer, Prompt, PromptLine } from './process.ts'
import { ASIDE_ASKS, asideReasons } from './receive-aside.ts'
import { announcedOn, asnTrustOf, restOf } from './receive-asn.ts'
import { limitOf } from './receive-limit.ts'
import { whole } from './receive-state.ts'
import { dateWanted } from './shelf-life.ts'
import type { ReceiveState } from './receive-state.ts'

const BACK: readonly KeyOffer[] = [{ command: 'XCBAK', word: 'key.back' }, PHOTO_KEY]
const DONE: KeyOffer = { command: 'XCDNE', word: 'key.done' }
const LINE: readonly KeyOffer[] = [
  DONE,
  { command: 'XCDMG', word: 'key.damaged' },
  { command: 'XCREJ', word: 'key.reject' },
  { command: 'XCASK', word: 'key.ask' },
  PHOTO_KEY,
]
const keysOf = ({ at, pallet }: ReceiveState): readonly KeyOffer[] => {
  if (at === 'document') return [{ command: 'XCNDC', word: 'key.noDocument' }]
  if (at === 'amount') return [DONE, ...BACK]
  if (at !== 'line') return BACK
  return pallet === null ? LINE : [{ command: 'XCCLS', word: 'key.closePallet' }, ...LINE]
}
const ASK: Record<ReceiveState['at'], Prompt['ask']> = {
  document: { kind: 'document', message: message('scan.doc') },
  line: { kind: 'item', message: message('scan.recv') },
  lot: { kind: 'lot', message: message('scan.lot') },
  expiry: { kind: 'expiry', message: message('scan.expiry') },
  serial: { kind: 'serial', message: message('scan.serial') },
  aside: { kind: 'item', message: message('scan.item') },
  amount: { kind: 'quantity', message: message('how.many') },
  reason: { kind: 'reason', message: message('why') },
}
const EXPECTS: Record<ReceiveState['at'], Prompt['expects']> = {
  document: ['document', 'lpn', 'item'],
  line: ['item', 'lpn', 'location'],
  lot: ['lot'],
  expiry: ['lot'],
  serial: ['serial'],
  aside: ['item'],
  amount: ['item'],
  reason: [],
}

export const RECEIVE_STATES: readonly string[] = Object.keys(ASK)

export const askReceive = ({ at, aside }: ReceiveState): Prompt['ask'] =>
  at === 'aside' && aside !== null ? { kind: 'item', message: message(ASIDE_ASKS[aside]) } : ASK[at]

export const promptReceive = (saved: ReceiveState, view: View): Prompt => {
  const state = whole(saved)
  const lines = state.document === null ? [] : view.linesOf(state.document).filter(line => line.state !== 'cancelled')
  const listed = lines.filter(line => line.wanted > 0)
  const inHand = state.hand ?? state.last?.hand ?? null
  const item = inHand === null ? undefined : view.item(inHand.item)
  const sums = item === undefined ? null : limitOf(view, state.document, item)
  return {
    title: { word: 'receive', code: state.document === null ? null : (view.document(state.document)?.number ?? null) },
    progress:
      listed.length === 0 ? null : { done: listed.filter(line => restOf(line) === 0).length, all: listed.length },
    hero:
      state.hand !== null && state.aside !== null
        ? { kind: 'number', value: String(state.hand.qty) }
        : sums === null
          ? { kind: 'none', value: '' }
          : { kind: 'number', value: String(sums.received), ...(sums.ordered > 0 ? { of: String(sums.ordered) } : {}) },
    facts: [
      ...(state.pallet === null
        ? []
        : [{ label: 'fact.pallet' as const, value: state.pallet.label, kind: 'code' as const }]),
      ...(item === undefined || inHand === null ? [] : facts(item.name, inHand)),
      ...photosOf(state),
    ],
    lines: shownOf(state, lines, view).map(line => lineOf(line, view, item?.id ?? null)),
    ask: state.at === 'expiry' ? { kind: 'expiry', message: message(dateWanted(view, item)) } : askReceive(state),
    expects: EXPECTS[state.at],
    client: state.client,
    choices:
      state.at === 'reason'
        ? asideReasons(state).map(value => ({ word: `reason.${value}` satisfies WordKey, value }))
        : [],
    keys: keysOf(state),
    confirm: state.confirm,
  }
}

/** Of an announced pallet that is to be checked only what was announced on it. */
const shownOf = ({ pallet, document, client }: ReceiveState, lines: readonly Line[], view: View): readonly Line[] => {
  const announced = pallet === null ? [] : announcedOn(view, document, pallet.id)
  const checks = client !== null && asnTrustOf(view, client) !== 'off'
  return checks && announced.length > 0 ? announced : lines
}

const facts = (name: string, hand: { lot: string; expiry: string | null }): Fact[] => [
  { label: null, value: name, kind: 'text' },
  ...(hand.lot === '' ? [] : [{ label: 'fact.lot' as const, value: hand.lot, kind: 'code' as const }]),
  ...(hand.expiry === null ? [] : [{ label: 'fact.expiry' as const, value: hand.expiry, kind: 'day' as const }]),
]

/** Of what is received next, or of the code that was kept. */
const photosOf = ({ parked, photos }: ReceiveState): Fact[] => {
  const n = (parked?.photos ?? photos).length
  return n === 0 ? [] : [{ label: 'fact.photos', value: String(n), kind: 'quantity' }]
}

const lineOf = (line: Line, view: View, current: string | null): PromptLine => ({
  id: line.id,
  title: view.item(line.item)?.name ?? '',
  place: null,
  done: line.done,
  wanted: line.wanted === 0 ? null : line.wanted,
  state: line.wanted > 0 && restOf(line) === 0 ? 'done' : line.item === current ? 'next' : 'open',
})
