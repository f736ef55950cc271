import type { View } from '../ledger/world.ts'
import type { StockRow } from '../ledger/stock.ts'
import { message } from './answer.ts'
import { withheld } from './count-blind.ts'
import { labelOf } from './lpn.ts'
import { reasonsFor, statusesFor } from './move-change.ts'
import { othersInHand } from './move-several.ts'
import type { MoveState } from './move-state.ts'
import { statusesHere } from './move-take.ts'
import type { WordKey } from './word.ts'
import type { Fact, KeyOffer, Prompt, PromptLine } from './process.ts'

const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const PARTLY: KeyOffer = { command: 'XCPAR', word: 'key.partly' }
const KEYS: Record<MoveState['at'], readonly KeyOffer[]> = {
  from: [],
  goods: [{ command: 'XCALL', word: 'key.whole' }, BACK],
  lot: [BACK],
  serial: [BACK],
  which: [BACK],
  to: [
    { command: 'XCDMG', word: 'key.damaged' },
    { command: 'XCSTA', word: 'key.status' },
    { command: 'XCSCR', word: 'key.scrap' },
    BACK,
  ],
  status: [BACK],
  reason: [BACK],
}
const ASK: Record<MoveState['at'], Prompt['ask']> = {
  from: { kind: 'location', message: message('move.from') },
  goods: { kind: 'item', message: message('scan.item') },
  lot: { kind: 'lot', message: message('scan.lot') },
  serial: { kind: 'serial', message: message('scan.serial') },
  which: { kind: 'reason', message: message('which.status') },
  to: { kind: 'location', message: message('move.to') },
  status: { kind: 'reason', message: message('which.status') },
  reason: { kind: 'reason', message: message('why') },
}
const EXPECTS: Record<MoveState['at'], Prompt['expects']> = {
  from: ['location', 'lpn', 'cart', 'tote', 'carton'],
  goods: ['item', 'lpn', 'location'],
  lot: ['lot'],
  serial: ['serial'],
  which: [],
  to: ['location', 'lpn', 'cart', 'item'],
  status: [],
  reason: [],
}

export const MOVE_STATES: readonly string[] = Object.keys(ASK)

export const askMove = (state: MoveState): Prompt['ask'] => ASK[state.at]

export const promptMove = (state: MoveState, view: View): Prompt => {
  const { load, from } = state
  const rows = from === null ? [] : view.stockAt(from).filter(row => row.onHand > 0)
  const goods = load?.kind === 'goods' ? load : null
  return {
    title: { word: 'move', code: from === null ? null : (view.location(from)?.code ?? null) },
    progress: null,
    hero: heroOf(state, view),
    facts: [
      ...othersInHand(state),
      ...(goods === null ? [] : goodsFacts(view, goods)),
      ...(from === null || load === null
        ? []
        : [{ label: 'fact.from' as const, value: view.location(from)?.code ?? '', kind: 'code' as const }]),
    ],
    lines: withheld(rows, view)
      .slice(0, 50)
      .map(row => lineOf(row, view, goods?.item === row.item && goods.lot === row.lot)),
    ask: askMove(state),
    expects: EXPECTS[state.at],
    client: goods?.client ?? null,
    choices: choicesOf(state, view),
    keys: keysOf(state),
    confirm: state.confirm,
  }
}

const keysOf = ({ process, load, at }: MoveState): readonly KeyOffer[] => {
  if (load === null || load.kind === 'goods' || at !== 'to') return KEYS[at]
  return load.kind === 'pallet' && process === 'move' ? [PARTLY, BACK] : [BACK]
}

const heroOf = ({ load, from }: MoveState, view: View): Prompt['hero'] => {
  switch (load?.kind) {
    case 'goods':
      return { kind: 'number', value: String(load.qty) }
    case 'pallet':
      return { kind: 'code', value: load.label }
    case 'mobile':
      return { kind: 'code', value: view.location(load.mobile)?.code ?? '' }
    case 'whole':
    case undefined:
      return from === null ? { kind: 'none', value: '' } : { kind: 'code', value: view.location(from)?.code ?? '' }
  }
}

const goodsFacts = (view: View, goods: { item: StockRow['item']; lot: string; serial: string }): Fact[] => [
  { label: null, value: view.item(goods.item)?.name ?? '', kind: 'text' },
  ...(goods.lot === '' ? [] : [{ label: 'fact.lot' as const, value: goods.lot, kind: 'code' as const }]),
  ...(goods.serial === '' ? [] : [{ label: 'fact.serial' as const, value: goods.serial, kind: 'code' as const }]),
]

const lineOf = (row: StockRow, view: View, isNext: boolean): PromptLine => ({
  id: [row.item, row.lot, row.serial, row.lpn, row.status].join('/'),
  title: [view.item(row.item)?.name ?? '', row.lot, row.serial, labelOf(view, row.lpn)].filter(Boolean).join(' · '),
  place: null,
  done: row.onHand,
  wanted: null,
  state: isNext ? 'next' : 'open',
  ...(row.hidden === true ? { hidden: true } : {}),
})

const choicesOf = (state: MoveState, view: View): Prompt['choices'] => {
  if (state.at === 'status' || state.at === 'which')
    return (state.at === 'which' ? statusesHere(state, view) : statusesFor(state)).map(status => ({
      word: `status.${status}` as WordKey,
      value: status,
    }))
  if (state.at === 'reason')
    return reasonsFor(state).map(reason => ({ word: `reason.${reason}` as WordKey, value: reason }))
  return []
}
