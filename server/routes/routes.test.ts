import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { framesIn } from '../../shared/sync/frames.ts'
import { HEADERS } from '../../shared/sync/enrol.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { endpoints } from '../app.ts'
import { scopeName } from '../sync/handle.ts'
import { refusalsOf } from './openapi.ts'
import { STATUS } from './refused.ts'
import { AYSE, CEM, enrol, get, post, proven, round, sealed, send, session, testApp } from './test-app.ts'
import { BLOCK, BLOCK_SHA, CLIENT, OTHER_WAREHOUSE, WAREHOUSE } from './test-stores.ts'

const codeOf = async (response: Response): Promise<string> => {
  const { code }: { code: string } = await response.json()
  return code
}

/** What anybody may call without credentials; everything else must refuse. A new route is refused by this list until it is named. */
const OPEN = new Set([
  'POST /api/enrol',
  'POST /api/token',
  'POST /api/rescue',
  'GET /api/health',
  'GET /api/desk/start',
  'POST /api/desk/session',
  'POST /api/desk/first',
  'POST /api/desk/passkey/start',
  'POST /api/desk/passkey/session',
  'POST /api/desk/identity/start',
  'GET /api/desk/identity/back',
  'GET /api/ready',
  'GET /api/docs',
  'GET /api/docs.css',
  'GET /api/openapi.json',
  'GET /demo',
  'GET /demo/code/:kind/:file',
  'GET /demo/:file',
  'GET /*',
])

test('[A8] without credentials only the documented open routes answer', async () => {
  const demo = { data: emptyDemo, files: new Map() }
  const app = await testApp({ demo })
  const registered = new Set(app.app.routes.map(route => `${route.method} ${route.path}`))
  const walked: string[] = []
  for (const route of registered) {
    const [method = '', path = ''] = route.split(' ')
    if (method === 'ALL') continue
    const response = await app.app.request(path.replace(/:\w+/g, 'x').replace('*', 'page'), {
      method,
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
    const shut = response.status === 401 && (await codeOf(response)) === 'unauthorised'
    expect([route, shut]).toEqual([route, !OPEN.has(route)])
    walked.push(route)
  }
  for (const { method, path } of endpoints()) expect(walked).toContain(`${method} ${path}`)
  for (const route of OPEN) expect(walked).toContain(route)
})

const emptyDemo = {
  read: async () => ({ items: [], documents: [], places: [] }),
  enrolment: () => ({ code: 'XECODE', url: 'http://localhost/enrol#t=XECODE' }),
}

test('[A6] a revoked handheld is refused everywhere, its work is kept for review', async () => {
  const app = await testApp()
  const device = await enrol(app)
  await app.deps.stores.devices.revoke(device.answer.device, 'revoked', null)
  const request = round(device, { push: { epoch: 'abcdefghijkl', commands: [sealed(1, '{}')] } })
  for (const response of [
    await get(app, device, '/api/catalogue'),
    await get(app, device, '/api/snapshot'),
    await get(app, device, '/api/events'),
    await send(app, device, '/api/sync', request),
  ])
    expect([response.status, await codeOf(response)]).toEqual([403, 'revoked'])
  expect(app.rounds).toEqual([])
  expect(app.kept).toMatchObject([{ source: 'revoked', device: device.answer.device, body: JSON.stringify(request) }])
  expect((await send(app, device, '/api/quarantine', 'poison')).status).toBe(200)
  expect(app.kept).toHaveLength(2)
})

test('[A6] a revoked handheld that repeats itself for ever does not fill the store', async () => {
  const app = await testApp()
  const device = await enrol(app)
  await app.deps.stores.devices.revoke(device.answer.device, 'frozen', null)
  const request = round(device, { push: { epoch: 'abcdefghijkl', commands: [sealed(1, '{}')] } })
  let last = 403
  for (let i = 0; i < 21; i += 1) last = (await send(app, device, '/api/sync', request)).status
  expect([last, app.kept.length]).toEqual([429, 20])
})

test('[DV9] a round tells how wrong the clock of its last step was; one without a step says nothing', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const site = { ...testSite('clock', 1), warehouse: { id: WAREHOUSE } }
  const sealer = makeSealer(site, device.answer.device, 'abcdefghijkl')
  const [client] = site.clients
  const [item] = site.items
  if (!client || !item) throw new Error('no site')
  const [from, to] = ['A-01', 'A-02'].map(code => looseAt(placeId(testSite('clock', 1), code)))
  const goods = { client: client.id, item: item.id, lot: '', serial: '', from: from!, to: to!, qty: 1 }
  const move: Draft = { type: 'move', process: 'move', line: null, task: null, ...goods }
  const commands = [5, -150_000].map(off => sealer.seal(move, app.deps.now(), body => ({ ...body, off })))
  await send(app, device, '/api/sync', round(device, { push: { epoch: 'abcdefghijkl', commands } }))
  await send(app, device, '/api/sync', round(device))
  expect(app.seen.map(seen => (seen as { clockOff?: number }).clockOff)).toEqual([-150_000, undefined])
})

test('[A9] a handheld speaks for itself and its warehouse only', async () => {
  const app = await testApp()
  const [one, two] = [await enrol(app), await enrol(app)]
  for (const request of [round(two), round(one, { warehouse: OTHER_WAREHOUSE })]) {
    const response = await send(app, one, '/api/sync', request)
    expect([response.status, await codeOf(response)]).toEqual([403, 'foreign_device'])
  }
  expect(app.rounds).toEqual([])
})

test('[A11] the scope is that of the logged-in worker, computed by the server, and stays when nobody is logged in', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const scopes: unknown[] = []
  for (const worker of [AYSE, CEM, null, { ...AYSE, id: derivedId<'worker'>('nobody') }]) {
    await send(app, device, '/api/sync', round(device, { session: worker && session(worker) }))
    scopes.push(app.rounds.at(-1)?.asker.clients)
  }
  expect(scopes).toEqual([null, [CLIENT], [CLIENT], [CLIENT]])
})

