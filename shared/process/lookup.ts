import type { Task, Worker } from '../catalogue.ts'
import { dueDay } from '../due.ts'
import type { DocumentId, ItemId, LocationId, LpnId } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { available, keyOf, STATUSES } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { mayDo, ROLES } from '../roles.ts'
import { policyFor, zoneOf } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { MovesOf } from '../sync/moves.ts'
import { go, kept, message, stay } from './answer.ts'
import { count } from './count.ts'
import { withheld } from './count-blind.ts'
import { labelOf } from './lpn.ts'
import { move } from './move.ts'
import type {
  Fact,
  Input,
  KeyOffer,
  Moment,
  Next,
  Process,
  ProcessState,
  Prompt,
  PromptLine,
  Start,
} from './process.ts'
import { putaway } from './putaway.ts'
import { WAITS } from './putaway-task.ts'
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
  /** The row that was chosen of those that are shown, by the id of its line. */
  row: string | null
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
  row: null,
}

const shown = (seen: Partial<LookupState>): Next<LookupState> => go({ ...FRESH, ...seen }, 'ok', 'shown')

const start = (start: Start, view: View): Next<LookupState> => {
  if ('item' in start && view.item(start.item) !== undefined) return shown({ at: 'item', item: start.item })
  if ('location' in start && view.location(start.location) !== undefined)
    return shown({ at: 'location', location: start.location })
  return go(FRESH, 'ok', 'scan.anything')
}

/** Look-up books nothing: it is a detour that leaves the step below it as it was. */
const show = (state: LookupState, resolved: Resolved, view: View, { clients }: Worker): Next<LookupState> => {
  const bad = badLabel(state, resolved)
  if (bad !== null) return bad
  const { fields, scan } = resolved
  const readings = resolved.readings.filter(
    one => !('client' in one) || clients === null || clients.includes(one.client),
  )
  if (readings.length < resolved.readings.length && readings.length === 0) return stay(state, 'wrong', 'other.client')
  const items = new Set(itemsIn({ readings }).map(hit => hit.item))
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

const step = (state: LookupState, input: Input, view: View, { worker }: Moment): Next<LookupState> => {
  switch (input.kind) {
    case 'scan':
      return kept(state, show(state, input.resolved, view, worker))
    case 'number':
      return choose(state, input.value, view)
    case 'choice':
      return choose(state, input.n, view)
    default:
      return stay(state, 'wrong', 'no.key')
  }
}

/** What is opened from here is about the row that was chosen. */
const choose = (state: LookupState, n: number, view: View): Next<LookupState> => {
  const row = rowsOf(state, view)[n - 1]
  if (row === undefined) return stay(state, 'wrong', 'no.key')
  const where = view.location(row.location)?.code ?? ''
  return go({ ...state, row: idOf(row) }, 'ok', 'look.chosen', { item: view.item(row.item)?.name ?? '', place: where })
}

/**
 * What Move, Count or Put away are opened with from what is shown: the row that was chosen, else the only one, else the
 * place or the pallet. Null = a row has to be chosen first.
 */
export const startFrom = (state: LookupState, view: View): Start | null => {
  const rows = rowsOf(state, view)
  const row = rows.find(one => idOf(one) === state.row) ?? (rows.length === 1 ? rows[0] : undefined)
  // Of what is counted blind a row does not say what lies there: the place is opened.
  if (row !== undefined) return row.hidden === true ? { location: row.location } : { row: keyOf(row) }
  if (state.at === 'location' && state.location !== null) return { location: state.location }
  return state.at === 'lpn' && state.lpn !== null ? { lpn: state.lpn } : null
}

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

/** How much lies in each other state than available, where any does. */
const apart = (rows: readonly StockRow[]): readonly Fact[] =>
  STATUSES.filter(status => status !== 'available').flatMap((status): Fact[] => {
    const n = sum(
      rows.filter(row => row.status === status),
      row => row.onHand,
    )
    return n === 0 ? [] : [{ label: `status.${status}`, value: String(n), kind: 'quantity' }]
  })

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
  if (state.at === 'location') return [onHand, ...workAt(state.location, view)]
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
    ...(isHidden ? [] : apart(rows)),
    ...(state.at === 'item' && state.label !== null
      ? [{ label: 'fact.lot', value: state.label, kind: 'code' } as const]
      : []),
    ...(expiry === undefined ? [] : [{ label: 'fact.expiry', value: expiry, kind: 'day' } as const]),
    ...(state.at === 'item' && state.item !== null ? codesOf(state.item, view) : []),
  ]
}

/** What can be scanned for the item: of one unit, then of each packaging with what is in it. */
const codesOf = (id: ItemId, view: View): readonly Fact[] => {
  const item = view.item(id)
  if (item === undefined) return []
  const packs = item.packagings.flatMap(({ quantity, codes }) => codes.map(code => `${quantity} × ${code}`))
  return [...item.codes, ...packs]
    .slice(0, MAX_CODES)
    .map((value, n): Fact => ({ label: n === 0 ? 'fact.codes' : null, value, kind: 'code' }))
}
const MAX_CODES = 6

