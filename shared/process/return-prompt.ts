import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import type { WordKey } from './word.ts'
import { PHOTO_KEY } from './photo.ts'
import type { Fact, KeyOffer, Moment, Prompt } from './process.ts'
import { dispositionsFor, RETURN_REASONS, returnNumber, sentAndBack, whole } from './return-state.ts'
import type { ReturnState } from './return-state.ts'
import { dateWanted } from './shelf-life.ts'

const ASK: Record<ReturnState['at'], Prompt['ask']> = {
  document: { kind: 'document', message: message('ret.scan') },
  goods: { kind: 'item', message: message('ret.item') },
  lot: { kind: 'lot', message: message('scan.lot') },
  expiry: { kind: 'expiry', message: message('scan.expiry') },
  serial: { kind: 'serial', message: message('scan.serial') },
  reason: { kind: 'reason', message: message('why') },
  state: { kind: 'reason', message: message('ret.state') },
  photo: { kind: 'photo', message: message('photo.ask') },
  place: { kind: 'location', message: message('ret.place') },
}
const EXPECTS: Record<ReturnState['at'], Prompt['expects']> = {
  document: ['document', 'carton'],
  goods: ['item'],
  lot: ['lot'],
  expiry: ['lot'],
  serial: ['serial'],
  reason: [],
  state: [],
  photo: [],
  place: ['lpn', 'location'],
}
export const RETURN_STATES: readonly string[] = Object.keys(ASK)

const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const keysOf = ({ at, hand }: ReturnState): readonly KeyOffer[] => {
  if (at === 'document') return [{ command: 'XCNDC', word: 'key.noDocument' }]
  if (at === 'photo') return [PHOTO_KEY, { command: 'XCSKP', word: 'key.noPhoto' }, BACK]
  if (at !== 'goods') return [BACK, ...(hand === null ? [] : [PHOTO_KEY])]
  return [{ command: 'XCDNE', word: 'key.done' }, ...(hand === null ? [] : [PHOTO_KEY, BACK])]
}

export const askReturn = (state: ReturnState): Prompt['ask'] =>
  state.at === 'goods' && state.hand !== null ? { kind: 'item', message: message('ret.more') } : ASK[state.at]

export const promptReturn = (saved: ReturnState, view: View, moment: Moment): Prompt => {
  const state = whole(saved)
  const { document, order, hand } = state
  const known = document === null ? undefined : view.document(document)
  const item = hand === null ? undefined : view.item(hand.item)
  const sums = item === undefined ? null : sentAndBack(view, document, order, item.id)
  const lines = document === null ? [] : view.linesOf(document).filter(line => line.state !== 'cancelled')
  const number =
    document === null
      ? null
      : (known?.number ?? returnNumber(document, order === null ? undefined : view.document(order)))
  return {
    title: { word: 'return', code: number },
    progress: null,
    hero:
      hand === null || sums === null
        ? { kind: 'none', value: '' }
        : {
            kind: 'number',
            value: String(hand.qty),
            ...(Number.isFinite(sums.sent) && sums.sent > 0 ? { of: String(sums.sent - sums.back) } : {}),
          },
    facts: [
      ...(state.pallet === null
        ? []
        : [{ label: 'fact.pallet' as const, value: state.pallet.label, kind: 'code' as const }]),
      ...(item === undefined || hand === null ? [] : facts(item.name, hand, state.photos)),
    ],
    lines: lines.map(line => ({
      id: line.id,
      title: view.item(line.item)?.name ?? '',
      place: null,
      done: line.done,
      wanted: line.wanted === 0 ? null : line.wanted,
      state: line.item === hand?.item ? 'next' : line.wanted > 0 && line.done >= line.wanted ? 'done' : 'open',
    })),
    ask: state.at === 'expiry' ? { kind: 'expiry', message: message(dateWanted(view, item)) } : askReturn(state),
    expects: EXPECTS[state.at],
    ...(state.at === 'document' ? { past: true as const } : {}),
    client: state.client,
    choices: choicesOf(state, view, moment),
    keys: keysOf(state),
    confirm: state.confirm,
  }
}

const choicesOf = (state: ReturnState, view: View, moment: Moment): Prompt['choices'] => {
  if (state.at === 'reason') return RETURN_REASONS.map(value => ({ word: `reason.${value}` satisfies WordKey, value }))
  const item = state.hand === null ? undefined : view.item(state.hand.item)
  if (state.at !== 'state' || item === undefined) return []
  return dispositionsFor(view, state, item, moment).map(value => ({
    word: `dispose.${value}` satisfies WordKey,
    value,
  }))
}

const facts = (
  name: string,
  hand: { lot: string; serial: string; expiry: string | null },
  photos: readonly string[],
): Fact[] => [
  { label: null, value: name, kind: 'text' },
  ...(hand.lot === '' ? [] : [{ label: 'fact.lot' as const, value: hand.lot, kind: 'code' as const }]),
  ...(hand.serial === '' ? [] : [{ label: 'fact.serial' as const, value: hand.serial, kind: 'code' as const }]),
  ...(hand.expiry === null ? [] : [{ label: 'fact.expiry' as const, value: hand.expiry, kind: 'day' as const }]),
  ...(photos.length === 0
    ? []
    : [{ label: 'fact.photos' as const, value: String(photos.length), kind: 'quantity' as const }]),
]
