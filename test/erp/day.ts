import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Item } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DocumentId, ItemId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Address, Movement } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { ErpConnector } from '../../server/erp/connector.ts'
import type { OperationBody, OutboundOp } from '../../server/erp/operation.ts'
import { baseOf } from '../../server/erp/quantity.ts'
import { audit } from '../../server/store/audit.ts'
import { openDatabase } from '../../server/store/open.ts'
import { applyPush } from '../../server/sync/apply.ts'
import { prepare } from '../../server/sync/prepare.ts'
import { deliverRound } from '../../server/workers/deliver.ts'
import type { DeliverDeps } from '../../server/workers/deliver.ts'
import { documentId } from '../../server/workers/documents.ts'
import { importRound } from '../../server/workers/import.ts'
import type { ImportDeps } from '../../server/workers/import.ts'
import { makeLane } from '../../server/workers/lane.ts'
import { toOperation } from '../../server/workers/outbound.ts'
import { makeSealer } from '../support/sealer.ts'
import { placeId, testSite } from '../support/site.ts'
import { CONNECTOR, sqlSite } from '../support/sql-site.ts'
import { never } from './carry.ts'
import type { ErpPeer } from './fixture.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const PLACES = ['A-01', 'A-02', 'A-03', 'A-04']

/**
 * Our whole way between the floor and a real ERP: the store with its ledger and outbox, import and delivery. What the floor
 * has no command for yet is booked as a decision, movements and message in one transaction.
 */