test('[A11] a device with a scope gets the catalogue of its clients only, under a version of its own', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const all: { families: object; version: string } = await (await get(app, device, '/api/catalogue')).json()
  expect(Object.keys(all.families)).toEqual([`item/${CLIENT}`, 'item/other'])
  const answer = await send(app, device, '/api/sync', round(device, { session: session(CEM) }))
  const { catalogue }: { catalogue: string } = await answer.json()
  const own: { families: object; version: string } = await (await get(app, device, '/api/catalogue')).json()
  expect(Object.keys(own.families)).toEqual([`item/${CLIENT}`])
  expect([own.version, all.version]).toEqual([catalogue, 'sha256-one'])
  expect(catalogue).not.toBe('sha256-one')
})

test('[W2] every round is the heartbeat of its handheld', async () => {
  const app = await testApp()
  const device = await enrol(app)
  await send(
    app,
    device,
    '/api/sync',
    round(device, { session: session(AYSE), head: { ...round(device).head, pending: 11 } }),
  )
  expect(app.seen).toMatchObject([{ id: device.answer.device, worker: AYSE.id, head: { pending: 11 }, app: '0.1.0' }])
})

test('[W3] a second round of the same handheld waits until the first is done, another handheld does not', async () => {
  let finish = (): void => {}
  const app = await testApp()
  const held = new Promise<void>(resolve => (finish = resolve))
  const [one, two] = [await enrol(app), await enrol(app)]
  let entered = 0
  app.deps.stores.devices.seen = async id => {
    entered += 1
    if (id === one.answer.device) await held
  }
  const first = send(app, one, '/api/sync', round(one))
  await expect.poll(() => entered).toBe(1)
  const second = await send(app, one, '/api/sync', round(one))
  expect([second.status, second.headers.get('retry-after'), await codeOf(second)]).toEqual([429, '1', 'busy'])
  expect((await send(app, two, '/api/sync', round(two))).status).toBe(200)
  finish()
  expect((await first).status).toBe(200)
  expect((await send(app, one, '/api/sync', round(one))).status).toBe(200)
})

test('[W4] another protocol is told so before anything else is read', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const response = await send(app, device, '/api/sync', { proto: 99, whatever: true })
  expect([response.status, await codeOf(response)]).toEqual([426, 'unknown_proto'])
})

test('[W5] a batch that is too long or too large is refused as too large, so that the handheld halves it', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const pushOf = (n: number, body: string) =>
    round(device, {
      push: { epoch: 'abcdefghijkl', commands: Array.from({ length: n }, (_, i) => sealed(i + 1, body)) },
    })
  const statusOf = async (body: unknown) => (await send(app, device, '/api/sync', body)).status
  expect(await statusOf(pushOf(100, '{}'))).toBe(200)
  expect(await statusOf(pushOf(101, '{}'))).toBe(413)
  expect(await statusOf(pushOf(2, 'x'.repeat(32 * 1024)))).toBe(200)
  expect(await statusOf(pushOf(3, 'x'.repeat(32 * 1024)))).toBe(413)
})

test('[W6] a body over the limit is not read to its end, whether its length is told or not', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const headers = proven(app, device, 'POST', '/api/sync', 'x')
  const told = await post(app, '/api/sync', '{}', { ...headers, 'content-length': '262145' })
  expect([told.status, await codeOf(told)]).toEqual([413, 'too_large'])
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull: controller => {
      pulled += 1
      controller.enqueue(new Uint8Array(64 * 1024))
    },
  })
  const init = { method: 'POST', headers, body: endless, duplex: 'half' }
  expect((await app.app.request('/api/sync', init)).status).toBe(413)
  expect(pulled).toBeLessThan(10)
})

