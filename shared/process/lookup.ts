import type { ItemId, LocationId } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { available } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { ROLES } from '../roles.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, kept, message, stay } from './answer.ts'
import type { Fact, Input, Next, Process, ProcessState, Prompt, PromptLine, Start } from './process.ts'
import { badLabel, itemsIn, mistaken } from './readings.ts'
import { isVirtual } from './virtual.ts'

export type LookupState = ProcessState & {
  process: 'lookup'
  at: 'ask' | 'item' | 'location'
  item: ItemId | null
  location: LocationId | null
}

const FRESH: LookupState = { process: 'lookup', key: 'lookup', at: 'ask', confirm: null, item: null, location: null }

const start = (start: Start, view: View): Next<LookupState> => {
  if ('item' in start && view.item(start.item) !== undefined)
    return go({ ...FRESH, at: 'item', item: start.item }, 'ok', 'shown')
  if ('location' in start && view.location(start.location) !== undefined)
    return go({ ...FRESH, at: 'location', location: start.location }, 'ok', 'shown')
  return go(FRESH, 'ok', 'scan.anything')
}

/** Look-up books nothing: it is a detour that leaves the step below it as it was. */
const show = (state: LookupState, resolved: Resolved): Next<LookupState> => {
  const bad = badLabel(state, resolved)
  if (bad !== null) return bad
  const items = new Set(itemsIn(resolved).map(hit => hit.item))
  if (items.size > 1) return stay(state, 'unknown', 'many')
  for (const item of items) return go({ ...state, at: 'item', item, location: null }, 'ok', 'shown')
  const place = resolved.readings.flatMap(r =>
    r.kind === 'location' || r.kind === 'tote' || r.kind === 'carton' || r.kind === 'cart' ? [r.location] : [],
  )[0]
  if (place !== undefined) return go({ ...state, at: 'location', location: place, item: null }, 'ok', 'shown')
  return mistaken(state, resolved)
}

const step = (state: LookupState, input: Input): Next<LookupState> =>
  input.kind === 'scan' ? kept(state, show(state, input.resolved)) : stay(state, 'wrong', 'no.key')

const sum = (rows: readonly StockRow[], of: (row: StockRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

const prompt = (state: LookupState, view: View): Prompt => {
  const item = state.item === null ? undefined : view.item(state.item)
  const place = state.location === null ? undefined : view.location(state.location)
  const rows = (
    item !== undefined ? view.stockOf(item.client, item.id) : place !== undefined ? view.stockAt(place.id) : []
  ).filter(row => !isVirtual(view.location(row.location)))
  const isHidden = rows.some(row => row.hidden === true)
  /** A sum over rows that are withheld would give them away. */
  const total = (of: (row: StockRow) => number): string => (isHidden ? '–' : String(sum(rows, of)))
  const facts: Fact[] =
    item === undefined
      ? []
      : [
          { label: 'fact.onHand', value: total(row => row.onHand), kind: 'quantity' },
          { label: 'fact.reserved', value: total(row => row.reserved), kind: 'quantity' },
          { label: 'fact.available', value: total(available), kind: 'quantity' },
        ]
  return {
    title: { word: 'lookup', code: null },
    progress: null,
    hero:
      item !== undefined
        ? { kind: 'text', value: item.name }
        : place !== undefined
          ? { kind: 'code', value: place.code }
          : { kind: 'none', value: '' },
    facts: place === undefined ? facts : [{ label: 'fact.onHand', value: total(row => row.onHand), kind: 'quantity' }],
    lines: rows.map((row): PromptLine => ({
      id: [row.location, row.lot, row.serial, row.item, row.status, row.lpn].join('/'),
      title: [item === undefined ? (view.item(row.item)?.name ?? '') : '', row.lot, row.serial]
        .filter(Boolean)
        .join(' · '),
      place: item === undefined ? null : (view.location(row.location)?.code ?? ''),
      done: row.onHand,
      wanted: null,
      state: 'open',
      ...(row.hidden === true ? { hidden: true as const } : {}),
    })),
    ask: { kind: 'any', message: message('scan.anything') },
    expects: ['item', 'location', 'tote', 'document', 'task'],
    client: null,
    choices: [],
    keys: [{ command: 'XCBAK', word: 'key.back' }],
    confirm: null,
  }
}

export const lookup: Process<LookupState> = {
  name: 'lookup',
  roles: ROLES,
  states: ['ask', 'item', 'location'],
  commands: [],
  start,
  prompt,
  step,
  decide: () => NOTHING,
  unknown: () => null,
  undo: () => NOTHING,
}
