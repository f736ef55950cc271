import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { randomBytes, X509Certificate } from 'node:crypto'
import type { NetworkInterfaceInfo } from 'node:os'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { http1, http2 } from '../../test/support/https.ts'
import type { HttpsClient } from '../../test/support/https.ts'
import { readConfig } from '../config.ts'
import { pinnedAsk } from '../pinned-ask.ts'
import { loadFiles } from '../routes/static.ts'
import { ADMIN, enrol, enrolBody, newKey, proven, round, testApp } from '../routes/test-app.ts'
import type { TestApp } from '../routes/test-app.ts'
import { LOOK_MS, loopbackUrl, serve } from './serve.ts'
import type { Machine, ServeDeps } from './serve.ts'

let root = ''
let folders = 0
const stops: (() => Promise<void> | void)[] = []
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'stockhand-serve-'))
  await mkdir(path.join(root, 'pwa', 'assets'), { recursive: true })
  await writeFile(path.join(root, 'pwa', 'index.html'), '<!doctype html><title>the app</title>')
  await writeFile(path.join(root, 'pwa', 'assets', 'big.js'), 'x'.repeat(300_000))
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
afterAll(() => rm(root, { recursive: true }))

const machineWith = (...addresses: string[]): Machine => ({
  hostname: 'depo',
  interfaces: () => ({
    eth0: addresses.map(
      address =>
        ({ address, internal: false, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo,
    ),
  }),
})

/** The app over memory behind real sockets of this machine. */
const serving = async (env: Record<string, string> = { STOCKHAND_LAN: '1' }, machine = machineWith('192.168.7.20')) => {
  const folder = env['STOCKHAND_DATA'] ?? path.join(root, String((folders += 1)))
  const config = readConfig({ PORT: '0', STOCKHAND_HELP_PORT: '0', STOCKHAND_DATA: folder, ...env })
  const app = await testApp({ files: await loadFiles(path.join(root, 'pwa')) })
  let nowMs = Date.now()
  const deps: ServeDeps = {
    machine,
    nowMs: () => nowMs,
    random: randomBytes,
    every: app.deps.every,
    log: app.deps.log,
    atStop: stop => void stops.unshift(stop),
  }
  const served = await serve(app.app, config, deps)
  stops.unshift(() => app.deps.doorbell.close())
  const ca = await readFile(path.join(folder, 'tls', 'authority.crt'), 'utf8').catch(() => '')
  return { app, served, ca, folder, wait: (ms: number) => (nowMs += ms), at: `https://127.0.0.1:${served.port}` }
}

/** What a handheld does, over whichever HTTP. */
const useAll = async (client: HttpsClient, app: TestApp): Promise<void> => {
  const page = await client.ask('/tasks')
  expect([page.status, page.body]).toEqual([200, '<!doctype html><title>the app</title>'])
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  expect((await client.ask('/assets/big.js')).body).toHaveLength(300_000)
  await app.addCode('XEHTTPS', undefined, true)
  const set = await client.ask('/api/enrol', { method: 'POST', body: JSON.stringify(enrolBody(newKey(), 'XEHTTPS')) })
  expect(set.status).toBe(200)
  const device = await enrol(app)
  const body = JSON.stringify(round(device))
  const headers = proven(app, device, 'POST', '/api/sync', body)
  const synced = await client.ask('/api/sync', { method: 'POST', headers, body })
  expect([synced.status, JSON.parse(synced.body)]).toMatchObject([200, { proto: 1, catalogue: 'sha256-one' }])
  const late = await client.ask('/api/sync', { method: 'POST', headers: {}, body: 'x'.repeat(200_000) })
  expect(late.status).toBe(401)
  const heard = await client.hear('/api/events', proven(app, device, 'GET', '/api/events'), 'data:')
  expect(heard).toContain('data: {"n":7}')
}

test('[OP4] a client that trusts the authority gets app, set-up, sync and doorbell over HTTP/2', async () => {
  const { app, at, ca } = await serving()
  const client = await http2(at, ca)
  expect(client.session.alpnProtocol).toBe('h2')
  await useAll(client, app)
  await client.close()
  // The stream that was hung up on no longer listens.
  expect([...app.timers].map(timer => timer.ms)).toEqual([LOOK_MS])
})

test('[OP4] a client that knows no HTTP/2 gets the same over HTTP/1.1', async () => {
  const { app, at, ca } = await serving()
  await useAll(http1(at, ca), app)
})

test('[OP4] whoever does not trust the authority is not connected, nor is anybody by an old version of TLS', async () => {
  const { at, served } = await serving()
  const { ca: stranger } = await serving()
  await expect(http1(at, stranger).ask('/')).rejects.toThrow('unable to verify')
  const old = connect({ port: served.port, rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
  const [error] = await once(old, 'error')
  expect(String(error)).toMatch(/protocol version|unsupported protocol/)
})

test('[OP4] at the stop idle connections of both versions are closed and the doorbell hangs up', async () => {
  const { app, at, ca } = await serving()
  const agent = new Agent({ keepAlive: true, ca })
  const idle = request(`${at}/api/health`, { agent }).end()
  const [answer] = await once(idle, 'response')
  answer.resume()
  await once(answer, 'end')
  const client = await http2(at, ca)
  const device = await enrol(app)
  const stream = client.session.request({ ':path': '/api/events', ...proven(app, device, 'GET', '/api/events') })
  await once(stream, 'data')
  // A goodbye: whoever is cut off when the grace is over hears none.
  const ended = [once(client.session, 'goaway'), once(client.session, 'close'), once(stream.resume(), 'end')]
  for (const stop of stops.splice(0)) await stop()
  await Promise.all(ended)
  agent.destroy()
  await expect(http1(at, ca).ask('/')).rejects.toThrow('ECONNREFUSED')
})

test('[OP5] plain HTTP serves the page that helps to install the authority, its certificate, and nothing else', async () => {
  const { served, ca } = await serving()
  const url = `http://127.0.0.1:${new URL(served.help?.url ?? '').port}`
  const page = await fetch(url)
  const text = await page.text()
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  for (const part of [served.origin, served.help?.fingerprint ?? '?', 'Android', 'iPhone', 'Windows', '/stockhand.crt'])
    expect(text).toContain(part)
  expect(text).not.toMatch(/<script|style=/)
  expect(await (await fetch(url, { headers: { 'accept-language': 'tr-TR' } })).text()).toContain('Sertifika yükle')
  const file = await fetch(`${url}/stockhand.crt`)
  expect(file.headers.get('content-type')).toBe('application/x-x509-ca-cert')
  const certificate = new X509Certificate(Buffer.from(await file.arrayBuffer()))
  expect([certificate.toString(), certificate.fingerprint256]).toEqual([ca, served.help?.fingerprint])
  expect((await fetch(`${url}/address.svg`)).headers.get('content-type')).toContain('svg')
  for (const gone of ['/enrol', '/api/health', '/api/sync', '/demo', '/authority.key', '/tls/authority.key'])
    expect((await fetch(`${url}${gone}`, { redirect: 'manual' })).status).toBe(404)
  expect((await fetch(`${url}/api/enrol`, { method: 'POST', body: '{}' })).status).toBe(404)
})

test('[OP1] handhelds are sent to the first address of the network, or to the address that was configured', async () => {
  const many = machineWith('192.168.7.20', '10.1.1.1', 'fd00::7')
  const { served } = await serving({ STOCKHAND_LAN: '1', HOST: '0.0.0.0' }, many)
  expect(served.origin).toBe(`https://192.168.7.20:${served.port}`)
  expect(served.others).toEqual([`https://10.1.1.1:${served.port}`])
  expect(served.help?.url).toMatch(/^http:\/\/192\.168\.7\.20:\d+$/)
  const named = await serving({ STOCKHAND_LAN: '1', STOCKHAND_URL: 'https://stock.lan' }, many)
  expect(named.served.origin).toBe('https://stock.lan')
})

test('[OP2] a machine that got another address while it runs serves a certificate for it at the next look', async () => {
  const addresses = ['192.168.7.20']
  const machine: Machine = { hostname: 'depo', interfaces: () => machineWith(...addresses).interfaces() }
  const { app, at, ca, served, folder } = await serving({ STOCKHAND_LAN: '1' }, machine)
  const named = async (): Promise<string> => {
    const socket = connect({ port: served.port, host: '127.0.0.1', ca })
    await once(socket, 'secureConnect')
    const cert = socket.getPeerX509Certificate()
    socket.destroy()
    return cert?.subjectAltName ?? ''
  }
  expect(await named()).not.toContain('10.5.5.5')
  addresses.push('10.5.5.5')
  const renewed = new Promise<void>(resolve => {
    app.deps.log.info = (_, message) => message.includes('renewed') && resolve()
  })
  app.turn(LOOK_MS)
  await renewed
  expect(await named()).toContain('10.5.5.5')
  expect(await readFile(path.join(folder, 'tls', 'server.crt'), 'utf8')).toContain('BEGIN CERTIFICATE')
  expect((await http1(at, ca).ask('/api/health')).status).toBe(200)
})

test('[OP6] with an own certificate the server says its name and needs no help page', async () => {
  const { folder } = await serving()
  const tls = path.join(folder, 'tls')
  const files = { STOCKHAND_TLS_CERT: path.join(tls, 'server.crt'), STOCKHAND_TLS_KEY: path.join(tls, 'server.key') }
  const { served, at } = await serving(files)
  expect([served.origin, served.help]).toEqual([`https://depo:${served.port}`, null])
  const ca = await readFile(path.join(tls, 'authority.crt'), 'utf8')
  expect((await http1(at, ca).ask('/api/health')).status).toBe(200)
})

test('[OP7] the command line knows the server by its key and says nothing to another one', async () => {
  const { served } = await serving()
  const url = `${loopbackUrl('127.0.0.1', served.port, served.pin)}/api/admin/code`
  const ask = { method: 'POST', headers: { authorization: `Bearer ${ADMIN}` }, body: '{}' } as const
  const answer = await pinnedAsk(url, served.pin ?? '', ask)
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"code":"XE')])
  const other = await serving()
  let asked = 0
  other.app.deps.stores.site.warehouses = async () => {
    asked += 1
    return []
  }
  const stranger = `${loopbackUrl('127.0.0.1', other.served.port, other.served.pin)}/api/admin/code`
  await expect(pinnedAsk(stranger, served.pin ?? '', ask)).rejects.toThrow('another server')
  expect([asked, other.app.logged]).toEqual([0, []])
})
