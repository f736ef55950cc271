import { expect, test } from 'vitest'
import { makeLog } from '../log.ts'
import { proxyList } from './caller.ts'
import { ADMIN, enrol, enrolBody, get, newKey, post, proven, round, sealed, send, testApp } from './test-app.ts'
import type { TestApp } from './test-app.ts'

const from = (remoteAddress: string, localAddress = '10.0.0.9') => ({
  incoming: { socket: { remoteAddress, localAddress } },
})
const metrics = (app: TestApp, at: string, headers: Record<string, string> = {}) =>
  Promise.resolve(app.app.request('/metrics', { headers }, from(at)))

test('[OP20] ready is 503 with what is wrong, and asks for no credentials', async () => {
  const app = await testApp()
  expect((await app.app.request('/api/ready')).status).toBe(200)
  app.deps.ops.ready = async () => ({ ready: false, store: true, migrated: true, disk: false })
  const answer = await app.app.request('/api/ready')
  expect([answer.status, await answer.json()]).toMatchObject([503, { ready: false, disk: false }])
})

test('[OP21] metrics are for this machine or for the token, never for what a proxy here brings', async () => {
  const open = await testApp()
  expect((await metrics(open, '127.0.0.1')).status).toBe(200)
  expect((await metrics(open, '::ffff:127.0.0.1')).status).toBe(200)
  expect((await metrics(open, '10.0.0.9')).status).toBe(200)
  expect((await metrics(open, '10.0.0.7')).status).toBe(401)
  expect((await metrics(open, '127.0.0.1', { 'x-forwarded-for': '127.0.0.1' })).status).toBe(401)
  expect((await metrics(open, '10.0.0.7', { authorization: 'Bearer null' })).status).toBe(401)
  const base = open.deps
  const app = await testApp({ ops: { ...base.ops, metricsToken: 'a-long-metrics-token' } })
  const asked = (token: string) => metrics(app, '10.0.0.7', { authorization: `Bearer ${token}` })
  expect([(await asked('a-long-metrics-token')).status, (await asked('a-long-metrics-tokem')).status]).toEqual([
    200, 401,
  ])
})