export const openWarehouse = async (peer: ErpPeer, connector: ErpConnector) => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  const site = { ...testSite('day'), items: [] }
  const stores = await sqlSite(opened, site)
  const { warehouse } = site
  await sql`delete from remote`.execute(opened.db)
  await sql`delete from import_cursor`.execute(opened.db)
  let ms = Date.now()
  const now = () => new Date((ms += 1)).toISOString()
  const client = site.clients[0]?.id ?? derivedId('client', '')
  const imports: ImportDeps = {
    connector,
    id: CONNECTOR,
    warehouse: warehouse.id,
    store: stores.import,
    sync: stores.sync,
    now,
    ring: () => {},
    log: quiet,
    clientOf: key => (key === peer.client ? client : null),
    openingPlaces: async () => PLACES.map(code => placeId(site, code)),
  }
  const fromOutbox = toOperation({ store: stores.import, connector: CONNECTOR, remoteClient: () => peer.client })
  const delivery: DeliverDeps = {
    connector,
    id: CONNECTOR,
    version: 1,
    mode: 'live',
    lane: makeLane(),
    outbox: stores.outbox,
    now,
    random: () => 0.5,
    log: quiet,
    newToken: () => crypto.randomUUID(),
    toOperation: async row => {
      const { operation } = row.payload as { operation?: OutboundOp }
      if (operation !== undefined) return { ...operation, key: row.key, seq: row.seq, subject: row.subject }
      const op = await fromOutbox(row)
      if (op?.type !== 'receipt') return op
      return { ...op, lines: op.lines.map(line => ({ ...line, location: peer.places.main })) }
    },
  }
  const tables = async () => {
    const found = emptyTables(warehouse.id)
    const device = site.devices[0]?.id ?? derivedId('device', '')
    await stores.sync.snapshot({ warehouse: warehouse.id, device, worker: null, clients: null }, async rows => {
      for (const row of rows) putRow(found, row)
    })
    return found
  }
  const itemOf = async (remote: string): Promise<Item> => {
    const found = (await stores.import.itemsByRemote(CONNECTOR, [remote])).get(remote)
    if (found === undefined) throw new Error(`${remote} did not arrive`)
    return found
  }
  const own = new Set(site.locations.filter(l => ['dock', 'pickable', 'pack'].includes(l.kind)).map(l => l.id))
  const stockRows = async () => [...(await tables()).stock.values()].filter(row => own.has(row.location))

  return {
    /** Everything that the ERP has to say. */
    import: () => importRound(imports, never),
    documentId: (remote: string): DocumentId => documentId({ client, remote }, CONNECTOR),
    documents: async () => [...(await tables()).documents.values()],
    itemOf,
    dock: looseAt(placeId(site, 'DOCK-1')),
    /** Pushes commands of a handheld, signed and numbered, as over HTTP. */
    push: async (drafts: readonly Draft[], epoch: string): Promise<void> => {
      const sealer = makeSealer(site, site.devices[0]?.id ?? derivedId('device', ''), epoch)
      const commands = drafts.map(draft => sealer.seal(draft, now()))
      const at = { warehouse: warehouse.id, device: sealer.device, epoch }
      const prepared = await prepare(commands, at, async () => true)
      const end = await stores.sync.apply({ ...at, now: now() }, tx =>
        applyPush(tx, { ...at, now: now(), prepared, hole: undefined, lost: false }),
      )
      expect(end.results.map(result => result.outcome)).toEqual(drafts.map(() => 'applied'))
    },
    /** Books movements and hands the operation to the outbox, in one transaction. */
    decide: async (body: OperationBody, movements: readonly Movement[], subject: string): Promise<void> => {
      const operation = { ...body, at: now(), by: 'Ayşe Yılmaz', client: peer.client, answers: {} }
      await stores.sync.decide({ warehouse: warehouse.id, now: now() }, async tx => {
        const key = derivedId('message', CONNECTOR, body.type, subject)
        const message = {
          key,
          client,
          subject,
          type: body.type,
          payload: { v: 1, operation },
          covers: [],
          closing: tx.counts.self,
        }
        await tx.write({ body: { kind: body.type }, effects: { ...NOTHING, movements }, messages: [message] })
      })
    },
    /** Takes so many out of our places, or brings them in. */
    moves: async (remote: string, lot: string, n: number, outside: 'customer' | 'adjustment'): Promise<Movement[]> => {
      const item = await itemOf(remote)
      const at = now()
      const away = looseAt(virtualLocation(warehouse.id, outside))
      const movement = (from: Address, to: Address, qty: number): Movement => ({
        client,
        item: item.id,
        lot,
        serial: '',
        from,
        to,
        qty,
        takenAt: at,
        at,
        unc: 0,
      })
      if (n > 0) return [movement(away, looseAt(placeId(site, 'A-01')), n)]
      const row = (await stockRows()).find(one => one.item === item.id && one.lot === lot && one.onHand >= -n)
      if (row === undefined) throw new Error(`we do not have ${-n} of ${remote}`)
      const { location, lpn, status } = row
      return [movement({ location, lpn, status }, away, -n)]
    },
    /** Until the outbox is empty. */
    deliver: async (): Promise<Readonly<Record<string, number>>> => {
      for (let round = 0; round < 200; round += 1) {
        ms += 60_000
        await deliverRound(delivery, 50, never)
        const counts = await stores.outbox.counts(CONNECTOR)
        if (counts.waiting + counts.preparing + counts.posting + counts.unknown === 0) return counts
      }
      throw new Error('the outbox does not become empty')
    },
    outbox: () => stores.outbox.list({ connector: CONNECTOR }, { beforeSeq: null, limit: 200 }),
    /** Units by item and lot, or by the number of a single unit, which ERPs show as its lot; ours by our ids of items. */
    ours: async (): Promise<ReadonlyMap<string, number>> => {
      const { items } = await itemsByOurs()
      return summed(
        (await stockRows()).map(row => [`${items.get(row.item) ?? row.item}|${row.serial || row.lot}`, row.onHand]),
      )
    },
    audit: () => audit(opened.db),
    close: () => opened.close(),
  }

  async function itemsByOurs(): Promise<{ items: ReadonlyMap<ItemId, string> }> {
    const ids = [...new Set((await stockRows()).map(row => row.item))]
    return { items: (await stores.import.remoteOf(CONNECTOR, ids)) as ReadonlyMap<ItemId, string> }
  }
}
export type Warehouse = Awaited<ReturnType<typeof openWarehouse>>

/** The same of the ERP, over the connector. */
export const theirs = async (connector: ErpConnector): Promise<ReadonlyMap<string, number>> => {
  const rows: [string, number][] = []
  for await (const row of connector.stock({ locations: [] }, never))
    rows.push([`${row.item}|${row.lot}`, baseOf(row.quantity) ?? Number.NaN])
  return summed(rows)
}

const summed = (rows: readonly (readonly [string, number])[]): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  for (const [key, n] of rows) sums.set(key, (sums.get(key) ?? 0) + n)
  return new Map([...sums].filter(([, n]) => n !== 0).sort(([a], [b]) => (a < b ? -1 : 1)))
}
