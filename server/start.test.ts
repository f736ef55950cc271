import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { http1 } from '../test/support/https.ts'
import { readAdminFile } from './admin-file.ts'
import { readConfig } from './config.ts'
import type { Config } from './config.ts'
import { greeting } from './greeting.ts'
import { pinnedAsk } from './pinned-ask.ts'
import type { Log } from './routes/deps.ts'
import { enrolBody, newKey } from './routes/test-app.ts'
import { start } from './start.ts'
import type { Companion, Running } from './start.ts'

let folder = ''
const started: Running[] = []
// One folder for all: making the embedded database takes seconds, and every test leaves it as a stop does.
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stockhand-start-'))
})
afterEach(async () => {
  await Promise.all(started.splice(0).map(running => running.stop()))
})
afterAll(() => rm(folder, { recursive: true }))

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }
const configOf = (more: Partial<Config> = {}): Config => ({
  ...readConfig({ STOCKHAND_DATA: folder, PORT: '0' }),
  allowNotDurable: true,
  ...more,
})
const run = async (config = configOf(), companions: readonly Companion[] = []): Promise<Running> => {
  const running = await start(config, { log: silent, pwaDir: 'none', demoDir: 'server/demo/public', companions })
  started.push(running)
  return running
}
const enrolAt = (origin: string, code: string): Promise<Response> =>
  fetch(`${origin}/api/enrol`, { method: 'POST', body: JSON.stringify(enrolBody(newKey(), code)) })

test('[O7] the first start makes a working demo; its set-up code works until the stop and is another at the next start', async () => {
  const first = await run()
  expect(await (await fetch(`${first.origin}/api/health`)).json()).toMatchObject({
    ok: true,
    engine: 'pglite',
    demo: true,
  })
  const code = first.demoCode ?? ''
  expect([(await enrolAt(first.origin, code)).status, (await enrolAt(first.origin, code)).status]).toEqual([200, 200])
  const page = await (await fetch(`${first.origin}/demo`)).text()
  expect(page).toContain('data-scan="DOCK-1"')
  expect(await greeting(first)).toContain(code)
  await first.stop()
  const second = await run()
  expect(second.demoCode).not.toBe(code)
  expect((await enrolAt(second.origin, code)).status).toBe(410)
  expect((await enrolAt(second.origin, second.demoCode ?? '')).status).toBe(200)
})

test('[O8] the command line finds the running server by a file that only its owner can read, gone after the stop', async () => {
  const running = await run()
  const admin = await readAdminFile(folder)
  expect((await stat(path.join(folder, 'running.json'))).mode & 0o777).toBe(0o600)
  const headers = { authorization: `Bearer ${admin?.secret}` }
  const answer = await fetch(`${admin?.url}/api/admin/code`, { method: 'POST', headers, body: '{}' })
  const { code }: { code: string } = await answer.json()
  expect([(await enrolAt(running.origin, code)).status, (await enrolAt(running.origin, code)).status]).toEqual([
    200, 410,
  ])
  await running.stop()
  expect(await readAdminFile(folder)).toBeNull()
})

test('[O9] a taken port is one clear line, and the data folder is free again after it', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(run(configOf({ port }))).rejects.toThrow(`Port ${port} is taken by another program.`)
  await new Promise(resolve => other.close(resolve))
  await run()
})

test('[O9] a data folder in use is one clear line, and the first server goes on', async () => {
  const first = await run()
  await expect(run()).rejects.toThrow('is in use by process')
  expect((await fetch(`${first.origin}/api/health`)).status).toBe(200)
  expect(await readAdminFile(folder)).not.toBeNull()
})

test('[O10] at the stop the companions end first, in reverse order, then the database; stopping twice is one stop', async () => {
  const order: string[] = []
  const companion =
    (name: string): Companion =>
    async core => {
      core.atStop(async () => {
        await core.stores.site.warehouses()
        order.push(name)
      })
    }
  const running = await run(configOf(), [companion('erp'), companion('worker')])
  await Promise.all([running.stop(), running.stop()])
  expect(order).toEqual(['worker', 'erp'])
  await expect(fetch(`${running.origin}/api/health`)).rejects.toThrow('fetch failed')
})

test('[O10] a companion that does not start takes everything down again and is named', async () => {
  await expect(
    run(configOf(), [
      async () => {
        throw new Error('the demo ERP ended before it was ready')
      },
    ]),
  ).rejects.toThrow('the demo ERP ended')
  await run()
})

test('[OP8] started for the local network, everything that is printed leads to HTTPS, and the command line finds the server', async () => {
  const running = await run(configOf({ tls: { kind: 'lan', helpPort: 0 } }))
  const { origin, demoCode, help } = running
  expect(origin).toMatch(/^https:\/\/localhost:\d+$/)
  const text = await greeting(running)
  for (const part of [
    `open ${origin}/enrol#t=${demoCode}`,
    `${origin}/demo`,
    help?.url ?? '?',
    help?.fingerprint ?? '?',
  ])
    expect(text).toContain(part)
  expect(text.replaceAll(help?.url ?? '', '')).not.toContain('http://')
  const ca = await readFile(path.join(folder, 'tls', 'authority.crt'), 'utf8')
  expect((await http1(origin, ca).ask('/api/health')).status).toBe(200)
  expect((await http1(origin, ca).ask('/demo')).body).toContain('data-scan="DOCK-1"')
  const admin = await readAdminFile(folder)
  const headers = { authorization: `Bearer ${admin?.secret}` }
  const answer = await pinnedAsk(`${admin?.url}/api/admin/code`, admin?.pin ?? '', {
    method: 'POST',
    headers,
    body: '{}',
  })
  expect([admin?.url.startsWith('https://127.0.0.1:'), answer.status]).toEqual([true, 200])
})