test('[OP22] metrics count requests by route, method and status with their time, rounds, batches, and read the store', async () => {
  const app = await testApp()
  const device = await enrol(app)
  app.elapsed.push(1000, 1030)
  const push = { epoch: 'abcdefghijkl', commands: [sealed(7, '{}'), sealed(8, '{}')] }
  await send(app, device, '/api/sync', round(device, { push }))
  await send(app, device, '/api/sync', round(device))
  app.deps.ops.metrics.applied([
    { seq: 7, outcome: 'applied', exceptions: [] },
    { seq: 8, outcome: 'exception', exceptions: [] },
    { seq: 9, outcome: 'quarantined', exceptions: [] },
  ])
  await app.app.request('/api/nothing?code=XESECRET')
  await app.app.request('/api/XESECRET')
  await app.app.request('/tasks/7')
  const stream = await get(app, device, '/api/events')
  const text = await (await metrics(app, '127.0.0.1')).text()
  for (const line of [
    'stockhand_http_request_duration_seconds_count{route="/api/sync",method="POST",status="200"} 2',
    'stockhand_http_request_duration_seconds_bucket{le="0.025",route="/api/sync",method="POST",status="200"} 1',
    'stockhand_http_request_duration_seconds_sum{route="/api/sync",method="POST",status="200"} 0.03',
    'stockhand_http_request_duration_seconds_count{route="unknown",method="GET",status="404"} 2',
    'stockhand_http_request_duration_seconds_count{route="app",method="GET",status="404"} 1',
    'stockhand_sync_rounds_total 2',
    'stockhand_sync_batch_commands_sum 2',
    'stockhand_commands_total{outcome="applied"} 1',
    'stockhand_commands_total{outcome="exception"} 1',
    'stockhand_commands_total{outcome="quarantined"} 1',
    'stockhand_outbox_messages{state="waiting"} 3',
    'stockhand_outbox_oldest_seconds 60',
    'stockhand_outbox_dead_letters 2',
    'stockhand_devices{state="active"} 4',
    'stockhand_devices_connected 1',
    'stockhand_exceptions_open 5',
    `stockhand_backup_last_timestamp_seconds ${Date.parse('2026-11-23T03:00:00.000Z') / 1000}`,
    'stockhand_store_bytes 6000000',
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).not.toContain('XESECRET')
  await stream.body?.cancel()
  expect(await (await metrics(app, '127.0.0.1')).text()).toContain('stockhand_devices_connected 0')
})

test('[OP25] each request is one line with route, status, time, caller and handheld; a sync names its commands', async () => {
  const app = await testApp()
  const device = await enrol(app)
  app.logged.length = 0
  app.elapsed.push(50, 62.34)
  const push = { epoch: 'abcdefghijkl', commands: [sealed(7, '{}'), sealed(8, '{}')] }
  await send(app, device, '/api/sync', round(device, { push }))
  await send(app, device, '/api/sync', round(device))
  await app.app.request('/api/catalogue', {}, from('10.0.0.3'))
  expect(app.logged.map(({ level, message }) => `${level} ${message}`)).toEqual(Array(3).fill('info request'))
  const base = { route: '/api/sync', method: 'POST', status: 200, from: '10.0.0.1', secure: false }
  const who = { device: device.answer.device, epoch: 'abcdefghijkl', acked: 0 }
  expect(app.logged.map(line => line.fields)).toEqual([
    { ...base, ms: 12.3, ...who, seqs: [7, 8] },
    { ...base, ms: 0, ...who },
    { ...base, ms: 0, route: '/api/catalogue', method: 'GET', status: 401, from: '10.0.0.3' },
  ])
})

test('[OP25] what machines ask every few seconds and the files of the app are logged when they fail only', async () => {
  const app = await testApp()
  for (const address of ['/api/health', '/api/ready']) await app.app.request(address)
  await metrics(app, '127.0.0.1')
  expect(app.logged).toEqual([])
  app.deps.ops.ready = async () => ({ ready: false, store: false, migrated: true, disk: true })
  await app.app.request('/api/ready')
  await app.app.request('/missing')
  expect(app.logged.map(({ fields }) => [fields['route'], fields['status']])).toEqual([
    ['/api/ready', 503],
    ['app', 404],
  ])
})

test('[OP25] no line holds a code, a token, a proof, a key or the address that was asked for', async () => {
  const lines: string[] = []
  const app = await testApp({ log: makeLog('info', { write: line => void lines.push(line) }) })
  const device = await enrol(app)
  const key = newKey()
  await app.addCode('XESECRET')
  await post(app, '/api/enrol', enrolBody(key, 'XESECRET'))
  await post(app, '/api/admin/code', {}, { authorization: `Bearer ${ADMIN}` }, '127.0.0.1')
  const proof = proven(app, device, 'GET', '/api/catalogue')
  await app.app.request('/api/catalogue', { headers: proof })
  await app.app.request('/api/hunter2?token=hunter2', { headers: { authorization: 'Bearer hunter2' } })
  await metrics(app, '10.0.0.7', { authorization: 'Bearer hunter2' })
  const text = lines.join('')
  expect(lines.length).toBeGreaterThanOrEqual(7)
  for (const secret of ['XESECRET', ADMIN, 'hunter2', key.publicKey.x, ...Object.values(proof)])
    expect(text).not.toContain(secret)
})

const behind = async (...ranges: string[]) => {
  const base = await testApp()
  const isProxy = proxyList(ranges)
  if (isProxy === null) throw new Error('no list')
  return testApp({ ops: { ...base.deps.ops, isProxy } })
}
const callerOf = async (app: TestApp, peer: string, headers: Record<string, string>): Promise<unknown> => {
  app.logged.length = 0
  await app.app.request('/api/catalogue', { headers }, from(peer))
  const fields = app.logged[0]?.fields
  return [fields?.['from'], fields?.['secure']]
}

test('[OP10] what a proxy says of the caller is believed of the configured proxies only, and only what they wrote', async () => {
  const app = await behind('10.0.0.0/24', 'fd00::/8')
  const forwarded = (list: string, proto = 'https') => ({ 'x-forwarded-for': list, 'x-forwarded-proto': proto })
  expect(await callerOf(app, '10.0.0.1', forwarded('192.168.5.5'))).toEqual(['192.168.5.5', true])
  expect(await callerOf(app, '::ffff:10.0.0.1', forwarded('192.168.5.5'))).toEqual(['192.168.5.5', true])
  expect(await callerOf(app, 'fd00::1', forwarded('[2001:db8::5]:4711'))).toEqual(['2001:db8::5', true])
  // Somebody wrote an address before the proxies did, and one proxy stands behind another.
  expect(await callerOf(app, '10.0.0.1', forwarded('127.0.0.1, 192.168.5.5:99, 10.0.0.2'))).toEqual([
    '192.168.5.5',
    true,
  ])
  expect(await callerOf(app, '10.0.0.1', forwarded('<script>', 'http'))).toEqual(['10.0.0.1', false])
  expect(await callerOf(app, '10.0.0.1', {})).toEqual(['10.0.0.1', false])
  expect(await callerOf(app, '10.0.1.1', forwarded('192.168.5.5'))).toEqual(['10.0.1.1', false])
})

test('[OP10] behind a proxy each caller has an allowance of its own, and whoever is no proxy cannot make new ones up', async () => {
  const app = await behind('10.0.0.1')
  const rescue = async (peer: string, client: string): Promise<number> =>
    (await post(app, '/api/rescue', 'x', { 'x-forwarded-for': client }, peer)).status
  const statuses = async (peer: string, client: (i: number) => string): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < 81; i += 1) all.push(await rescue(peer, client(i)))
    return all
  }
  expect((await statuses('10.0.0.1', i => `192.168.5.${i}`)).every(status => status === 200)).toBe(true)
  expect((await statuses('10.0.0.2', i => `192.168.6.${i}`)).at(-1)).toBe(429)
})

