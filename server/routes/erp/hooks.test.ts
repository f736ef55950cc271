import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectorId } from '../../../shared/ids.ts'
import { msOf } from '../../../shared/time.ts'
import { CONNECTOR } from '../../../test/support/sql-site.ts'
import { deskApp } from '../../../test/support/desk-app.ts'
import { odoo } from '../../erp/odoo.ts'
import { rest } from '../../erp/rest.ts'
import { sim } from '../../erp/sim.ts'
import { post } from '../test-app.ts'
import { MAX_HOOK_BYTES } from './hooks.ts'

const KEY = Buffer.alloc(32, 5)
const BODY = JSON.stringify({ type: 'salesOrder.changed', data: { id: 'SO-1' } })

describe('the door for hints of ERPs', async () => {
  const desk = await deskApp({}, { sim, rest, odoo })
  const pulled: ConnectorId[] = []
  desk.erp.bridges.pull = id => void pulled.push(id)
  let id = 0
  const signed = (body: string, more: { key?: Buffer; ageS?: number; id?: string } = {}): Record<string, string> => {
    id += 1
    const name = more.id ?? `msg_${id}`
    const seconds = String(Math.floor(msOf(desk.app.deps.now()) / 1000) - (more.ageS ?? 0))
    const mac = createHmac('sha256', more.key ?? KEY).update(`${name}.${seconds}.${body}`)
    const signature = `v1,${mac.digest('base64')}`
    return { 'webhook-id': name, 'webhook-timestamp': seconds, 'webhook-signature': signature }
  }
  const hook = (body: string, headers: Record<string, string>, to: string = CONNECTOR, from = '10.0.0.9') =>
    post(desk.app, `/api/erp/hooks/${to}`, body, headers, from)
  const answers = async (response: Response): Promise<unknown> => [response.status, await response.json()]
  beforeAll(async () => {
    const before = await desk.stores.connections.get(CONNECTOR)
    const sealed = desk.erp.seal(CONNECTOR, { token: 'token', signing: `whsec_${KEY.toString('base64')}` })
    const about = { name: 'OMS', kind: 'rest', settings: { url: 'http://127.0.0.1:9' }, sealed }
    const where = { id: CONNECTOR, warehouse: desk.site.warehouse.id, version: before?.version ?? null }
    await desk.stores.connections.put(where, { ...about, mode: 'live', allow: {}, takes: {} })
  })
  afterAll(() => desk.close())

  it('[EH9] a signed hint makes us pull soon; sent again it is heard once', async () => {
    const headers = signed(BODY)
    expect(await answers(await hook(BODY, headers))).toEqual([200, { heard: true }])
    expect(pulled.splice(0)).toEqual([CONNECTOR])
    expect((await hook(BODY, headers)).status).toBe(200)
    const unknownKind = '{"type":"invoice.paid"}'
    expect((await hook(unknownKind, signed(unknownKind))).status).toBe(200)
    expect((await hook('no json', signed('no json'))).status).toBe(200)
    expect(pulled).toEqual([])
  })
  it('[EH10] a hint that is forged, old, changed on its way, or for another connection is refused alike and pulls nothing', async () => {
    const wrong = [
      await hook(BODY, {}),
      await hook(BODY, signed(BODY, { key: Buffer.alloc(32, 6) })),
      await hook(BODY, signed(BODY, { ageS: 301 })),
      await hook(BODY, signed(BODY, { ageS: -301 })),
      await hook(`${BODY} `, signed(BODY)),
      await hook(BODY, { ...signed(BODY), 'webhook-id': 'another' }),
      await hook(BODY, signed(BODY), '00000000-0000-7000-8000-000000000000'),
      await hook(BODY, signed(BODY), 'x'),
    ]
    const seen = new Set(await Promise.all(wrong.map(async response => JSON.stringify(await answers(response)))))
    expect([...seen]).toEqual([
      JSON.stringify([401, { code: 'unauthorised', message: 'No connection with this signature.' }]),
    ])
    expect(pulled).toEqual([])
  })
  it('[EH10] a hint that is too large or one of too many is refused before it is read', async () => {
    const large = 'x'.repeat(MAX_HOOK_BYTES + 1)
    expect((await hook(large, signed(large))).status).toBe(413)
    const statuses: number[] = []
    for (let i = 0; i < 121; i += 1) statuses.push((await hook(BODY, {}, 'x', '10.0.0.10')).status)
    expect([statuses.at(119), statuses.at(120)]).toEqual([401, 429])
  })
  it('[E129] an ERP that signs nothing brings the secret of its connection in the address', async () => {
    const before = await desk.stores.connections.get(CONNECTOR)
    const sealed = desk.erp.seal(CONNECTOR, { key: 'k', hook: 'a secret of some length' })
    const about = { name: 'Odoo', kind: 'odoo', settings: { url: 'http://127.0.0.1:9' }, sealed, allow: {}, takes: {} }
    const where = { id: CONNECTOR, warehouse: desk.site.warehouse.id, version: before?.version ?? null }
    await desk.stores.connections.put(where, { ...about, mode: 'live' })
    const body = '{"_model":"sale.order","_id":7}'
    const hint = (secret: string) => hook(body, {}, `${CONNECTOR}${secret}`)
    expect((await hint('')).status).toBe(401)
    expect((await hint('?secret=another%20secret%20or%20so')).status).toBe(401)
    expect(pulled).toEqual([])
    expect(await answers(await hint('?secret=a%20secret%20of%20some%20length'))).toEqual([200, { heard: true }])
    expect(pulled.splice(0)).toEqual([CONNECTOR])
  })
  it('[EH10] a connection that is off, or of a kind without hints, hears nothing', async () => {
    const before = await desk.stores.connections.get(CONNECTOR)
    const sealed = before?.sealed ?? null
    const where = { id: CONNECTOR, warehouse: desk.site.warehouse.id }
    const about = { name: 'OMS', settings: { url: 'http://127.0.0.1:9' }, sealed, allow: {}, takes: {} }
    const version = before?.version ?? null
    const off = await desk.stores.connections.put({ ...where, version }, { ...about, kind: 'rest', mode: 'off' })
    expect((await hook(BODY, signed(BODY))).status).toBe(401)
    await desk.stores.connections.put(
      { ...where, version: off?.version ?? null },
      { ...about, kind: 'sim', mode: 'live' },
    )
    expect((await hook(BODY, signed(BODY))).status).toBe(401)
    expect(pulled).toEqual([])
  })
})
