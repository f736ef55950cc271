import { keyOf } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { statusesHere } from './count-goods.ts'
import { dueAgain, expectedRows, keyAt, missingItem, seenOf, settledCount } from './count-state.ts'
import type { CountState, SeenRow } from './count-state.ts'
import { labelOf } from './lpn.ts'
import type { WordKey } from './word.ts'
import { PHOTO_KEY } from './photo.ts'
import type { Fact, KeyOffer, Prompt, PromptLine } from './process.ts'
import { dateWanted } from './shelf-life.ts'

const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const DONE: KeyOffer = { command: 'XCDNE', word: 'key.done' }
const EMPTY: KeyOffer = { command: 'XCMPT', word: 'key.empty' }
const UNMATCHED: KeyOffer = { command: 'XCUNM', word: 'key.unmatched' }

const KINDS: Record<CountState['at'], Prompt['ask']['kind']> = {
  place: 'location',
  goods: 'item',
  lot: 'lot',
  expiry: 'expiry',
  serial: 'serial',
  status: 'reason',
  again: 'item',
  missing: 'reason',
  unmatched: 'reason',
}
export const COUNT_STATES: readonly string[] = Object.keys(KINDS)

const EXPECTS: Record<CountState['at'], Prompt['expects']> = {
  place: ['location', 'tote', 'carton', 'cart'],
  goods: ['item', 'lpn', 'location', 'tote', 'carton', 'cart'],
  lot: ['lot'],
  expiry: [],
  serial: ['serial'],
  status: [],
  again: ['item', 'lpn', 'location'],
  missing: ['item', 'lpn'],
  unmatched: ['item', 'lpn'],
}

export const askCount = (state: CountState, view: View): Prompt['ask'] => {
  const kind = KINDS[state.at]
  switch (state.at) {
    case 'place':
      return { kind, message: message('count.place') }
    case 'goods':
      return state.row === null
        ? { kind, message: message('count.next') }
        : { kind: 'quantity', message: message('how.many') }
    case 'lot':
      return { kind, message: message('scan.lot') }
    case 'expiry':
      return { kind, message: message(dateWanted(view, state.hand === null ? undefined : view.item(state.hand.item))) }
    case 'serial':
      return { kind, message: message('scan.serial') }
    case 'status':
      return { kind, message: message('which.status') }
    case 'again':
      return { kind, message: message('count.again', { item: nameOf(view, dueAgain(state, view)?.item) }) }
    case 'missing':
      return { kind, message: message('count.none', { item: nameOf(view, missingItem(state, view)?.item) }) }
    case 'unmatched':
      return { kind, message: message('count.unmatched', { n: state.unmatched.length }) }
  }
}

const nameOf = (view: View, item: StockKey['item'] | undefined): string =>
  item === undefined ? '' : (view.item(item)?.name ?? '')

export const promptCount = (before: CountState, view: View): Prompt => {
  const state = settledCount(before, view)
  const { row, location } = state
  const task = state.task === null ? undefined : view.task(state.task)
  const place = location ?? task?.count?.location ?? null
  return {
    title: { word: 'count', code: place === null ? null : (view.location(place)?.code ?? null) },
    progress: progressOf(state, view),
    hero: heroOf(state, view),
    facts: row === null ? [] : factsOf(row.key, view),
    lines: linesOf(state, view),
    ask: askCount(state, view),
    expects: EXPECTS[state.at],
    client: null,
    choices: choicesOf(state, view),
    keys: keysOf(state),
    confirm: state.confirm,
  }
}

const heroOf = (state: CountState, view: View): Prompt['hero'] => {
  const { row, at } = state
  if (at === 'place') {
    const task = state.task === null ? undefined : view.task(state.task)
    const place = task?.count ? view.location(task.count.location)?.code : undefined
    return place === undefined ? { kind: 'none', value: '' } : { kind: 'code', value: place }
  }
  if (at === 'again') return { kind: 'text', value: nameOf(view, dueAgain(state, view)?.item) }
  if (at === 'missing') return { kind: 'text', value: nameOf(view, missingItem(state, view)?.item) }
  return row === null ? { kind: 'none', value: '' } : { kind: 'number', value: String(row.qty) }
}

