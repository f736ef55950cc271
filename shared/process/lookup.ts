import { dueDay } from '../due.ts'
import type { DocumentId, ItemId, LocationId, LpnId } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { available } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor, zoneOf } from '../policy.ts'
import { ROLES } from '../roles.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, kept, message, stay } from './answer.ts'
import { withheld } from './count-blind.ts'
import type { Fact, Input, Next, Process, ProcessState, Prompt, PromptLine, Start } from './process.ts'
import { badLabel, itemsIn, mistaken } from './readings.ts'
import { isVirtual } from './virtual.ts'

export type LookupState = ProcessState & {
  process: 'lookup'
  at: 'ask' | 'item' | 'location' | 'lpn' | 'label' | 'document'
  item: ItemId | null
  location: LocationId | null
  lpn: LpnId | null
  document: DocumentId | null
  /** A lot or serial: of the item, or of whatever item has it. */
  label: string | null
}

const FRESH: LookupState = {
  process: 'lookup',
  key: 'lookup',
  at: 'ask',
  confirm: null,
  item: null,
  location: null,
  lpn: null,
  document: null,
  label: null,
}

const shown = (seen: Partial<LookupState>): Next<LookupState> => go({ ...FRESH, ...seen }, 'ok', 'shown')

const start = (start: Start, view: View): Next<LookupState> => {
  if ('item' in start && view.item(start.item) !== undefined) return shown({ at: 'item', item: start.item })
  if ('location' in start && view.location(start.location) !== undefined)
    return shown({ at: 'location', location: start.location })
  return go(FRESH, 'ok', 'scan.anything')
}

/** Look-up books nothing: it is a detour that leaves the step below it as it was. */
const show = (state: LookupState, resolved: Resolved, view: View): Next<LookupState> => {
  const bad = badLabel(state, resolved)
  if (bad !== null) return bad
  const { fields, readings, scan } = resolved
  const items = new Set(itemsIn(resolved).map(hit => hit.item))
  if (items.size > 1) return stay(state, 'unknown', 'many')
  for (const item of items) return shown({ at: 'item', item, label: fields.serial ?? fields.lot ?? null })
  for (const reading of readings) {
    if (reading.kind === 'lpn') return shown({ at: 'lpn', lpn: reading.lpn })
    if (reading.kind === 'document') return shown({ at: 'document', document: reading.document })
    const order = reading.kind === 'task' ? view.task(reading.task)?.document : undefined
    if (order != null) return shown({ at: 'document', document: order })
    if ('location' in reading) return shown({ at: 'location', location: reading.location })
  }
  // A lot or serial is no code of its own: it is known by the goods that have it.
  if (readings.length === 0 && view.stockLabelled(scan.text).length > 0) return shown({ at: 'label', label: scan.text })
  return mistaken(state, resolved)
}

const step = (state: LookupState, input: Input, view: View): Next<LookupState> =>
  input.kind === 'scan' ? kept(state, show(state, input.resolved, view)) : stay(state, 'wrong', 'no.key')