test('[W6] a stranger cannot make the server read a body', async () => {
  const app = await testApp()
  let pulled = 0
  const body = new ReadableStream<Uint8Array>({ pull: () => void (pulled += 1) }, { highWaterMark: 0 })
  const init = { method: 'POST', body, duplex: 'half' }
  expect((await app.app.request('/api/sync', init)).status).toBe(401)
  expect(pulled).toBe(0)
})

test('[W7] what is not JSON, or does not fit, is a bad request that names the field and never its value', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const broken = await send(app, device, '/api/sync', '{"proto":1,')
  expect([broken.status, await codeOf(broken)]).toEqual([400, 'bad_request'])
  const misfit = await send(app, device, '/api/sync', { ...round(device), cursor: 'secret'.repeat(50) })
  const text = await misfit.text()
  expect([misfit.status, text.includes('cursor'), text.includes('secret')]).toEqual([400, true, false])
})

test('[W8] a fault is answered with an id and logged once under it, without saying what broke', async () => {
  const app = await testApp({
    sync: async () => {
      throw new Error('relation "command" is on fire')
    },
  })
  const device = await enrol(app)
  app.logged.length = 0
  const response = await send(app, device, '/api/sync', round(device))
  const body: { code: string; id: string; message: string } = await response.json()
  expect([response.status, body.code]).toEqual([500, 'fault'])
  expect(JSON.stringify(body)).not.toContain('fire')
  expect(app.logged.filter(line => line.level === 'error')).toMatchObject([
    { level: 'error', fields: { id: body.id, path: '/api/sync' } },
  ])
  expect((await get(app, device, '/api/catalogue')).status).toBe(200)
})

test('[W9] a snapshot is one head line, the rows, and the number of rows; the cursor carries the scope', async () => {
  const app = await testApp()
  const device = await enrol(app)
  await send(app, device, '/api/sync', round(device, { session: session(CEM) }))
  const response = await get(app, device, '/api/snapshot')
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  expect(lines).toEqual([
    {
      feedEpoch: 'feedepoch001',
      cursor: `feedepoch001.${scopeName([CLIENT])}.7`,
      floor: 2,
      through: { abcdefghijkl: 3 },
      acked: { abcdefghijkl: 4 },
    },
    expect.objectContaining({ k: 'client' }),
    expect.objectContaining({ k: 'lot' }),
    { end: 2 },
  ])
})

test('[W10] blocks come many at once in the order asked for, and a name that nobody has as nothing', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const ask = (shas: unknown) => send(app, device, '/api/blk', { shas })
  const answer = await ask([BLOCK_SHA, '0'.repeat(64), BLOCK_SHA])
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect(framesIn(bytes, 3)).toEqual([BLOCK, null, BLOCK])
  for (const shas of [[], ['../../secret'], Array.from({ length: 257 }, () => BLOCK_SHA), 'all'])
    expect((await ask(shas)).status).toBe(400)
})

test('[W11] every answer of the API carries the safety headers, is not kept, and brings the next nonce', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const answers = [
    await get(app, device, '/api/catalogue'),
    await app.app.request('/api/none'),
    await app.app.request('/'),
  ]
  for (const { headers } of answers) {
    expect(headers.get('content-security-policy')).toContain(
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval';",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('permissions-policy')).toContain('camera=(self)')
  }
  expect(answers.map(answer => answer.headers.get('cache-control'))).toEqual(['no-store', 'no-store', null])
  expect(answers[0]?.headers.get(HEADERS.nonce)).toBe(app.deps.nonces.issue(app.deps.now()))
})

test('[W12] the API description holds every route with its body, its answers and its refusals', async () => {
  const app = await testApp()
  const response = await app.app.request('/api/openapi.json')
  const spec: {
    paths: Record<
      string,
      Record<
        string,
        { requestBody?: { content: object }; responses: Record<string, { description: string; content: object }> }
      >
    >
  } = await response.json()
  for (const endpoint of endpoints()) {
    const path = endpoint.path.replace(/:(\w+)/, '{$1}')
    const described = spec.paths[path]?.[endpoint.method.toLowerCase()]
    expect([path, described?.requestBody !== undefined]).toEqual([path, endpoint.body !== null])
    for (const status of Object.keys(endpoint.answers)) expect(described?.responses[status]).toBeDefined()
    for (const code of refusalsOf(endpoint)) expect(described?.responses[STATUS[code]]?.description).toContain(code)
  }
  const registered = app.app.routes.filter(({ method, path }) => method !== 'ALL' && path !== '/*')
  for (const { method, path } of registered)
    expect([path, Object.keys(spec.paths[path.replace(/:(\w+)/, '{$1}')] ?? {})]).toEqual([
      path,
      expect.arrayContaining([method.toLowerCase()]),
    ])
  expect(JSON.stringify(spec.paths['/api/sync']?.['post']?.requestBody)).toContain('commands')
})
