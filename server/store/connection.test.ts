import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sqlSite } from '../../test/support/sql-site.ts'
import { testSite } from '../../test/support/site.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ConnectionChange } from '../workers/connection.ts'
import { keyFor, messageRows } from './message-rows.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const NOW = '2026-11-23T08:00:00.000Z'
const id = (name: string) => derivedId<'connector'>('connector', name)

describe('connections', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  const site = testSite('connections')
  const { connections, mappings, outbox } = await sqlSite(opened, site)
  const { rows: warehouses } = await sql<{ id: number }>`select id from warehouse`.execute(opened.db)
  const scope = { warehouse: site.warehouse.id, id: warehouses[0]?.id ?? 0 }
  const at = (name: string, version: number | null = null) => ({ id: id(name), warehouse: site.warehouse.id, version })
  const change = (more: Partial<ConnectionChange> = {}): ConnectionChange => ({
    name: 'ERP',
    kind: 'sim',
    settings: { url: 'http://localhost:1' },
    sealed: 'v1.x',
    mode: 'live',
    allow: {},
    takes: {},
    ...more,
  })
  const message = (type: string, client: string | null = null) => ({
    key: derivedId('message', type, client ?? ''),
    client: client as never,
    subject: `${type}/1`,
    type,
    payload: {},
    covers: [],
    closing: { device: derivedId<'device'>('device', 'x'), epoch: 'epoch0000001', seq: 1 },
  })
  beforeEach(async () => {
    await sql`delete from connector`.execute(opened.db)
    await sql`delete from outbox`.execute(opened.db)
  })

  it('[E101] is changed by one person at a time, and each change raises its version', async () => {
    expect(await connections.put(at('a'), change())).toMatchObject({
      version: 1,
      mode: 'live',
      circuit: { state: 'closed' },
    })
    expect(await connections.put(at('a'), change())).toBeNull()
    expect(await connections.put(at('a', 1), change({ name: 'ERP 2' }))).toMatchObject({ version: 2, name: 'ERP 2' })
    expect(await connections.put(at('a', 1), change())).toBeNull()
    expect(await connections.put(at('b', 1), change())).toBeNull()
    expect((await connections.list()).map(c => c.name)).toEqual(['ERP 2'])
  })
  it('[E102] each message goes to every connection that takes it, under a key of its own', async () => {
    const client = site.clients[0]?.id ?? ''
    await connections.put(at('all'), change())
    await connections.put(at('shop'), change({ takes: { types: ['shipment'], clients: [client as never] } }))
    await connections.put(at('off'), change({ mode: 'off' }))
    const keys = async (type: string, of: string | null) =>
      (await messageRows(opened.db, scope, [message(type, of)], [])).map(row => row['key']).sort()
    const expected = (type: string, of: string | null, names: string[]) =>
      names.map(name => keyFor(id(name), message(type, of).key)).sort()
    expect(await keys('shipment', client)).toEqual(expected('shipment', client, ['all', 'shop']))
    expect(await keys('shipment', 'other')).toEqual(expected('shipment', 'other', ['all']))
    expect(await keys('receipt', client)).toEqual(expected('receipt', client, ['all']))
  })
  it('[E103] a message that nobody takes waits for a connection that does', async () => {
    const rows = await messageRows(opened.db, scope, [message('receipt')], [])
    expect(rows.map(row => [row['connector'], row['key']])).toEqual([[null, message('receipt').key]])
    await sql`insert into outbox (warehouse_id, key, message, seq, subject, type, payload, covers)
      values (${scope.id}, ${message('receipt').key}, ${message('receipt').key}, 1, 'receipt/1', 'receipt', '{}', '[]')`.execute(
      opened.db,
    )
    await connections.put(at('shop'), change({ takes: { types: ['shipment'] } }))
    expect(await outbox.list({ connector: id('shop') }, { beforeSeq: null, limit: 5 })).toEqual([])
    await connections.put(at('erp'), change())
    const taken = await outbox.list({ connector: id('erp') }, { beforeSeq: null, limit: 5 })
    expect(taken.map(row => row.key)).toEqual([keyFor(id('erp'), message('receipt').key)])
  })
  it('[E104] a mapping keeps who said it and how often it was changed', async () => {
    const row = { kind: 'reason', ours: 'damaged', theirs: 'LOSS', source: 'person' } as const
    await mappings.put(id('a'), [row], 'Ayşe', NOW)
    await mappings.put(id('a'), [row], 'Mehmet', NOW)
    await mappings.put(id('a'), [{ ...row, theirs: 'SCRAP' }], 'Mehmet', NOW)
    expect(await mappings.all(id('a'))).toEqual([{ ...row, theirs: 'SCRAP', version: 2, by: 'Mehmet', at: NOW }])
    await mappings.remove(id('a'), 'reason', 'damaged')
    expect(await mappings.all(id('a'))).toEqual([])
  })
})
