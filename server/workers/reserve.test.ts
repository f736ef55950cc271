import { afterAll, describe, expect, it } from 'vitest'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { NOW, sqlSite } from '../../test/support/sql-site.ts'
import { audit } from '../store/audit.ts'
import { openDatabase } from '../store/open.ts'
import { makeReserveRound } from './reserve.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('orders that wait for stock', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  const site = testSite('reserving')
  const stores = await sqlSite(opened, site)
  const warehouse = site.warehouse.id
  const [item] = site.items
  if (!item) throw new Error('no item')
  const write = (effects: Partial<Effects>) =>
    stores.sync.decide({ warehouse, now: NOW }, tx => tx.write({ body: {}, effects: { ...NOTHING, ...effects } }))
  const arrive = (qty: number, code: string) => {
    const { client, id } = item
    const from = looseAt(virtualLocation(warehouse, 'supplier'))
    const to = looseAt(placeId(site, code))
    const times = { takenAt: NOW, at: NOW, unc: null }
    return write({ movements: [{ client, item: id, lot: '', serial: '', from, to, qty, ...times }] })
  }
  const order = (number: string, due: string, state: Document['state'], line: Partial<Line>) => {
    const id = derivedId<'document'>('document', number)
    const lineId = derivedId<'line'>('line', number)
    const { client } = item
    const about = { id, kind: 'order' as const, client, number, partner: 'P', due, priority: 0, blind: false }
    const task: Task = {
      id: derivedId('task', number),
      kind: 'pick',
      client,
      document: id,
      state: state === 'started' ? 'started' : 'ready',
      lease: null,
      tote: null,
    }
    const empty = { source: null, no: 1, done: 0, state: 'open' as const, claims: [], reason: null }
    return write({
      documents: [{ ...about, state }],
      tasks: [task],
      lines: [{ id: lineId, document: id, client, item: item.id, wanted: 4, ...empty, ...line }],
    })
  }
  const claimed = async () => {
    const tables = emptyTables(warehouse)
    await stores.sync.snapshot({ warehouse, device: site.devices[0]!.id, worker: null, clients: null }, async rows => {
      for (const row of rows) putRow(tables, row)
    })
    return Object.fromEntries(
      [...tables.lines.values()].map(line => [
        tables.documents.get(line.document)?.number,
        line.claims.reduce((sum, claim) => sum + claim.qty, 0),
      ]),
    )
  }
  let asked = 0
  const rung: string[] = []
  const round = makeReserveRound({
    warehouses: () => stores.site.warehouses(),
    waiting: {
      orders: (id, limit) => {
        asked += 1
        return stores.waiting.orders(id, limit)
      },
    },
    sync: stores.sync,
    now: () => NOW,
    ring: id => void rung.push(id),
  })
  const commits = async () => (await stores.sync.feed(warehouse)).seq

  it('[E46] goods at a place for picking go to the most urgent order that waits, a begun one as well', async () => {
    await arrive(1, 'A-01')
    const tote = { location: placeId(site, 'XT00018'), lpn: NO_LPN, status: 'available' as const, lot: '', serial: '' }
    await order('LATE', '2026-12-24', 'open', {})
    await order('SOON', '2026-11-24', 'started', { done: 1, claims: [{ ...tote, qty: 1 }] })
    await order('OVER', '2026-11-01', 'closed', {})
    await order('SHORT', '2026-11-01', 'open', { state: 'short' })
    // What the begun order has picked lies in its tote.
    const from = looseAt(placeId(site, 'A-01'))
    const times = { takenAt: NOW, at: NOW, unc: null }
    const goods = { client: item.client, item: item.id, lot: '', serial: '', qty: 1 }
    await write({ movements: [{ ...goods, from, to: looseAt(tote.location), ...times }] })
    await arrive(20, 'DOCK-1')
    await round()
    expect(await claimed()).toEqual({ LATE: 0, SOON: 1, OVER: 0, SHORT: 0 })
    await arrive(5, 'A-02')
    await round()
    expect(await claimed()).toEqual({ LATE: 2, SOON: 4, OVER: 0, SHORT: 0 })
    expect(rung).toEqual([warehouse])
    expect(await audit(opened.db)).toEqual([])
  })

  it('[E46] nothing is promised twice, and while nothing was booked nobody is asked', async () => {
    await round()
    const before = await commits()
    const questions = asked
    await round()
    expect([await commits(), asked]).toEqual([before, questions])
    await arrive(9, 'A-03')
    await round()
    expect(await claimed()).toEqual({ LATE: 4, SOON: 4, OVER: 0, SHORT: 0 })
    await round()
    await round()
    expect(await claimed()).toEqual({ LATE: 4, SOON: 4, OVER: 0, SHORT: 0 })
    expect(await audit(opened.db)).toEqual([])
  })
})
