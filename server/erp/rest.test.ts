import { afterEach, describe, expect, it } from 'vitest'
import { never } from '../../test/erp/carry.ts'
import { lineOf } from '../../test/erp/operations.ts'
import type { ErpConnector } from './connector.ts'
import { isErpError } from './erp-error.ts'
import type { ErpError } from './erp-error.ts'
import type { OutboundOp } from './operation.ts'
import { classify } from './rest-call.ts'
import { rest } from './rest.ts'
import { makeConnector } from './settings.ts'
import { readSigningKeys, signedHeaders, verifiedId } from './standard-webhooks.ts'

const NOW = '2026-11-23T08:00:00.000Z'
const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NEW = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const KEY = '3f2b8c1e-0000-5000-8000-000000000001'
const INFO = { serverTime: NOW }

type Sent = { method: string; path: string; headers: Headers; body: string }
const sent: Sent[] = []
afterEach(() => void sent.splice(0))
/** Answers by path; what is not named is a gateway's page. */
const connect = (answers: Readonly<Record<string, unknown>>, settings: object = {}): ErpConnector =>
  makeConnector(rest, {
    id: 'rest',
    settings: { url: 'https://erp.example/stockhand/', ...settings },
    secrets: { token: 'the-token', signing: NEW },
    now: () => NOW,
    fetch: async (input, init) => {
      const { pathname, search } = new URL(input as string)
      const path = pathname.replace('/stockhand', '') + search
      sent.push({
        method: init?.method ?? '',
        path,
        headers: new Headers(init?.headers),
        body: typeof init?.body === 'string' ? init.body : '',
      })
      const answer = { '/info': INFO, ...answers }[path]
      if (answer instanceof Response) return answer.clone()
      return answer === undefined
        ? new Response('<html>Not Found</html>', { status: 404, headers: { 'content-type': 'text/html' } })
        : Response.json(answer)
    },
  })
const failureOf = (run: Promise<unknown>): Promise<ErpError | string> =>
  run.then(
    () => 'none',
    (error: unknown) => (isErpError(error) ? error : String(error)),
  )
const order = { kind: 'salesOrder', id: 'salesOrder,S-1' }
const shipment = {
  key: KEY,
  seq: 7,
  subject: 'order/x',
  at: NOW,
  by: 'Ayşe',
  client: 'demo',
  answers: { rest: 'yes' },
  type: 'shipment',
  order,
  packages: [],
  shipping: { carrier: null, tracking: ['T1'] },
  shorts: 'cancel',
  lines: [lineOf({ item: 'A', n: 3, line: 'salesOrder,S-1,20' })],
} as const satisfies OutboundOp

