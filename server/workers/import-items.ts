import { hash } from 'node:crypto'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ConnectorId, ItemId } from '../../shared/ids.ts'
import { pictureType } from '../../shared/picture.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Inbound } from '../erp/connector.ts'
import type { ImportDeps } from './import.ts'
import { emptyPage } from './import-port.ts'
import type { PageWrite, RecordFlaw, Remote, StoredPicture } from './import-port.ts'
import { cleanItem, codesOf, flawOf, unreadable } from './quality.ts'

const PAGE = 200

/** Names of imported items: a repeated or restored import names them alike. */
export const itemId = (client: ClientId, connector: ConnectorId, remote: string): ItemId =>
  derivedId('item', client, connector, remote)

export const hashOf = (record: unknown): string => sha256Hex(JSON.stringify(record))

/** A page may hold a record twice; the later one is the newer. */
export const newest = <T extends { id: string }>(records: readonly T[]): T[] => [
  ...new Map(records.map(record => [record.id, record])).values(),
]

/** Pages until the ERP has no more. True when anything has changed. */
export const importItems = async (deps: ImportDeps, signal: AbortSignal): Promise<boolean> => {
  let changed = false
  for (let more = true; more;) {
    const cursor = await deps.store.cursor(deps.id, 'item')
    const page = await deps.connector.pull('item', cursor, PAGE, signal)
    const write = await itemPage(deps, page.items, page.next)
    const all: PageWrite = {
      ...write,
      seen: [...write.seen, ...page.flaws.map(flaw => flaw.id)],
      flaws: [...write.flaws, ...unreadable(page.flaws)],
    }
    if (all.seen.length > 0 || page.next !== cursor)
      await deps.store.putPage({ warehouse: deps.warehouse, connector: deps.id, now: deps.now() }, all, null)
    changed ||= (all.items?.length ?? 0) > 0
    more = page.more
  }
  return changed
}

/** What a page of items changes: those that are as they were are left out, so that nothing is written for them. */
const itemPage = async (deps: ImportDeps, records: readonly Inbound['item'][], next: string): Promise<PageWrite> => {
  const known = await deps.store.known(
    deps.id,
    'item',
    records.map(record => record.id),
  )
  const fresh = newest(records).filter(record => known.get(record.id)?.hash !== hashOf(record))
  const taken = await takenCodes(deps, fresh)
  const ids = await idsOf(deps, fresh, known)
  const flaws: RecordFlaw[] = []
  const items: { item: ReturnType<typeof cleanItem>['item']; cost: number | null }[] = []
  const remotes: Remote[] = []
  const pictures: StoredPicture[] = []
  for (const record of fresh) {
    const client = deps.clientOf(record.client)
    if (client === null) {
      flaws.push(flawOf(record.id, record.sku)('client_unknown', 'client', record.client, 'waits'))
      continue
    }
    const id = ids.get(record.id) ?? itemId(client, deps.id, record.id)
    const codes = taken.get(client) ?? new Map<string, ItemId>()
    taken.set(client, codes)
    const clean = cleanItem(record, { id, client }, codes)
    flaws.push(...clean.flaws)
    const picture = pictureOf(record.picture)
    if (picture !== null) pictures.push(picture)
    const item = picture === null ? clean.item : { ...clean.item, picture: picture.sha }
    items.push({ item, cost: record.value?.minor ?? null })
    remotes.push({ kind: 'item', id, remote: record.id, hash: hashOf(record) })
  }
  return { ...emptyPage('item', next), seen: fresh.map(record => record.id), flaws, items, remotes, pictures }
}

/** What is no picture, or too large for one, is left out without a word: its item comes in all the same. */
const pictureOf = (base64: string | null): StoredPicture | null => {
  if (base64 === null) return null
  const bytes = Buffer.from(base64, 'base64')
  const type = pictureType(bytes)
  return type === null ? null : { sha: hash('sha256', bytes, 'hex'), type, bytes }
}

/** Records that are items already: they were bound before, or came by file under the same client and SKU. */
const idsOf = async (
  deps: ImportDeps,
  records: readonly Inbound['item'][],
  known: ReadonlyMap<string, { id: string }>,
): Promise<ReadonlyMap<string, ItemId>> => {
  const ids = new Map<string, ItemId>()
  const asked = new Map<ClientId, { record: string; sku: string }[]>()
  for (const { id: record, client: owner, sku } of records) {
    const before = known.get(record)
    const client = deps.clientOf(owner)
    if (before !== undefined) ids.set(record, before.id as ItemId)
    else if (client !== null && sku.trim() !== '')
      asked.set(client, [...(asked.get(client) ?? []), { record, sku: sku.trim() }])
  }
  for (const [client, rows] of asked) {
    const found = new Map(
      await deps.store.unbound(
        deps.id,
        client,
        rows.map(row => row.sku),
      ),
    )
    for (const { record, sku } of rows) {
      const item = found.get(sku)
      if (item !== undefined) ids.set(record, item)
      // A second record with this SKU is another thing.
      found.delete(sku)
    }
  }
  return ids
}

/** Which of the page's codes belong to an item already, per client. */
const takenCodes = async (
  deps: ImportDeps,
  records: readonly Inbound['item'][],
): Promise<Map<ClientId, Map<string, ItemId>>> => {
  const asked = new Map<ClientId, string[]>()
  for (const record of records) {
    const client = deps.clientOf(record.client)
    if (client === null) continue
    const packagings = record.packagings.map(p => ({ id: '', name: '', quantity: 1, codes: p.barcodes }))
    asked.set(client, [
      ...(asked.get(client) ?? []),
      ...codesOf({ sku: record.sku, codes: record.barcodes, packagings }),
    ])
  }
  const taken = new Map<ClientId, Map<string, ItemId>>()
  for (const [client, codes] of asked) taken.set(client, new Map(await deps.store.codes(client, codes)))
  return taken
}
