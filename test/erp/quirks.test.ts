import { afterAll, describe, expect, it } from 'vitest'
import type { ErpConnector } from '../../server/erp/connector.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { sim } from '../../server/erp/sim.ts'
import { serveSimErp } from '../../server/erp/sim/serve.ts'
import { PROFILES } from '../../server/erp/sim/profile.ts'
import type { ProfileName } from '../../server/erp/sim/profile.ts'
import { emptyState, MAIN } from '../../server/erp/sim/state.ts'
import { SIGNATURE } from '../../server/erp/sim/webhooks.ts'
import { makeConnector } from '../../server/erp/settings.ts'
import { makeDelivery } from './carry.ts'
import { pullAll } from './kit-pull.ts'
import { adjustment, receipt, shipment } from './operations.ts'
import { simPeople } from './sim-peer.ts'

const TOKEN = 'right'
const DAY = 86_400_000

/** What each profile does to whoever trusts it, and that our connector comes to no harm by it. */
describe('quirks of ERPs', () => {
  const ends: (() => Promise<void>)[] = []
  afterAll(async () => void (await Promise.all(ends.map(end => end()))))
  const start = async (name: ProfileName) => {
    let ms = Date.parse('2026-11-23T08:00:00.000Z')
    const now = (): string => new Date((ms += 7)).toISOString()
    const profile = PROFILES[name]
    const served = await serveSimErp({ state: emptyState(), save: async () => {}, now, token: TOKEN, profile })
    ends.push(served.close)
    const people = simPeople(served.erp)
    const settings = { url: served.url, profile: name }
    const connector = makeConnector(sim, { id: 'sim', settings, secrets: { token: TOKEN }, now })
    const session = async (): Promise<string> => {
      if (profile.sessionMs === 0) return `Bearer ${TOKEN}`
      const answer = await fetch(`${served.url}/login`, { method: 'POST', body: JSON.stringify({ password: TOKEN }) })
      return `Session ${((await answer.json()) as { session: string }).session}`
    }
    /** As somebody would who trusts what the ERP says. */
    const naively = async (method: string, path: string, body: object = {}) => {
      const headers = { authorization: await session(), 'content-type': 'application/json' }
      const answer = await fetch(`${served.url}${path}`, { method, headers, body: JSON.stringify(body) })
      const json = (await answer.json()) as Record<string, unknown>
      return { status: answer.status, body: (json['result'] ?? json) as Record<string, unknown> }
    }
    const carry = async (op: OutboundOp, more: { connector?: ErpConnector } = {}) => {
      const delivery = makeDelivery(more.connector ?? connector, { allow: { no_origin: 'yes' } })
      delivery.send(op)
      await delivery.run()
      return delivery.row(op)
    }
    const peer = { ...people, url: served.url, connect: () => connector, stop: served.close }
    const passTime = (by: number): void => void (ms += by)
    return {
      ...served,
      people,
      peer,
      connector,
      naively,
      carry,
      passTime,
      onHand: (item: string) => people.onHand(item, MAIN),
    }
  }
  const counting = (item: string, counted: number) => ({ item, place: MAIN, lot: '', counted })

  it('[ER35] odoo: a count that is applied again clears the place; a difference that is sent again is not', async () => {
    const erp = await start('odoo')
    const [mine, theirs] = [await erp.people.item(), await erp.people.item()]
    for (const item of [mine, theirs]) await erp.people.stockUp(item, MAIN, 13)
    const count = (await erp.naively('POST', '/api/counts', counting(theirs, 11))).body['id'] as string
    const applied = [1, 2].map(() => erp.naively('POST', `/api/counts/${count}/apply`))
    for (const one of applied) expect((await one).status).toBe(200)
    expect(await erp.onHand(theirs)).toBe(0)
    const op = adjustment(erp.peer, { item: mine, delta: -2, book: 13 })
    for (let n = 0; n < 2; n += 1) expect((await erp.carry(op))?.state).toBe('posted')
    expect(await erp.onHand(mine)).toBe(11)
  })
  it('[ER35] tryton: a count books against the figure of when it was opened; a difference bears what moves in between', async () => {
    const erp = await start('tryton')
    const [mine, theirs] = [await erp.people.item(), await erp.people.item()]
    for (const item of [mine, theirs]) await erp.people.stockUp(item, MAIN, 13)
    const count = (await erp.naively('POST', '/api/counts', counting(theirs, 10))).body['id'] as string
    for (const item of [mine, theirs]) await erp.people.moveByHand(item, MAIN, 'DAMAGED', 3)
    await erp.naively('POST', `/api/counts/${count}/apply`)
    // Ten were there and ten were counted.
    expect(await erp.onHand(theirs)).toBe(7)
    // Ours was counted before the move: one was too many.
    expect((await erp.carry(adjustment(erp.peer, { item: mine, delta: -1, book: 13 })))?.state).toBe('posted')
    expect(await erp.onHand(mine)).toBe(9)
  })
  it('[ER35] odoo: a load that was refused answers 200 with `ids: false`; it is told as a refusal in its words', async () => {
    const erp = await start('odoo')
    const item = await erp.people.item({ lot: true })
    const op = receipt(erp.peer, null, [{ item, n: 5 }])
    const line = { item, lot: '', serial: '', expiry: null, quantity: 5, line: null, from: null, to: MAIN }
    const naive = await erp.naively('POST', '/api/documents', {
      key: 'naive',
      type: 'receipt',
      client: '',
      order: null,
      lines: [line],
    })
    expect(naive).toMatchObject({ status: 200, body: { ids: false } })
    expect(await erp.onHand(item)).toBe(0)
    expect(await erp.carry(op)).toMatchObject({ state: 'dead', question: expect.stringContaining('lot missing') })
  })
  it('[ER35] odoo: the same load again appends its lines; what is posted is what was sent', async () => {
    const erp = await start('odoo')
    const [mine, theirs] = [await erp.people.item(), await erp.people.item()]
    const line = { item: theirs, lot: '', serial: '', expiry: null, quantity: 5, line: null, from: null, to: MAIN }
    const body = { key: 'naive', type: 'receipt', client: '', order: null, lines: [line] }
    const [made] = [
      await erp.naively('POST', '/api/documents', body),
      await erp.naively('POST', '/api/documents', body),
    ]
    await erp.naively('POST', `/api/documents/${String(made.body['id'])}/post`, { backorder: true })
    expect(await erp.onHand(theirs)).toBe(10)
    erp.faults.inject({ call: 1, fault: 'twice', matches: (_, text) => text.includes('"lines"') })
    const proxied = makeConnector(sim, {
      id: 'sim',
      settings: { url: 'http://127.0.0.1:9', profile: 'odoo' },
      secrets: { token: TOKEN },
      now: () => '2026-11-23T08:00:00.000Z',
      fetch: async (input, init) => erp.faults.handle(new Request(input, init)),
    })
    expect((await erp.carry(receipt(erp.peer, null, [{ item: mine, n: 5 }]), { connector: proxied }))?.state).toBe(
      'posted',
    )
    expect([erp.faults.met.twice, await erp.onHand(mine)]).toEqual([1, 5])
  })
  it('[ER35] tryton: an order whose rest will not come stays open in exception; nobody is sent to pick it again', async () => {
    const erp = await start('tryton')
    const item = await erp.people.item()
    await erp.people.stockUp(item, MAIN, 10)
    const sale = await erp.people.sale([{ item, n: 3 }])
    expect((await erp.carry(shipment(erp.peer, sale, [{ item, n: 2 }], { shorts: 'cancel' })))?.state).toBe('posted')
    // Whoever goes by its state sees an order that wants one more.
    expect(erp.erp.order(sale)).toMatchObject({ state: 'open', lines: [{ quantity: 3, done: 2 }] })
    expect((await pullAll(erp.connector, 'salesOrder', null)).records.get(sale)?.state).toBe('closed')
  })
  it('[ER35] logo: POST overwrites the document that has the number; what is made by PUT is never overwritten', async () => {
    const erp = await start('logo')
    const [mine, theirs] = [await erp.people.item(), await erp.people.item()]
    const body = (item: string, number: string, quantity: number) => {
      const line = { item, lot: '', serial: '', expiry: null, quantity, line: null, from: null, to: MAIN }
      return { key: number, number, type: 'receipt', client: '', order: null, lines: [line] }
    }
    // Two receipts that got one number, by a counter that began anew.
    for (const n of [5, 3])
      expect((await erp.naively('POST', '/api/documents', body(theirs, 'W1', n))).status).toBe(200)
    expect(await erp.onHand(theirs)).toBe(3)
    for (const n of [5, 3]) await erp.naively('PUT', '/api/documents', body(mine, 'W2', n))
    expect(await erp.onHand(mine)).toBe(5)
    const item = await erp.people.item()
    const op = receipt(erp.peer, null, [{ item, n: 4 }])
    for (let n = 0; n < 2; n += 1) expect((await erp.carry(op))?.state).toBe('posted')
    expect([await erp.onHand(item), await erp.people.postedWith(op.key)]).toEqual([4, 1])
  })
  it('[ER35] shopify: each change is told twice and the newest first; ours is heard once and pulled as it is now', async () => {
    const erp = await start('shopify')
    const item = await erp.people.item()
    erp.erp.hooks.sent(TOKEN)
    for (const name of ['Mug', 'Mug, blue', 'Mug, deep blue']) await erp.people.rename(item, name)
    const sent = erp.erp.hooks.sent(TOKEN)
    const believed = sent.map(({ raw }) => JSON.parse(new TextDecoder().decode(raw)) as { record: { name: string } })
    // Whoever takes what they bring ends with the oldest name.
    expect([believed.length, believed.at(-1)?.record.name]).toEqual([6, 'Mug'])
    const about = { secret: null, now: '2026-11-23T08:00:00.000Z' }
    const heard = await Promise.all(sent.map(async one => erp.connector.webhook?.({ ...one, ...about })))
    expect([new Set(heard.map(one => one?.id)).size, heard[0]?.hints]).toEqual([3, [{ kind: 'item', id: null }]])
    expect((await pullAll(erp.connector, 'item', null)).records.get(item)?.name).toBe('Mug, deep blue')
    const [first] = sent
    if (first === undefined) throw new Error('nothing was sent')
    const forged = { ...first, headers: { ...first.headers, [SIGNATURE]: 'AAAA' }, ...about }
    await expect(erp.connector.webhook?.(forged)).rejects.toMatchObject({ class: 'auth' })
  })
  it('[ER35] bc: a subscription ends after three days unless it is renewed; what is pulled anyway is not missed', async () => {
    const erp = await start('bc')
    const { hooks } = erp.erp
    const item = await erp.people.item()
    const echo = (token: string): string => token
    expect(() => hooks.subscribe(() => 'something else', null)).toThrow('handshake')
    const made = hooks.subscribe(echo, null)
    expect(() => hooks.subscribe(echo, null)).toThrow('changed')
    const { end } = await pullAll(erp.connector, 'item', null)
    erp.passTime(2 * DAY)
    hooks.subscribe(echo, made.version)
    erp.passTime(2 * DAY)
    await erp.people.rename(item, 'on day four')
    expect(hooks.sent(TOKEN).length).toBeGreaterThan(0)
    erp.passTime(2 * DAY)
    await erp.people.rename(item, 'on day six')
    // Whoever waits to be told has missed it.
    expect(hooks.sent(TOKEN)).toEqual([])
    expect((await pullAll(erp.connector, 'item', end)).records.get(item)?.name).toBe('on day six')
  })
})
