import type { CsvCell } from '../../../shared/csv.ts'
import { availableOf, DOCUMENT_SORTS, STOCK_SORTS } from '../../../shared/desk/view.ts'
import type { ExportName, ExportQuery, Head } from '../../../shared/desk/export.ts'
import { isUuid } from '../../../shared/ids.ts'
import type { ClientId, ItemId } from '../../../shared/ids.ts'
import type { StocktakeId } from '../../../shared/desk/stocktake.ts'
import type { Role } from '../../../shared/roles.ts'
import type { AppDeps } from '../deps.ts'
import type { AtDesk } from '../desk-door.ts'
import { refused } from '../refused.ts'
import { endOf, narrowed, readExpiring } from './goods.ts'
import { LOOKERS, ofAllClients, viewer } from './parts.ts'
import { theirs } from './recall.ts'

const PAGE = 500

export type Row = Readonly<Partial<Record<Head, CsvCell>>>
/** What a file is made of, also by a worker that nobody has asked. */
export type ExportDeps = Pick<AppDeps, 'stores' | 'now'>
export type ExportCall = { at: Pick<AtDesk, 'who' | 'warehouse'>; deps: ExportDeps; query: ExportQuery; names: Names }
/** Names of clients and people, for columns that hold ids. */
export type Names = { client: (id: string) => string; person: (id: string | null) => string }
export type ExportList = {
  roles: readonly Role[]
  heads: readonly Head[]
  sorts?: readonly string[]
  pages: (call: ExportCall) => AsyncGenerator<readonly Row[]>
}

/** Page after page, each asked for when the one before it has been taken. */
async function* paging<R>(
  read: (after: string) => Promise<{ rows: readonly R[]; next: string | null }>,
  row: (one: R) => Row,
): AsyncGenerator<readonly Row[]> {
  for (let after: string | null = ''; after !== null;) {
    const { rows, next }: { rows: readonly R[]; next: string | null } = await read(after)
    yield rows.map(row)
    after = next
  }
}

/** What whoever asks counts blind is shown as withheld; an empty cell would be read as nothing. */
const WITHHELD = '–'
const figure = (n: number | null): CsvCell => n ?? WITHHELD

const money = (minor: number | null): number | null => (minor === null ? null : minor / 100)

const idOr = (id: string): string => {
  if (id !== '' && !isUuid(id)) throw refused('bad_request', 'This is no id.')
  return id
}
const needed = (id: string): string => {
  if (!isUuid(id)) throw refused('bad_request', 'This is no id.')
  return id
}

/** None of the list's own is refused: a file in another order than the screen would not be what was shown. */
const sortOf = <T extends string>(sorts: readonly T[], asked: string | undefined): { sort?: T } => {
  if (asked === undefined) return {}
  const sort = sorts.find(one => one === asked)
  if (sort === undefined) throw refused('bad_request', `This list is sorted by ${sorts.join(', ')}.`)
  return { sort }
}

const stock: ExportList = {
  roles: LOOKERS,
  sorts: STOCK_SORTS,
  heads: [
    'place',
    'sku',
    'name',
    'unit',
    'client',
    'lot',
    'serial',
    'expiry',
    'label',
    'status',
    'onHand',
    'reserved',
    'held',
    'available',
  ],
  pages: ({ at, deps, query, names }) => {
    const want = { q: query.q.trim(), limit: PAGE, ...sortOf(STOCK_SORTS, query.sort) }
    return paging(
      after => deps.stores.views.stock(viewer(at), { ...want, after }),
      row => ({
        ...row,
        client: names.client(row.client),
        onHand: figure(row.onHand),
        reserved: figure(row.reserved),
        held: figure(row.held),
        available: figure(availableOf(row)),
      }),
    )
  },
}