const factsOf = (key: StockKey, view: View): Fact[] => [
  { label: null, value: nameOf(view, key.item), kind: 'text' },
  ...(key.lot === '' ? [] : [{ label: 'fact.lot' as const, value: key.lot, kind: 'code' as const }]),
  ...(key.serial === '' ? [] : [{ label: 'fact.serial' as const, value: key.serial, kind: 'code' as const }]),
  ...(labelOf(view, key.lpn) === ''
    ? []
    : [{ label: 'fact.pallet' as const, value: labelOf(view, key.lpn), kind: 'code' as const }]),
]

/** Where nothing is withheld and the count was prepared, the counter sees what is due. */
const showsBook = ({ hidden, mode }: CountState): boolean => !hidden && (mode === 'guided' || mode === 'total')

const SHOWN = 50

/** What is due or was counted here. Of a row that is to be counted again nothing is shown: it begins from nothing. */
const linesOf = (state: CountState, view: View): readonly PromptLine[] => {
  const { location } = state
  if (location === null) return []
  const line = (key: StockKey, seen: SeenRow | undefined, wanted: number | null): PromptLine => ({
    id: [key.item, key.lot, key.serial, key.lpn, key.status].join('/'),
    title: [nameOf(view, key.item), key.lot, key.serial, labelOf(view, key.lpn)].filter(Boolean).join(' · '),
    place: null,
    done: seen === undefined || seen.due ? 0 : seen.qty,
    wanted: seen?.due === true ? null : wanted,
    state: seen === undefined ? 'open' : seen.due ? 'next' : 'done',
  })
  const expected = showsBook(state) ? expectedRows(state, view) : []
  const known = expected.map(row => line(keyOf(row), seenOf(state, keyOf(row)), row.onHand))
  const ids = new Set(known.map(one => one.id))
  const found = state.seen.map(row => line(keyAt(location, row), row, null)).filter(one => !ids.has(one.id))
  return [...known, ...found].slice(0, SHOWN)
}

const progressOf = (state: CountState, view: View): Prompt['progress'] => {
  if (!showsBook(state) || state.location === null) return null
  const rows = expectedRows(state, view)
  return { done: rows.filter(row => seenOf(state, keyOf(row)) !== undefined).length, all: rows.length }
}

const CHOICES = 9

const choicesOf = (state: CountState, view: View): Prompt['choices'] => {
  switch (state.at) {
    case 'status':
      return statusesHere(state, view).map(status => ({ word: `status.${status}` as WordKey, value: status }))
    case 'missing':
      return [
        { word: 'key.none', value: 'none' },
        { word: 'key.notCounted', value: 'not' },
      ]
    case 'unmatched':
      return state.unmatched
        .slice(0, CHOICES)
        .map(({ scan }) => ({ word: 'key.settled', value: scan, code: scan.slice(0, 30) }))
    default:
      return []
  }
}

const keysOf = (state: CountState): readonly KeyOffer[] => {
  const isClosing = state.leaving !== null
  switch (state.at) {
    case 'place':
      return []
    case 'goods':
    case 'again':
    case 'serial':
      return [
        DONE,
        ...(state.at === 'serial' ? [] : [EMPTY]),
        ...(state.unmatched.length > 0 ? [UNMATCHED] : []),
        ...(state.row !== null || state.unmatched.length > 0 ? [PHOTO_KEY] : []),
        ...(isClosing || state.at === 'serial' ? [BACK] : []),
      ]
    case 'unmatched':
      return [DONE, BACK]
    case 'lot':
    case 'expiry':
    case 'status':
    case 'missing':
      return [BACK]
  }
}
