import { derivedId } from '../../shared/ids.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { todayAt } from '../../shared/process/shelf-life.ts'
import type { Inbound } from '../erp/connector.ts'
import { amountOf, baseOf } from '../erp/quantity.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { DecisionTx } from '../sync/ports.ts'
import { documentEffects, documentId, wishes } from './documents.ts'
import type { ErpDocument } from './documents.ts'
import type { ImportDeps } from './import.ts'
import { hashOf, newest } from './import-items.ts'
import { emptyPage } from './import-port.ts'
import type { PageWrite, RecordFlaw, Remote } from './import-port.ts'
import { flawOf, unreadable } from './quality.ts'

const PAGE = 25
export type DocumentKind = 'purchaseOrder' | 'asn' | 'salesOrder'
type DocumentRecord = Inbound['purchaseOrder'] | Inbound['asn'] | Inbound['salesOrder']

/** Pages until the ERP has no more. */
export const importDocuments = async (deps: ImportDeps, kind: DocumentKind, signal: AbortSignal): Promise<void> => {
  for (let more = true; more;) {
    const cursor = await deps.store.cursor(deps.id, kind)
    const page = await deps.connector.pull(kind, cursor, PAGE, signal)
    const flaws = unreadable(page.flaws)
    const seen = page.flaws.map(flaw => flaw.id)
    await bookRecords(deps, kind, page.items, { cursor: page.next, moved: page.next !== cursor, flaws, seen })
    more = page.more
  }
}

/** Documents that waited for an item: tried again when items have come. */
export const importWaiting = async (deps: ImportDeps, kind: DocumentKind): Promise<void> => {
  const waiting = await deps.store.waiting(deps.id, kind, PAGE * 40)
  for (let from = 0; from < waiting.length; from += PAGE) {
    const records = waiting.slice(from, from + PAGE).map(row => row.record as DocumentRecord)
    await bookRecords(deps, kind, records, { cursor: null, moved: false, flaws: [], seen: [] })
  }
}

type At = { cursor: string | null; moved: boolean; flaws: readonly RecordFlaw[]; seen: readonly string[] }

/** What is as it was writes nothing; a document that names something unknown waits, and the rest of its page goes on. */
const bookRecords = async (
  deps: ImportDeps,
  kind: DocumentKind,
  records: readonly DocumentRecord[],
  at: At,
): Promise<void> => {
  const known = await deps.store.known(
    deps.id,
    'document',
    records.map(record => record.id),
  )
  const fresh = newest(records).filter(record => known.get(record.id)?.hash !== hashOf(record))
  const mapped = (await mapRecords(deps, kind, fresh)).map((row): Mapped => {
    const before = known.get(row.record.id)?.record
    const changed = before === undefined || before === null || shapeOf(before as DocumentRecord) !== shapeOf(row.record)
    return row.erp === null ? row : { ...row, erp: { ...row.erp, changed } }
  })
  const documents = mapped.flatMap(row => (row.erp === null ? [] : [row.erp]))
  const page: PageWrite = {
    ...emptyPage(kind, at.cursor),
    seen: [...fresh.map(record => record.id), ...at.seen],
    flaws: [...mapped.flatMap(row => row.flaws), ...at.flaws],
    waits: mapped.flatMap(row => (row.erp === null ? [{ kind, remote: row.record.id, record: row.record }] : [])),
    remotes: mapped.flatMap(row => (row.erp === null ? [] : remotesOf(deps, row.erp, row.record))),
  }
  if (page.seen.length === 0 && !at.moved) return
  const where = { warehouse: deps.warehouse, connector: deps.id, now: deps.now() }
  await deps.store.putPage(where, page, documents.length === 0 ? null : tx => bookDocuments(deps, documents, tx))
  if (documents.length > 0) deps.ring()
}

/** What is ordered, without how far it has come. */
const shapeOf = ({ state, lines }: DocumentRecord): string =>
  JSON.stringify([state, lines.map(line => [line.id, line.item, amountOf(line.quantity), line.closed])])

const remotesOf = (deps: ImportDeps, erp: ErpDocument, record: DocumentRecord): Remote[] => {
  const id = documentId(erp, deps.id)
  const lines = erp.lines.map((line): Remote => ({
    kind: 'line',
    id: derivedId('line', id, line.remote),
    remote: line.remote,
    hash: '',
  }))
  return [{ kind: 'document', id, remote: erp.remote, hash: hashOf(record), record }, ...lines]
}

type Mapped = { record: DocumentRecord; erp: ErpDocument | null; flaws: readonly RecordFlaw[] }

const mapRecords = async (
  deps: ImportDeps,
  kind: DocumentKind,
  records: readonly DocumentRecord[],
): Promise<Mapped[]> => {
  const items = await deps.store.itemsByRemote(deps.id, [
    ...new Set(records.flatMap(record => record.lines.map(line => line.item))),
  ])
  return records.map(record => {
    const flaw = flawOf(record.id, record.number)
    const client = deps.clientOf(record.client)
    const flaws: RecordFlaw[] = client === null ? [flaw('client_unknown', 'client', record.client, 'waits')] : []
    const lines = record.lines.flatMap((line, i) => {
      const item = items.get(line.item)
      const wanted = baseOf(line.quantity)
      const done = baseOf(line.done)
      if (item === undefined) flaws.push(flaw('line_item_unknown', `lines.${i + 1}`, line.item, 'waits'))
      if (wanted === null || done === null) flaws.push(flaw('quantity_fraction', `lines.${i + 1}`, line.id, 'waits'))
      if (item === undefined || wanted === null || done === null) return []
      const announced = 'lpn' in line ? { lot: line.lot, expiry: line.expiry, lpn: line.lpn } : {}
      return [{ remote: line.id, item, wanted, done, closed: line.closed, ...announced }]
    })
    if (client === null || lines.length < record.lines.length) return { record, erp: null, flaws }
    const erp: ErpDocument = {
      kind: kind === 'salesOrder' ? 'order' : 'receipt',
      remote: record.id,
      number: record.number,
      client,
      partner: record.partner,
      due: record.due,
      priority: record.priority,
      state: record.state,
      asn: kind === 'asn',
      carrier: 'carrier' in record ? record.carrier : null,
      lines,
    }
    return { record, erp, flaws }
  })
}

/** Writes documents, lines and tasks, then reserves what orders still want: at once, by conditional update. */
export const bookDocuments = async (
  deps: ImportDeps,
  documents: readonly ErpDocument[],
  tx: DecisionTx,
): Promise<void> => {
  const ids = documents.map((erp): DocumentId => documentId(erp, deps.id))
  const view = makeWorld(await tx.load({ ...NO_NEED, documents: ids }))
  const effects = documents.map(erp => documentEffects(erp, deps.id, view))
  const all = {
    ...NOTHING,
    documents: effects.flatMap(e => e.documents),
    lines: effects.flatMap(e => e.lines),
    tasks: effects.flatMap(e => e.tasks),
    lpns: effects.flatMap(e => e.lpns),
    exceptions: effects.flatMap(e => e.exceptions),
  }
  if (all.documents.length === 0 && all.exceptions.length === 0) return
  await tx.write({ body: { kind: 'import', documents: ids }, effects: all })
  const orders = new Set(
    all.documents
      .filter(document => document.kind === 'order' && document.state === 'open')
      .map(document => document.id),
  )
  const open = all.lines.filter(line => orders.has(line.document) && line.state === 'open')
  if (open.length === 0) return
  const world = makeWorld(await tx.loadStockOf([...new Set(open.map(line => line.item))]))
  await tx.reserve(wishes(world, open, todayAt(world, deps.now())))
}