describe('signatures', () => {
  const at = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', now: '2021-02-25T15:02:10.000Z', body: '{"test": 2432232314}' }
  const request = (headers: Record<string, string>, now = at.now, body = at.body) => ({
    headers,
    now,
    raw: new TextEncoder().encode(body),
  })
  it('[EH1] a message is signed as the specification’s own example is', () => {
    const keys = readSigningKeys(OLD) ?? []
    expect(signedHeaders(keys, at)).toEqual({
      'webhook-id': at.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
    expect(verifiedId(keys, request(signedHeaders(keys, at)))).toBe(at.id)
  })
  it('[EH1] two secrets sign side by side and either opens; anything else opens nothing', () => {
    const [old, both] = [readSigningKeys(OLD) ?? [], readSigningKeys(`${NEW}, ${OLD}`) ?? []]
    const headers = signedHeaders(both, at)
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
    for (const keys of [old, both, readSigningKeys(NEW) ?? []]) expect(verifiedId(keys, request(headers))).toBe(at.id)
    const { 'webhook-id': _id, ...nameless } = headers
    const wrong = [
      request(nameless),
      request({ ...headers, 'webhook-timestamp': '1614265331' }),
      request({ ...headers, 'webhook-timestamp': 'now' }),
      request({ ...headers, 'webhook-signature': 'v1,' }),
      request({ ...headers, 'webhook-signature': 'v1a,g0hM9SsE' }),
      request(headers, '2021-02-25T15:07:11.000Z'),
      request(headers, '2021-02-25T14:57:09.000Z'),
      request(headers, at.now, '{"test": 2432232315}'),
    ]
    for (const one of wrong) expect(verifiedId(both, one)).toBeNull()
    expect(
      verifiedId(readSigningKeys(`whsec_${Buffer.alloc(24).toString('base64')}`) ?? [], request(headers)),
    ).toBeNull()
    for (const text of ['', 'whsec_', 'whsec_c2hvcnQ=', `${NEW},`]) expect(readSigningKeys(text)).toBeNull()
  })
})

describe('documents that go out', () => {
  it('[EH2] under their key, signed, with orders and lines as the ERP calls them', async () => {
    const connector = connect({ '/documents': {} })
    await connector.post(shipment, await connector.prepare(shipment, null, never), never)
    const call = sent.at(-1)
    expect([call?.method, call?.path, call?.headers.get('idempotency-key')]).toEqual(['POST', '/documents', KEY])
    expect(call?.headers.get('authorization')).toBe('Bearer the-token')
    const signed = signedHeaders(readSigningKeys(NEW) ?? [], { id: KEY, now: NOW, body: call?.body ?? '' })
    for (const [name, value] of Object.entries(signed)) expect(call?.headers.get(name)).toBe(value)
    expect(JSON.parse(call?.body ?? '')).toEqual({
      key: KEY,
      type: 'shipment',
      seq: 7,
      at: NOW,
      by: 'Ayşe',
      client: 'demo',
      answers: { rest: 'yes' },
      order: 'S-1',
      shorts: 'cancel',
      shipping: { carrier: null, tracking: ['T1'] },
      packages: [],
      lines: [{ item: 'A', lot: '', serial: '', expiry: null, quantity: 3, line: '20', location: null }],
    })
  })
  it('[EH3] the class follows status and phase', () => {
    const classes = (phase: 'read' | 'write') =>
      Object.fromEntries(
        [400, 401, 403, 404, 409, 422, 429, 500, 503, 302, 504].map(status => [status, classify(status, phase)]),
      )
    const known = {
      401: 'auth',
      403: 'config',
      404: 'config',
      302: 'config',
      429: 'throttled',
      400: 'rejected',
      422: 'rejected',
    }
    const lost = (name: string) => ({ 409: name, 500: name, 503: name, 504: name })
    expect(classes('read')).toEqual({ ...known, ...lost('transient') })
    expect(classes('write')).toEqual({ ...known, ...lost('unknownOutcome') })
  })
  it('[EH3] a question is handed on with its answers', async () => {
    const question = { id: 'rest', text: 'Backorder?', answers: [{ id: 'yes', text: 'Yes' }] }
    const connector = connect({ '/documents': Response.json({ question }, { status: 422 }) })
    const failure = await failureOf(connector.post(shipment, { kind: 'document', id: KEY }, never))
    expect(failure).toMatchObject({ class: 'needsDecision', question })
  })
  it('[EH4] a gateway that knows nothing is not an ERP that has nothing', async () => {
    expect(await failureOf(connect({}).find(shipment, null, never))).toMatchObject({ class: 'config' })
    const path = `/documents/${KEY}`
    const other = Response.json({ error: { code: 'no_route' } }, { status: 404 })
    expect(await failureOf(connect({ [path]: other }).find(shipment, null, never))).toMatchObject({ class: 'config' })
    const none = Response.json({ error: { code: 'unknown_document' } }, { status: 404 })
    expect(await connect({ [path]: none }).find(shipment, null, never)).toEqual({ state: 'absent' })
    const page = new Response('<html>', { status: 200 })
    expect(await failureOf(connect({ [path]: page }).find(shipment, null, never))).toMatchObject({ class: 'transient' })
  })
  it('[EH5] what waits is a draft that may wait; what was refused says why', async () => {
    const found = (body: object) =>
      connect({ [`/documents/${KEY}`]: { id: 'D1', ...body } }).find(shipment, null, never)
    expect(await found({ state: 'waiting' })).toMatchObject({ state: 'draft', ref: { id: 'D1' } })
    expect(connect({}).caps.takesLater).toBe(true)
    expect(await found({ state: 'cancelled' })).toMatchObject({ state: 'cancelled' })
    const failure = await failureOf(found({ state: 'refused', reason: 'the period is closed' }))
    expect(failure).toMatchObject({ class: 'rejected', message: expect.stringContaining('the period is closed') })
    const lines = [{ item: 'A', quantity: -3 }]
    expect(await found({ state: 'posted', number: 'N-1', postedAt: NOW, lines })).toMatchObject({
      state: 'posted',
      at: NOW,
      ref: { number: 'N-1' },
      documents: [],
      lines: [{ item: 'A', lot: '', serial: '', qty: { n: 3, num: 1, den: 1 } }],
    })
  })
})

describe('records that come in', () => {
  const page = (items: readonly object[]) => ({ items, next: '1', more: false })
  it('[EH6] quantities are whole numbers or decimal text; a fraction as a number is a flaw', async () => {
    const line = (id: string, quantity: unknown) => ({ id, item: 'A', quantity })
    const good = { id: 'S-1', lines: [line('1', 2), line('2', '2.5')] }
    const bad = { id: 'S-2', lines: [line('1', 2.5)] }
    const { items, flaws } = await connect({ '/sales-orders?limit=10': page([good, bad]) }).pull(
      'salesOrder',
      null,
      10,
      never,
    )
    expect(items[0]?.lines.map(row => row.quantity)).toEqual([
      { n: 2, num: 1, den: 1 },
      { n: 25, num: 1, den: 10 },
    ])
    expect([items.length, flaws[0]?.id]).toEqual([1, 'salesOrder,S-2'])
    const item = { id: 'A', sku: 'A', name: 'Mug', packagings: [{ id: 'case', name: 'case', quantity: '12' }] }
    const found = await connect({ '/items?limit=10': page([item, { id: 'B' }]) }).pull('item', null, 10, never)
    expect(found.items).toMatchObject([{ unit: 'pcs', active: true, packagings: [{ ratio: { num: 12, den: 1 } }] }])
    expect(found.flaws.map(flaw => [flaw.id, flaw.field])).toEqual([
      ['B', 'sku'],
      ['B', 'name'],
    ])
  })
  it('[EH7] a sales order, a purchase order and their lines of one number stay apart', async () => {
    const lines = [{ id: '1', item: 'A', quantity: 1 }]
    const cancelled = { id: 'C1', of: 'salesOrder', document: '7', at: NOW }
    const label = { id: 'L1', order: '7', format: 'zpl', content: 'XlhB' }
    const kinds = ['salesOrder', 'purchaseOrder', 'asn', 'cancellation', 'carrierLabel'] as const
    const announced = { id: '7', order: '7', lines: [{ ...lines[0], orderLine: '1' }] }
    const connector = connect(
      {
        '/sales-orders?limit=9': page([{ id: '7', lines }]),
        '/purchase-orders?limit=9': page([{ id: '7', lines }]),
        '/asns?limit=9': page([announced]),
        '/cancellations?limit=9': page([cancelled]),
        '/carrier-labels?limit=9': page([label]),
        '/sales-orders/ids?limit=500': { ids: ['7'], next: '7', more: false },
      },
      { kinds },
    )
    const first = async (kind: (typeof kinds)[number]) => (await connector.pull(kind, null, 9, never)).items[0]
    expect(await first('salesOrder')).toMatchObject({
      id: 'salesOrder,7',
      number: '7',
      lines: [{ id: 'salesOrder,7,1' }],
    })
    expect(await first('purchaseOrder')).toMatchObject({ id: 'purchaseOrder,7', lines: [{ id: 'purchaseOrder,7,1' }] })
    const asn = { id: 'asn,7', order: 'purchaseOrder,7', lines: [{ id: 'asn,7,1', orderLine: 'purchaseOrder,7,1' }] }
    expect(await first('asn')).toMatchObject(asn)
    expect(await first('cancellation')).toMatchObject({ document: 'salesOrder,7' })
    expect(await first('carrierLabel')).toMatchObject({ order: 'salesOrder,7' })
    const ids: string[] = []
    for await (const id of connector.ids('salesOrder', never)) ids.push(id)
    expect(ids).toEqual(['salesOrder,7'])
    expect(await connector.pull('item', '5', 9, never)).toEqual({ items: [], flaws: [], next: '5', more: false })
  })
  it('[EH14] a page that leads nowhere is trouble, and its list is not taken for all of it', async () => {
    const page = { items: [], rows: [], ids: ['1'], movements: [], next: 'a', more: true }
    const nowhere = { ...page, next: '' }
    const stuck = connect({
      '/items?limit=100&cursor=a': page,
      '/items?limit=100': nowhere,
      '/items/ids?limit=500': nowhere,
      '/stock?limit=500': page,
      '/stock?limit=500&cursor=a': page,
      '/movements?limit=100&cursor=a': page,
    })
    const all = async (list: AsyncIterable<unknown>): Promise<void> => {
      for await (const _ of list);
    }
    const runs = [
      () => stuck.pull('item', 'a', 100, never),
      () => stuck.pull('item', null, 100, never),
      () => all(stuck.ids('item', never)),
      () => all(stuck.stock({ locations: [] }, never)),
      () => stuck.movementsSince('a', 100, never),
    ]
    for (const run of runs) expect(await failureOf(run())).toMatchObject({ class: 'transient' })
  })
  it('[EH8] a clock that is minutes off is named', async () => {
    const check = (serverTime: string) => connect({ '/info': { serverTime } }).check(never)
    expect(await check('2026-11-23T08:03:00Z')).toMatchObject({ ok: true, problems: [] })
    expect(await check('2026-11-23T08:05:00Z')).toMatchObject({ ok: false, problems: [{ kind: 'clock' }] })
  })
  it('[E53] a signing secret that is none is refused without being shown', () => {
    const secrets = { token: 't', signing: 'hunter2' }
    const settings = { url: 'https://erp.example' }
    const make = (): unknown => makeConnector(rest, { id: 'rest', settings, secrets })
    expect(make).toThrow('signing secret')
    expect(make).not.toThrow(/hunter2/)
  })
})