const movements: ExportList = {
  roles: LOOKERS,
  heads: [
    'at',
    'receivedAt',
    'worker',
    'device',
    'sku',
    'name',
    'lot',
    'serial',
    'qty',
    'from',
    'fromStatus',
    'to',
    'toStatus',
  ],
  pages: ({ at, deps, query, names }) => {
    if (query.item === '' && query.location === '') throw refused('bad_request', 'Name an item or a place.')
    const want = { item: idOr(query.item), location: idOr(query.location) }
    return paging(
      after => deps.stores.views.movements(viewer(at), { ...want, after, limit: PAGE }),
      row => ({ ...row, qty: figure(row.qty), worker: names.person(row.worker) }),
    )
  },
}

const documents = (kind: 'order' | 'receipt' | 'return'): ExportList => ({
  roles: LOOKERS,
  sorts: DOCUMENT_SORTS,
  heads: ['number', 'partner', 'client', 'due', 'state', 'lines', 'linesDone', 'wanted', 'done', 'short', 'worker'],
  pages: ({ at, deps, query, names }) => {
    const { state, q, sort } = query
    const want = { kind, state, q: q.trim(), limit: PAGE, ...sortOf(DOCUMENT_SORTS, sort) }
    return paging(
      after => deps.stores.views.documents(viewer(at), { ...want, after }),
      row => ({
        ...row,
        client: names.client(row.client),
        worker: row.worker === null ? '' : names.person(row.worker),
      }),
    )
  },
})

const APPROVAL_STATES = ['again', 'provisional', 'review', 'recount', 'approved'] as const

async function* approvalPages({ at, deps, names }: ExportCall): AsyncGenerator<readonly Row[]> {
  const { stores } = deps
  const places = new Map((await stores.views.site(viewer(at))).places.map(({ id, code }) => [id, code]))
  for (let after: { openedAt: string; id: string; round: number } | null = null, more = true; more;) {
    const rows: Awaited<ReturnType<typeof stores.desk.variances>> = await stores.desk.variances({
      ...viewer(at),
      device: null,
      worker: at.who.id,
      states: APPROVAL_STATES,
      after,
      limit: PAGE,
    })
    const items = [...new Set(rows.map(row => row.variance.key.item))] satisfies ItemId[]
    const known = new Map(
      (await stores.views.names(viewer(at), { items, documents: [] })).items.map(one => [one.id, one]),
    )
    yield rows.map(({ variance, cost }) => ({
      at: variance.openedAt,
      place: places.get(variance.key.location) ?? '',
      sku: known.get(variance.key.item)?.sku ?? '',
      name: known.get(variance.key.item)?.name ?? '',
      client: names.client(variance.key.client),
      lot: variance.key.lot,
      serial: variance.key.serial,
      status: variance.key.status,
      book: variance.book,
      counted: variance.seen,
      delta: variance.delta,
      value: money(cost === null ? null : cost * variance.delta),
      worker: names.person(variance.worker),
      state: variance.state,
      reason: variance.reason ?? '',
    }))
    const last = rows.at(-1)?.variance
    after = last === undefined ? null : { openedAt: last.openedAt, id: last.id, round: last.round }
    more = rows.length === PAGE
  }
}

const approvals: ExportList = {
  roles: ['supervisor'],
  heads: [
    'at',
    'place',
    'sku',
    'name',
    'client',
    'lot',
    'serial',
    'status',
    'book',
    'counted',
    'delta',
    'value',
    'worker',
    'state',
    'reason',
  ],
  pages: approvalPages,
}

const audit: ExportList = {
  roles: ['administrator'],
  heads: ['at', 'worker', 'kind', 'subject', 'outcome'],
  pages: ({ at, deps, names }) => {
    ofAllClients(at)
    return paging(
      after => deps.stores.views.audit(at.warehouse, { after, limit: PAGE }),
      row => ({ ...row, worker: names.person(row.worker) }),
    )
  },
}

