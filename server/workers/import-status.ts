import type { DocumentId } from '../../shared/ids.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { Inbound } from '../erp/connector.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { DecisionTx } from '../sync/ports.ts'
import { bookDocuments } from './import-documents.ts'
import type { ErpDocument } from './documents.ts'
import type { ImportDeps } from './import.ts'
import { hashOf, newest } from './import-items.ts'
import { emptyPage } from './import-port.ts'
import type { Delivery, PageWrite, RecordFlaw, Remote, StoredLabel } from './import-port.ts'
import { flawOf, unreadable } from './quality.ts'

const PAGE = 200
/** Records of one kind that wait and are tried again in one round: the newest, because what is of no order of ours waits for good. */
const MOST_WAITING = 1000

/** Kinds that are kept as they come. */
type Kept = 'lot' | 'partner' | 'location' | 'cancellation' | 'delivery' | 'carrierLabel'
/** What records make. `waits`: those that name something which we do not have, or not yet. */
type Booking = {
  waits?: readonly string[]
  flaws?: readonly RecordFlaw[]
  page?: Pick<PageWrite, 'deliveries' | 'labels'>
  run?: (tx: DecisionTx) => Promise<void>
}
type Book<K extends Kept> = (deps: ImportDeps, fresh: readonly Inbound[K][]) => Promise<Booking>
type At = { cursor: string | null; moved: boolean; flaws: readonly RecordFlaw[]; seen: readonly string[] }

/** Pages until the ERP has no more. */
const pullKept = async <K extends Kept>(
  deps: ImportDeps,
  kind: K,
  book: Book<K>,
  signal: AbortSignal,
): Promise<void> => {
  for (let more = true; more;) {
    const cursor = await deps.store.cursor(deps.id, kind)
    const pulled = await deps.connector.pull(kind, cursor, PAGE, signal)
    const at = { cursor: pulled.next, moved: pulled.next !== cursor, seen: pulled.flaws.map(flaw => flaw.id) }
    await putKept(deps, kind, book, pulled.items, { ...at, flaws: unreadable(pulled.flaws) })
    more = pulled.more
  }
}

/** What is as it was writes nothing; what names something unknown waits alone. */
const putKept = async <K extends Kept>(
  deps: ImportDeps,
  kind: K,
  book: Book<K>,
  records: readonly Inbound[K][],
  at: At,
): Promise<void> => {
  const known = await deps.store.known(
    deps.id,
    kind,
    records.map(record => record.id),
  )
  const fresh = newest(records).filter(record => known.get(record.id)?.hash !== hashOf(record))
  const { waits = [], flaws = [], page = {}, run = null } = fresh.length === 0 ? {} : await book(deps, fresh)
  const taken = fresh.filter(record => !waits.includes(record.id))
  const seen = [...fresh.map(record => record.id), ...at.seen]
  if (seen.length === 0 && !at.moved) return
  const write: PageWrite = {
    ...emptyPage(kind, at.cursor),
    ...page,
    seen,
    flaws: [...flaws, ...at.flaws],
    waits: fresh.flatMap(record => (waits.includes(record.id) ? [{ kind, remote: record.id, record }] : [])),
    remotes: taken.map((record): Remote => {
      const remote = record.id
      const id = derivedId('remote', deps.id, kind, remote)
      return { kind, id, remote, hash: hashOf(record), record: kind === 'carrierLabel' ? null : record }
    }),
  }
  await deps.store.putPage({ warehouse: deps.warehouse, connector: deps.id, now: deps.now() }, write, run)
  if (run !== null) deps.ring()
}

/** Records that waited for an order or an item: tried again; those that wait on are not touched. */
const retryKept = async <K extends Kept>(deps: ImportDeps, kind: K, book: Book<K>): Promise<void> => {
  const waiting = await deps.store.waiting(deps.id, kind, MOST_WAITING, 'newest')
  if (waiting.length === 0) return
  const records = waiting.map(row => row.record as Inbound[K])
  const { waits = [] } = await book(deps, records)
  const found = records.filter(record => !waits.includes(record.id))
  await putKept(deps, kind, book, found, { cursor: null, moved: false, flaws: [], seen: [] })
}

const retryThenPull = async <K extends Kept>(
  deps: ImportDeps,
  kind: K,
  book: Book<K>,
  signal: AbortSignal,
): Promise<void> => {
  await retryKept(deps, kind, book)
  await pullKept(deps, kind, book, signal)
}

/** Partners and locations: candidates for the mapping, nothing that the floor sees. */
export const importCandidates = (deps: ImportDeps, kind: 'partner' | 'location', signal: AbortSignal): Promise<void> =>
  pullKept(deps, kind, async () => ({}), signal)

/** Expiry dates and blocks of lots. Lots of items that we do not have wait for them: their item brings a flaw of its own. */
export const importLots = (deps: ImportDeps, signal: AbortSignal): Promise<void> =>
  retryThenPull(deps, 'lot', bookLots, signal)