const sum = (rows: readonly StockRow[], of: (row: StockRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

const rowsOf = ({ at, item, location, lpn, label }: LookupState, view: View): readonly StockRow[] => {
  const known = item === null ? undefined : view.item(item)
  const all = (): readonly StockRow[] => {
    if (at === 'item' && known !== undefined) return view.stockOf(known.client, known.id)
    if (at === 'location' && location !== null) return view.stockAt(location)
    if (at === 'lpn' && lpn !== null) return view.stockOn(lpn)
    return at === 'label' && label !== null ? view.stockLabelled(label) : []
  }
  const isOf = (row: StockRow): boolean => label === null || row.lot === label || row.serial === label
  const rows = all().filter(row => isOf(row) && !isVirtual(view.location(row.location)))
  return withheld(rows, view)
}

const heroOf = ({ item, location, lpn, label, document }: LookupState, view: View): Prompt['hero'] => {
  const name = item === null ? undefined : view.item(item)?.name
  if (name !== undefined) return { kind: 'text', value: name }
  const code =
    (location === null ? undefined : view.location(location)?.code) ??
    (lpn === null ? undefined : view.lpn(lpn)?.label) ??
    (document === null ? undefined : view.document(document)?.number) ??
    label
  return code === null ? { kind: 'none', value: '' } : { kind: 'code', value: code }
}

const factsOf = (state: LookupState, rows: readonly StockRow[], view: View): readonly Fact[] => {
  /** A sum over rows that are withheld would give them away. */
  const isHidden = rows.some(row => row.hidden === true)
  const total = (label: Fact['label'], of: (row: StockRow) => number): Fact => ({
    label,
    value: isHidden ? '–' : String(sum(rows, of)),
    kind: 'quantity',
  })
  const onHand = total('fact.onHand', row => row.onHand)
  const document = state.document === null ? undefined : view.document(state.document)
  if (document !== undefined)
    return [
      { label: null, value: document.partner, kind: 'text' },
      ...(document.due === null
        ? []
        : [{ label: 'fact.due', value: dueDay(document.due, zoneOf(view.policies)), kind: 'day' } as const]),
    ]
  if (state.at === 'location') return [onHand]
  if (state.at === 'lpn') {
    const place = rows[0] === undefined ? undefined : view.location(rows[0].location)?.code
    return [onHand, ...(place === undefined ? [] : [{ label: 'fact.place', value: place, kind: 'code' } as const])]
  }
  if (state.at !== 'item' && state.at !== 'label') return []
  const days = rows.flatMap(row => view.lot(row.client, row.item, row.lot)?.expiry ?? [])
  const expiry = state.label === null ? undefined : days[0]
  return [
    onHand,
    total('fact.reserved', row => row.reserved),
    total('fact.available', available),
    ...(state.at === 'item' && state.label !== null
      ? [{ label: 'fact.lot', value: state.label, kind: 'code' } as const]
      : []),
    ...(expiry === undefined ? [] : [{ label: 'fact.expiry', value: expiry, kind: 'day' } as const]),
  ]
}

const stockLine = (state: LookupState, row: StockRow, view: View): PromptLine => ({
  id: [row.location, row.lot, row.serial, row.item, row.status, row.lpn].join('/'),
  title: [state.at === 'item' ? '' : (view.item(row.item)?.name ?? ''), row.lot, row.serial]
    .filter(Boolean)
    .join(' · '),
  place: state.at === 'location' ? null : (view.location(row.location)?.code ?? ''),
  done: row.onHand,
  wanted: null,
  state: 'open',
  ...(row.hidden === true ? { hidden: true as const } : {}),
})

/** What was ordered is not shown of a delivery that is received blind. */
const documentLines = (id: DocumentId, view: View): readonly PromptLine[] => {
  const document = view.document(id)
  const isBlind = document?.kind === 'receipt' && policyFor(view.policies, document.client).receive.blindExpected
  return view.linesOf(id).map(line => ({
    id: line.id,
    title: view.item(line.item)?.name ?? '',
    place: null,
    done: line.done,
    wanted: isBlind ? null : line.wanted,
    state: line.state === 'open' ? 'open' : line.state === 'short' ? 'short' : 'done',
  }))
}

const prompt = (state: LookupState, view: View): Prompt => {
  const rows = rowsOf(state, view)
  return {
    title: { word: 'lookup', code: null },
    progress: null,
    hero: heroOf(state, view),
    facts: factsOf(state, rows, view),
    picture: state.item === null ? null : (view.item(state.item)?.picture ?? null),
    lines: state.document === null ? rows.map(row => stockLine(state, row, view)) : documentLines(state.document, view),
    ask: { kind: 'any', message: message('scan.anything') },
    expects: ['item', 'location', 'tote', 'carton', 'cart', 'lpn', 'document', 'task'],
    client: null,
    choices: [],
    keys: [{ command: 'XCBAK', word: 'key.back' }],
    confirm: null,
  }
}

export const lookup: Process<LookupState> = {
  name: 'lookup',
  roles: ROLES,
  states: ['ask', 'item', 'location', 'lpn', 'label', 'document'],
  commands: [],
  start,
  prompt,
  step,
  decide: () => NOTHING,
  unknown: () => null,
  undo: () => NOTHING,
}
