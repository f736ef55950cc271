import type { DocumentId } from '../../shared/ids.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { Inbound, InboundKind } from '../erp/connector.ts'
import { NO_NEED } from '../sync/ports.ts'
import { bookDocuments } from './import-documents.ts'
import type { ErpDocument } from './documents.ts'
import type { ImportDeps } from './import.ts'
import { hashOf, newest } from './import-items.ts'
import { emptyPage } from './import-port.ts'
import type { Delivery, PageWrite, RecordFlaw, Remote, StoredLabel } from './import-port.ts'
import { flawOf, unreadable } from './quality.ts'

const PAGE = 200

type Pulled<K extends InboundKind> = {
  fresh: readonly Inbound[K][]
  page: PageWrite
  moved: boolean
  more: boolean
}

/** One page of a kind that is kept as it comes, without what is as it was. */
const pullFresh = async <K extends 'lot' | 'partner' | 'location' | 'cancellation' | 'delivery' | 'carrierLabel'>(
  deps: ImportDeps,
  kind: K,
  signal: AbortSignal,
): Promise<Pulled<K>> => {
  const cursor = await deps.store.cursor(deps.id, kind)
  const pulled = await deps.connector.pull(kind, cursor, PAGE, signal)
  const known = await deps.store.known(
    deps.id,
    kind,
    pulled.items.map(record => record.id),
  )
  const fresh = newest(pulled.items).filter(record => known.get(record.id)?.hash !== hashOf(record))
  const page: PageWrite = {
    ...emptyPage(kind, pulled.next),
    seen: [...fresh.map(record => record.id), ...pulled.flaws.map(flaw => flaw.id)],
    flaws: unreadable(pulled.flaws),
    remotes: fresh.map((record): Remote => {
      const remote = record.id
      const id = derivedId('remote', deps.id, kind, remote)
      return { kind, id, remote, hash: hashOf(record), record: kind === 'carrierLabel' ? null : record }
    }),
  }
  return { fresh, page, moved: pulled.next !== cursor, more: pulled.more }
}

const where = (deps: ImportDeps) => ({ warehouse: deps.warehouse, connector: deps.id, now: deps.now() })

/** Partners and locations: candidates for the mapping, nothing that the floor sees. */
export const importCandidates = async (
  deps: ImportDeps,
  kind: 'partner' | 'location',
  signal: AbortSignal,
): Promise<void> => {
  for (let more = true; more;) {
    const pulled = await pullFresh(deps, kind, signal)
    if (pulled.page.seen.length > 0 || pulled.moved) await deps.store.putPage(where(deps), pulled.page, null)
    more = pulled.more
  }
}

/** Expiry dates and blocks of lots. Lots of items that we do not have are left out: their item brings a flaw of its own. */
export const importLots = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  for (let more = true; more;) {
    const { fresh, page, moved, more: next } = await pullFresh(deps, 'lot', signal)
    const items = await deps.store.itemsByRemote(deps.id, [...new Set(fresh.map(record => record.item))])
    const lots = fresh.flatMap(record => {
      const item = items.get(record.item)
      if (item === undefined || record.lot === '') return []
      const { lot, expiry, blocked } = record
      return [{ client: item.client, item: item.id, lot, expiry: expiry?.slice(0, 10) ?? null, blocked }]
    })
    if (page.seen.length > 0 || moved)
      await deps.store.putPage(where(deps), page, async tx => {
        if (lots.length === 0) return
        const tables = await tx.load({ ...NO_NEED, lots })
        const known = makeWorld(tables)
        const changed = lots.map(lot => {
          const before = known.lot(lot.client, lot.item, lot.lot)
          return {
            ...lot,
            firstReceivedAt: before?.firstReceivedAt ?? null,
            expiry: lot.expiry ?? before?.expiry ?? null,
          }
        })
        await tx.write({ body: { kind: 'import', lots: lots.length }, effects: { ...NOTHING, lots: changed } })
      })
    if (lots.length > 0) deps.ring()
    more = next
  }
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
export const importCancellations = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  for (let more = true; more;) {
    const { fresh, page, moved, more: next } = await pullFresh(deps, 'cancellation', signal)
    const named = await documentsNamed(
      deps,
      fresh.map(record => record.document),
    )
    const flaws: RecordFlaw[] = []
    const documents = fresh.flatMap((record): ErpDocument[] => {
      const found = named.get(record.document)
      const client = found === undefined ? null : deps.clientOf(found.record.client)
      if (found === undefined || client === null) {
        flaws.push(flawOf(record.id, record.document)('order_unknown', 'document', record.document, 'waits'))
        return []
      }
      const kind = record.of === 'salesOrder' ? 'order' : 'receipt'
      const { number, partner, due, priority } = found.record
      return [{ kind, remote: record.document, number, client, partner, due, priority, state: 'cancelled', lines: [] }]
    })
    const all = { ...page, flaws: [...page.flaws, ...flaws] }
    if (page.seen.length > 0 || moved)
      await deps.store.putPage(
        where(deps),
        all,
        documents.length === 0 ? null : tx => bookDocuments(deps, documents, tx),
      )
    if (documents.length > 0) deps.ring()
    more = next
  }
}

/** What carriers have said, and labels that the ERP has got from them: kept with the order. */
export const importShipping = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  for (const kind of ['delivery', 'carrierLabel'] as const)
    for (let more = true; more;) {
      const { fresh, page, moved, more: next } = await pullFresh(deps, kind, signal)
      const named = await documentsNamed(
        deps,
        fresh.map(record => record.order),
      )
      const rows = fresh.flatMap(record => {
        const document = named.get(record.order)?.id
        return document === undefined ? [] : [{ ...record, document }]
      })
      const lost = fresh.filter(record => !named.has(record.order))
      const flaws = lost.map(record => flawOf(record.id, record.order)('order_unknown', 'order', record.order, 'waits'))
      const own =
        kind === 'delivery'
          ? { deliveries: rows as unknown as Delivery[] }
          : { labels: rows as unknown as StoredLabel[] }
      if (page.seen.length > 0 || moved)
        await deps.store.putPage(where(deps), { ...page, ...own, flaws: [...page.flaws, ...flaws] }, null)
      more = next
    }
}