/** Who received the lot: what a recall is answered with. */
async function* recallPages({ at, deps, query }: ExportCall): AsyncGenerator<readonly Row[]> {
  const lot = { client: needed(query.client) as ClientId, item: needed(query.item) as ItemId, lot: query.lot }
  const found = await deps.stores.recalls.lot(viewer(at), lot)
  if (found === null) throw refused('not_found', 'There is no such lot.')
  for (const { id, name } of await theirs(deps, at.who, lot, LOOKERS)) {
    const { went, lies } = await deps.stores.recalls.trace(id, lot, at.who.id)
    const goods = { warehouse: name, sku: found.sku, name: found.name, lot: found.lot }
    yield went.map(row => ({
      ...goods,
      kind: 'went',
      at: row.at,
      number: row.number,
      partner: row.partner,
      carrier: row.carrier ?? '',
      tracking: row.tracking.join(' '),
      serial: row.serials.join(' '),
      qty: row.qty,
    }))
    yield lies.map(row => ({
      ...goods,
      kind: 'lies',
      place: row.place,
      label: row.label,
      serial: row.serial,
      status: row.status,
      qty: figure(row.onHand),
      reserved: figure(row.reserved),
    }))
  }
}

const recall: ExportList = {
  roles: LOOKERS,
  heads: [
    'kind',
    'warehouse',
    'sku',
    'name',
    'lot',
    'serial',
    'qty',
    'at',
    'number',
    'partner',
    'carrier',
    'tracking',
    'place',
    'label',
    'status',
    'reserved',
  ],
  pages: recallPages,
}

const expiring: ExportList = {
  roles: LOOKERS,
  heads: [
    'expiry',
    'daysLeft',
    'state',
    'sku',
    'name',
    'client',
    'lot',
    'serial',
    'place',
    'label',
    'status',
    'onHand',
    'reserved',
    'value',
  ],
  pages: ({ at, deps, query, names }) => {
    const client = idOr(query.client) as ClientId | ''
    return paging(
      after => readExpiring(at, { days: query.days, client, after, limit: String(PAGE) }, deps),
      row => ({
        ...row,
        client: names.client(row.client),
        onHand: figure(row.onHand),
        reserved: figure(row.reserved),
        value: row.onHand === null ? WITHHELD : money(row.value),
      }),
    )
  },
}

const past: ExportList = {
  roles: LOOKERS,
  heads: ['sku', 'name', 'unit', 'client', 'place', 'lot', 'status', 'onHand', 'value'],
  pages: ({ at, deps, query, names }) => {
    const seen = narrowed(at, idOr(query.client) as ClientId | '')
    const before = endOf(at, query.day, deps)
    const want = { basis: query.basis, by: query.by, limit: PAGE }
    return paging(
      async after => deps.stores.goods.past(seen, { ...want, before: await before, after }),
      row => ({
        ...row,
        client: names.client(row.client),
        onHand: figure(row.onHand),
        value: row.onHand === null ? WITHHELD : money(row.value),
      }),
    )
  },
}

async function* stocktakePages({ at, deps, query, names }: ExportCall): AsyncGenerator<readonly Row[]> {
  ofAllClients(at)
  const found = await deps.stores.stocktakes.read(at.warehouse, needed(query.id) as StocktakeId, at.who.id)
  if (found === null) throw refused('not_found', 'There is no such stocktake.')
  yield found.report.differences.map(row => ({
    ...row,
    client: names.client(row.client),
    value: money(row.value),
    worker: row.counters.map(names.person).join(', '),
  }))
  yield found.report.skipped.map(row => ({ place: row.place, reason: row.reason, state: 'skipped' }))
}

const stocktake: ExportList = {
  roles: ['supervisor', 'administrator'],
  heads: [
    'place',
    'sku',
    'name',
    'client',
    'lot',
    'serial',
    'status',
    'book',
    'counted',
    'delta',
    'value',
    'state',
    'reason',
    'worker',
  ],
  pages: stocktakePages,
}

export const LISTS: Readonly<Record<ExportName, ExportList>> = {
  stock,
  movements,
  orders: documents('order'),
  receipts: documents('receipt'),
  returns: documents('return'),
  approvals,
  audit,
  recall,
  expiring,
  past,
  stocktake,
}