/** Work that is not over and takes goods from the place, or counts it, by its process. */
const workAt = (place: LocationId | null, view: View): readonly Fact[] => {
  const isHere = (task: Task): boolean => {
    if (task.count) return task.count.location === place
    if (task.goods) return task.goods.from.location === place
    if (task.kind !== 'pick' || task.document === null) return false
    return view.linesOf(task.document).some(({ claims }) => claims.some(({ location }) => location === place))
  }
  const here = place === null ? [] : [...view.tasks()].filter(task => !OVER.has(task.state) && isHere(task))
  return WORK.flatMap((kind): Fact[] => {
    const n = here.filter(task => task.kind === kind).length
    return n === 0 ? [] : [{ label: kind, value: String(n), kind: 'quantity' }]
  })
}
const OVER: ReadonlySet<Task['state']> = new Set(['done', 'cancelled'])
const WORK = ['pick', 'putaway', 'replenish', 'putback', 'count'] as const

const idOf = (row: StockRow): string => [row.location, row.lot, row.serial, row.item, row.status, row.lpn].join('/')

const stockLine = (state: LookupState, row: StockRow, view: View): PromptLine => ({
  id: idOf(row),
  title: [state.at === 'item' ? '' : (view.item(row.item)?.name ?? ''), row.lot, row.serial]
    .filter(Boolean)
    .join(' · '),
  place: state.at === 'location' ? null : (view.location(row.location)?.code ?? ''),
  done: row.onHand,
  wanted: null,
  state: idOf(row) === state.row ? 'next' : 'open',
  ...(row.hidden === true ? { hidden: true as const } : {}),
  status: row.status,
  facts: rowFacts(state, row, view),
})

/** What is not told of the row anyway. A figure that is withheld is told by none of its parts. */
const rowFacts = (state: LookupState, row: StockRow, view: View): readonly Fact[] => {
  const lpn = state.at === 'lpn' ? '' : labelOf(view, row.lpn)
  const pallet: readonly Fact[] = lpn === '' ? [] : [{ label: 'fact.pallet', value: lpn, kind: 'code' }]
  if (row.hidden === true) return pallet
  const some = (label: Fact['label'], n: number): readonly Fact[] =>
    n === 0 ? [] : [{ label, value: String(n), kind: 'quantity' }]
  return [
    ...pallet,
    ...some('fact.reserved', row.reserved),
    ...some('fact.held', row.held),
    { label: 'fact.available', value: String(available(row)), kind: 'quantity' },
  ]
}

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

const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const MOVE: KeyOffer = { command: 'XCMVE', word: 'move' }
const COUNT: KeyOffer = { command: 'XCCNT', word: 'count' }
const PUT_AWAY: KeyOffer = { command: 'XCPUT', word: 'putaway' }
const MOVES: KeyOffer = { command: 'XCHIS', word: 'key.moves' }

/** What the last movements may be asked of; null = nothing is shown, or a document. */
export const movesOf = ({ at, item, location, lpn, label }: LookupState): MovesOf | null => {
  if (at === 'item' && item !== null) return { kind: 'item', item, label }
  if (at === 'location' && location !== null) return { kind: 'location', location }
  if (at === 'lpn' && lpn !== null) return { kind: 'lpn', lpn }
  return at === 'label' && label !== null ? { kind: 'label', label } : null
}

/** What can be begun with what is shown, by whoever may do it. */
const keysOf = (state: LookupState, rows: readonly StockRow[], view: View, { worker }: Moment): readonly KeyOffer[] => {
  const may = (process: Pick<Process, 'roles'>): boolean => mayDo(worker.roles, process.roles)
  const waits = rows.some(row => WAITS.has(view.location(row.location)?.kind ?? ''))
  return [
    ...(waits && may(putaway) ? [PUT_AWAY] : []),
    ...(rows.length > 0 && may(move) ? [MOVE] : []),
    ...((rows.length > 0 || state.at === 'location') && may(count) ? [COUNT] : []),
    ...(movesOf(state) === null ? [] : [MOVES]),
    BACK,
  ]
}

const prompt = (state: LookupState, view: View, moment: Moment): Prompt => {
  const rows = state.document === null ? rowsOf(state, view) : []
  return {
    title: { word: 'lookup', code: null },
    progress: null,
    hero: heroOf(state, view),
    facts: factsOf(state, rows, view),
    picture: state.item === null ? null : (view.item(state.item)?.picture ?? null),
    lines: state.document === null ? rows.map(row => stockLine(state, row, view)) : documentLines(state.document, view),
    ...(rows.length > 1 ? { picks: true } : {}),
    ask: { kind: 'any', message: message('scan.anything') },
    expects: ['item', 'location', 'tote', 'carton', 'cart', 'lpn', 'document', 'task'],
    client: null,
    choices: [],
    keys: keysOf(state, rows, view, moment),
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