const bookLots: Book<'lot'> = async (deps, fresh) => {
  const items = await deps.store.itemsByRemote(deps.id, [...new Set(fresh.map(record => record.item))])
  const lots = fresh.flatMap(record => {
    const item = items.get(record.item)
    if (item === undefined || record.lot === '') return []
    const { lot, expiry, blocked } = record
    return [{ client: item.client, item: item.id, lot, expiry: expiry?.slice(0, 10) ?? null, blocked }]
  })
  const waits = fresh.flatMap(record => (items.has(record.item) ? [] : [record.id]))
  if (lots.length === 0) return { waits }
  const run = async (tx: DecisionTx): Promise<void> => {
    const known = makeWorld(await tx.load({ ...NO_NEED, lots }))
    const changed = lots.map(lot => {
      const before = known.lot(lot.client, lot.item, lot.lot)
      const firstReceivedAt = before?.firstReceivedAt ?? null
      return { ...lot, firstReceivedAt, expiry: lot.expiry ?? before?.expiry ?? null }
    })
    await tx.write({ body: { kind: 'import', lots: lots.length }, effects: { ...NOTHING, lots: changed } })
  }
  return { waits, run }
}

/** The document that a record names, as it was last imported. */
const documentsNamed = async (
  deps: ImportDeps,
  remotes: readonly string[],
): Promise<ReadonlyMap<string, { id: DocumentId; record: Inbound['salesOrder'] }>> => {
  const known = await deps.store.known(deps.id, 'document', [...new Set(remotes)])
  return new Map(
    [...known].map(([remote, row]) => [
      remote,
      { id: row.id as DocumentId, record: row.record as Inbound['salesOrder'] },
    ]),
  )
}

/** A cancellation always wins on paper; what has been picked is put back by the floor. */
export const importCancellations = (deps: ImportDeps, signal: AbortSignal): Promise<void> =>
  retryThenPull(deps, 'cancellation', bookCancellations, signal)

const bookCancellations: Book<'cancellation'> = async (deps, fresh) => {
  const named = await documentsNamed(
    deps,
    fresh.map(record => record.document),
  )
  const flaws: RecordFlaw[] = []
  const waits: string[] = []
  const documents = fresh.flatMap((record): ErpDocument[] => {
    const found = named.get(record.document)
    const client = found === undefined ? null : deps.clientOf(found.record.client)
    if (found === undefined || client === null) {
      flaws.push(flawOf(record.id, record.document)('order_unknown', 'document', record.document, 'waits'))
      waits.push(record.id)
      return []
    }
    const kind = record.of === 'salesOrder' ? 'order' : 'receipt'
    const { number, partner, due, priority } = found.record
    return [{ kind, remote: record.document, number, client, partner, due, priority, state: 'cancelled', lines: [] }]
  })
  return { waits, flaws, ...(documents.length === 0 ? {} : { run: tx => bookDocuments(deps, documents, tx) }) }
}

/** What carriers have said, and labels that the ERP has got from them: kept with the order. */
export const importShipping = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  await retryThenPull(deps, 'delivery', bookDeliveries, signal)
  await retryThenPull(deps, 'carrierLabel', bookLabels, signal)
}

/** An order that the connection does not know (a service of carriers knows none) is found by the number of its parcel. */
const bookDeliveries: Book<'delivery'> = async (deps, fresh) => {
  const named = await documentsNamed(
    deps,
    fresh.flatMap(record => record.order ?? []),
  )
  const unnamed = fresh.filter(({ order }) => order === null || !named.has(order))
  const parcels = await deps.store.documentsByTracking(
    deps.warehouse,
    unnamed.flatMap(({ tracking }) => tracking ?? []),
  )
  const documentOf = ({ order, tracking }: Inbound['delivery']): DocumentId | undefined =>
    named.get(order ?? '')?.id ?? parcels.get(tracking ?? '')
  const deliveries = fresh.flatMap((record): Delivery[] => {
    const document = documentOf(record)
    return document === undefined ? [] : [{ ...record, document }]
  })
  const lost = fresh.filter(record => documentOf(record) === undefined)
  return { ...unknownOrders(lost), page: { deliveries } }
}

const bookLabels: Book<'carrierLabel'> = async (deps, fresh) => {
  const named = await documentsNamed(
    deps,
    fresh.map(record => record.order),
  )
  const labels = fresh.flatMap((record): StoredLabel[] => {
    const document = named.get(record.order)?.id
    return document === undefined ? [] : [{ ...record, document }]
  })
  return { ...unknownOrders(fresh.filter(record => !named.has(record.order))), page: { labels } }
}

const unknownOrders = (
  lost: readonly { id: string; order: string | null; tracking: string | null }[],
): { waits: string[]; flaws: RecordFlaw[] } => ({
  waits: lost.map(record => record.id),
  flaws: lost.map(({ id, order, tracking }) => {
    const name = order ?? tracking ?? ''
    return flawOf(id, name)('order_unknown', order === null ? 'tracking' : 'order', name, 'waits')
  }),
})
