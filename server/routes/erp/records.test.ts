import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONNECTOR } from '../../../test/support/sql-site.ts'
import { deskApp } from '../../../test/support/desk-app.ts'
import { rest } from '../../erp/rest.ts'
import { sim } from '../../erp/sim.ts'
import { signedHeaders } from '../../erp/standard-webhooks.ts'
import { isoOf, msOf } from '../../../shared/time.ts'
import { documentId } from '../../workers/documents.ts'
import { itemId } from '../../workers/import-items.ts'
import { post } from '../test-app.ts'
import { MAX_PUSH_BYTES } from './records.ts'

const KEY = Buffer.alloc(32, 5)
const ITEM = { id: '1001', sku: 'BRD-01', name: 'Bardak', barcodes: ['8690504020004'] }
const order = (quantity: number, item = '1001') => ({ id: 'S-1', lines: [{ id: '10', item, quantity }] })

describe('the door for records of ERPs that push', async () => {
  const desk = await deskApp({}, { sim, rest })
  const CLIENT = desk.site.clients[0]!.id
  const ORDER = documentId({ client: CLIENT, remote: 'salesOrder,S-1' }, CONNECTOR)
  let id = 0
  const signed = (body: string, more: { key?: Buffer; ageS?: number; id?: string } = {}): Record<string, string> => {
    id += 1
    const now = isoOf(msOf(desk.app.deps.now()) - (more.ageS ?? 0) * 1000)
    return signedHeaders([more.key ?? KEY], { id: more.id ?? `push_${id}`, now, body })
  }
  const door = (body: string, headers: Record<string, string>, to: string = CONNECTOR, from = '10.0.0.9') =>
    post(desk.app, `/api/erp/records/${to}`, body, headers, from)
  const push = async (kind: string, records: readonly object[], name?: string): Promise<unknown> => {
    const body = JSON.stringify({ kind, records })
    const response = await door(body, signed(body, name === undefined ? {} : { id: name }))
    return [response.status, await response.json()]
  }
  const none = { taken: 0, repeated: false, flaws: [] }
  const wanted = async (): Promise<unknown> => {
    const known = await desk.stores.import.known(CONNECTOR, 'document', ['salesOrder,S-1'])
    const row = known.get('salesOrder,S-1')
    const record = row?.record as { lines: { quantity: { n: number } }[] } | undefined
    return row === undefined ? null : [row.id === ORDER, record?.lines[0]?.quantity.n]
  }
  beforeAll(async () => {
    const before = await desk.stores.connections.get(CONNECTOR)
    const sealed = desk.erp.seal(CONNECTOR, { token: 'token', signing: `whsec_${KEY.toString('base64')}` })
    const settings = { url: 'http://127.0.0.1:9', kinds: [] }
    const where = { id: CONNECTOR, warehouse: desk.site.warehouse.id, version: before?.version ?? null }
    await desk.stores.connections.put(where, {
      name: 'OMS',
      kind: 'rest',
      settings,
      sealed,
      mode: 'live',
      allow: {},
      takes: {},
    })
    const owner = { kind: 'client', ours: CLIENT, theirs: '', source: 'person' } as const
    await desk.stores.mappings.put(CONNECTOR, [owner], 'INGE', desk.app.deps.now())
  })
  afterAll(() => desk.close())

  it('[EH11] an order that names an unknown item waits and is named; it is there when its item has come, once', async () => {
    const flaw = { id: 'salesOrder,S-1', field: 'lines.1', problem: 'line_item_unknown', effect: 'waits' }
    expect(await push('salesOrder', [order(24)])).toEqual([200, { ...none, taken: 1, flaws: [flaw] }])
    expect(await wanted()).toBeNull()
    expect(await push('item', [ITEM])).toEqual([200, { ...none, taken: 1 }])
    const items = await desk.stores.import.itemsByRemote(CONNECTOR, ['1001'])
    expect(items.get('1001')?.id).toBe(itemId(CLIENT, CONNECTOR, '1001'))
    expect(await wanted()).toEqual([true, 24])
  })
  it('[EH11] a push that comes again changes nothing, also when its order has been changed since', async () => {
    expect(await push('salesOrder', [order(12)], 'first')).toEqual([200, { ...none, taken: 1 }])
    expect(await push('salesOrder', [order(6)], 'second')).toEqual([200, { ...none, taken: 1 }])
    expect(await push('salesOrder', [order(12)], 'first')).toEqual([200, { taken: 1, repeated: true, flaws: [] }])
    expect(await wanted()).toEqual([true, 6])
  })
  it('[EH11] a hint of the same id is not the push', async () => {
    const hint = JSON.stringify({ type: 'salesOrder.changed', data: { id: 'S-1' } })
    const told = await post(desk.app, `/api/erp/hooks/${CONNECTOR}`, hint, signed(hint, { id: 'both' }), '10.0.0.9')
    expect(told.status).toBe(200)
    expect(await push('salesOrder', [order(7)], 'both')).toEqual([200, { ...none, taken: 1 }])
    expect(await wanted()).toEqual([true, 7])
  })
  it('[EH11] a push that could not be written is not remembered: it comes again', async () => {
    const { putPage } = desk.stores.import
    desk.stores.import.putPage = () => Promise.reject(new Error('the disk is full'))
    const [status] = (await push('salesOrder', [order(5)], 'broken')) as [number]
    desk.stores.import.putPage = putPage
    expect(status).toBe(500)
    expect(await push('salesOrder', [order(5)], 'broken')).toEqual([200, { ...none, taken: 1 }])
    expect(await wanted()).toEqual([true, 5])
  })
  it('[EH11] of a push with bad records the good ones are taken, each bad one is named', async () => {
    const bad = { id: '1003', sku: 'B', name: 'B', packagings: [{ id: 'c', name: 'c', quantity: 1.5 }] }
    const [status, end] = (await push('item', [{ id: '1002', sku: 'A', name: 'A' }, { id: '1004' }, bad])) as [
      number,
      { taken: number; flaws: { id: string; field: string }[] },
    ]
    expect([status, end.taken]).toEqual([200, 1])
    expect(new Set(end.flaws.filter(flaw => flaw.id !== '1002').map(flaw => flaw.id))).toEqual(
      new Set(['1004', '1003']),
    )
    const items = await desk.stores.import.itemsByRemote(CONNECTOR, ['1002', '1003', '1004'])
    expect([...items.keys()]).toEqual(['1002'])
  })
  it('[EH12] what is signed and no records is refused in words', async () => {
    const many = Array.from({ length: 201 }, (_, i) => ({ ...ITEM, id: `${i}` }))
    const odd = ['no json', '[]', '{}', '{"kind":"invoice","records":[{"id":"1"}]}', '{"kind":"item","records":[]}']
    for (const body of [
      ...odd,
      '{"kind":"item","records":[{"sku":"X"}]}',
      JSON.stringify({ kind: 'item', records: many }),
    ])
      expect([body.slice(0, 40), (await door(body, signed(body))).status]).toEqual([body.slice(0, 40), 400])
  })
  it('[EH12] what is forged, old, changed or for another connection is refused alike; what is too large is not read', async () => {
    const body = JSON.stringify({ kind: 'item', records: [{ ...ITEM, name: 'forged' }] })
    const wrong = [
      await door(body, {}),
      await door(body, signed(body, { key: Buffer.alloc(32, 6) })),
      await door(body, signed(body, { ageS: 301 })),
      await door(body, signed(body, { ageS: -301 })),
      await door(`${body} `, signed(body)),
      await door(body, signed(body), '00000000-0000-7000-8000-000000000000'),
      await door(body, signed(body), 'x'),
    ]
    const seen = new Set(await Promise.all(wrong.map(async response => `${response.status} ${await response.text()}`)))
    expect([...seen]).toEqual(['401 {"code":"unauthorised","message":"No connection with this signature."}'])
    const large = 'x'.repeat(MAX_PUSH_BYTES + 1)
    expect((await door(large, signed(large))).status).toBe(413)
    const items = await desk.stores.import.itemsByRemote(CONNECTOR, ['1001'])
    expect(items.get('1001')?.name).toBe('Bardak')
    const statuses: number[] = []
    for (let i = 0; i < 301; i += 1) statuses.push((await door(body, {}, 'x', '10.0.0.10')).status)
    expect([statuses.at(299), statuses.at(300)]).toEqual([401, 429])
  })
  it('[EH12] a connection that is off takes nothing', async () => {
    const before = (await desk.stores.connections.get(CONNECTOR))!
    const { id: _id, version, warehouse, ...about } = before
    await desk.stores.connections.put({ id: CONNECTOR, warehouse, version }, { ...about, mode: 'off' })
    const body = JSON.stringify({ kind: 'item', records: [{ ...ITEM, name: 'late' }] })
    expect((await door(body, signed(body))).status).toBe(401)
  })
})