test('[OP10] the command line’s door stays shut to whoever comes through a proxy on this machine', async () => {
  const app = await behind('127.0.0.1')
  const ask = (headers: Record<string, string>) =>
    post(app, '/api/admin/code', {}, { authorization: `Bearer ${ADMIN}`, ...headers }, '127.0.0.1')
  expect((await ask({ 'x-forwarded-for': '127.0.0.1' })).status).toBe(401)
  expect((await ask({ forwarded: 'for=127.0.0.1' })).status).toBe(401)
  expect((await ask({})).status).toBe(200)
})

test('[OP26] the docs page shows every route of the description, holds no script and needs nothing from elsewhere', async () => {
  const app = await testApp()
  const answer = await app.app.request('/api/docs')
  await app.app.request('/api/openapi.json')
  expect(app.logged.map(line => line.fields['route'])).toEqual(['/api/docs', '/api/openapi.json'])
  const page = await answer.text()
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(page).not.toMatch(/<script|style=|https?:\/\//)
  const spec: { paths: Record<string, Record<string, { summary: string }>> } = await (
    await app.app.request('/api/openapi.json')
  ).json()
  for (const [path, methods] of Object.entries(spec.paths))
    for (const method of Object.keys(methods)) {
      expect(page).toContain(`<span class="method">${method.toUpperCase()}</span> <code>${path}</code>`)
      const id = `${method}-${path}`.replaceAll(/[^a-z\d]+/gi, '-')
      expect([page.includes(`href="#${id}"`), page.includes(`id="${id}"`)]).toEqual([true, true])
    }
  expect((await app.app.request('/api/docs.css')).headers.get('content-type')).toContain('text/css')
})
