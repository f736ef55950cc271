import type { Line } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { PHOTO_KEY } from './photo.ts'
import type { Fact, KeyOffer, Prompt, PromptLine } from './process.ts'
import { limitOf } from './receive-limit.ts'
import type { ReceiveState } from './receive-state.ts'

const KEYS: Record<ReceiveState['at'], readonly KeyOffer[]> = {
  document: [{ command: 'XCNDC', word: 'key.noDocument' }],
  line: [{ command: 'XCDNE', word: 'key.done' }, PHOTO_KEY],
  lot: [{ command: 'XCBAK', word: 'key.back' }, PHOTO_KEY],
  expiry: [{ command: 'XCBAK', word: 'key.back' }, PHOTO_KEY],
  serial: [{ command: 'XCBAK', word: 'key.back' }, PHOTO_KEY],
}
const ASK: Record<ReceiveState['at'], Prompt['ask']> = {
  document: { kind: 'document', message: message('scan.doc') },
  line: { kind: 'item', message: message('scan.recv') },
  lot: { kind: 'lot', message: message('scan.lot') },
  expiry: { kind: 'expiry', message: message('scan.expiry') },
  serial: { kind: 'serial', message: message('scan.serial') },
}
const EXPECTS: Record<ReceiveState['at'], Prompt['expects']> = {
  document: ['document', 'item'],
  line: ['item', 'location'],
  lot: ['lot'],
  expiry: ['lot'],
  serial: ['serial'],
}

export const RECEIVE_STATES: readonly string[] = Object.keys(ASK)

export const askReceive = (state: ReceiveState): Prompt['ask'] => ASK[state.at]

export const promptReceive = (state: ReceiveState, view: View): Prompt => {
  const lines = state.document === null ? [] : view.linesOf(state.document).filter(line => line.state !== 'cancelled')
  const listed = lines.filter(line => line.wanted > 0)
  const inHand = state.hand ?? state.last?.hand ?? null
  const item = inHand === null ? undefined : view.item(inHand.item)
  const sums = item === undefined ? null : limitOf(view, state.document, item)
  return {
    title: { word: 'receive', code: state.document === null ? null : (view.document(state.document)?.number ?? null) },
    progress:
      listed.length === 0 ? null : { done: listed.filter(line => line.done >= line.wanted).length, all: listed.length },
    hero:
      sums === null
        ? { kind: 'none', value: '' }
        : { kind: 'number', value: String(sums.received), ...(sums.ordered > 0 ? { of: String(sums.ordered) } : {}) },
    facts: [...(item === undefined || inHand === null ? [] : facts(item.name, inHand)), ...photosOf(state)],
    lines: lines.map(line => lineOf(line, view, item?.id ?? null)),
    ask: askReceive(state),
    expects: EXPECTS[state.at],
    client: state.client,
    choices: [],
    keys: KEYS[state.at],
    confirm: state.confirm,
  }
}

const facts = (name: string, hand: { lot: string; expiry: string | null }): Fact[] => [
  { label: null, value: name, kind: 'text' },
  ...(hand.lot === '' ? [] : [{ label: 'fact.lot' as const, value: hand.lot, kind: 'code' as const }]),
  ...(hand.expiry === null ? [] : [{ label: 'fact.expiry' as const, value: hand.expiry, kind: 'day' as const }]),
]

/** Of what is received next, or of the code that was kept. */
const photosOf = ({ parked, photos = [] }: ReceiveState): Fact[] => {
  const n = (parked?.photos ?? photos).length
  return n === 0 ? [] : [{ label: 'fact.photos', value: String(n), kind: 'quantity' }]
}

const lineOf = (line: Line, view: View, current: string | null): PromptLine => ({
  id: line.id,
  title: view.item(line.item)?.name ?? '',
  place: null,
  done: line.done,
  wanted: line.wanted === 0 ? null : line.wanted,
  state: line.wanted > 0 && line.done >= line.wanted ? 'done' : line.item === current ? 'next' : 'open',
})
