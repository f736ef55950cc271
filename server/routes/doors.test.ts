import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { TaskId } from '../../shared/ids.ts'
import { MAX_POISON_BYTES, MAX_RESCUE_BYTES } from './rescue.ts'
import { ADMIN, AYSE, CEM, enrol, post, send, session, testApp } from './test-app.ts'
import { WAREHOUSE } from './test-stores.ts'

test('[W14] a task is taken, refused with the name of who has it, taken over, named as the next work, and given back', async () => {
  const app = await testApp()
  const [one, two] = [await enrol(app), await enrol(app)]
  const task = derivedId<'task'>('routes', 'task') satisfies TaskId
  const want = { want: 'task', task, session: session(AYSE).id, worker: AYSE.id, takeOver: false }
  const ask = async (device: typeof one, body: object): Promise<unknown> =>
    (await send(app, device, '/api/leases', body)).json()
  expect(await ask(one, want)).toEqual({ kind: 'ok' })
  expect(await ask(two, { ...want, worker: CEM.id })).toEqual({ kind: 'taken', by: 'Ayşe' })
  expect(await ask(two, { ...want, worker: CEM.id, takeOver: true })).toEqual({ kind: 'ok' })
  const next = { want: 'next', kind: null, near: null, session: want.session, worker: CEM.id }
  expect(await ask(two, next)).toEqual({ kind: 'next', tasks: [task] })
  expect(await ask(one, next)).toEqual({ kind: 'next', tasks: [] })
  expect((await send(app, one, '/api/leases', { ...next, kind: 'receive' })).status).toBe(400)
  expect(await ask(two, { want: 'giveBack', task, session: want.session, worker: CEM.id })).toEqual({ kind: 'ok' })
  expect(app.leases.size).toBe(0)
  expect(await ask(one, { ...want, task: `00000000${task.slice(8)}` })).toEqual({ kind: 'gone' })
  const stranger = await send(app, one, '/api/leases', { ...want, worker: derivedId('worker', 'stranger') })
  expect([stranger.status, (await stranger.text()).includes('"role"')]).toEqual([403, true])
})

test('[W15] the rescue door takes a raw queue from anybody and keeps it', async () => {
  const app = await testApp()
  const queue = '{"seq":1}\n\u0000 not json at all'
  expect((await post(app, '/api/rescue', queue)).status).toBe(200)
  expect(app.kept).toMatchObject([{ source: 'rescue', device: null, body: queue }])
  expect((await post(app, '/api/rescue', '')).status).toBe(400)
  const large = await post(app, '/api/rescue', '{}', { 'content-length': String(MAX_RESCUE_BYTES + 1) })
  expect(large.status).toBe(413)
  expect(app.rounds).toEqual([])
})

test('[W15] the rescue door cannot be used to fill the disk', async () => {
  const app = await testApp()
  const statuses: number[] = []
  for (let i = 0; i < 81; i += 1) statuses.push((await post(app, '/api/rescue', 'x')).status)
  expect(statuses).toEqual([...Array.from({ length: 80 }, () => 200), 429])
  const big = 'x'.repeat(MAX_RESCUE_BYTES)
  let kept = 0
  for (let i = 0; i < 20; i += 1)
    kept += Number((await post(app, '/api/rescue', big, {}, `10.0.1.${i}`)).status === 200)
  expect(kept).toBe(15)
  const series = `series=${'a'.repeat(64)}`
  for (const query of [
    'series=x&part=1&parts=1',
    `${series}&part=2&parts=1`,
    `${series}&part=0&parts=1`,
    `${series}&part=1&parts=65`,
  ])
    expect((await post(app, `/api/rescue?${query}`, 'x', {}, '10.0.2.1')).status).toBe(400)
})

test('[W15] a command that cannot be taken is kept under the name of its handheld, one at a time', async () => {
  const app = await testApp()
  const device = await enrol(app)
  expect((await send(app, device, '/api/quarantine', 'one raw command')).status).toBe(200)
  expect(app.kept).toMatchObject([{ source: 'poison', device: device.answer.device, warehouse: WAREHOUSE }])
  expect((await send(app, device, '/api/quarantine', 'x'.repeat(MAX_POISON_BYTES + 1))).status).toBe(413)
})

test('[O1] health says engine and durability, and 503 when the store is away', async () => {
  const app = await testApp()
  const good = await app.app.request('/api/health')
  expect([good.status, await good.json()]).toEqual([200, { ok: true, engine: 'memory', durable: false, demo: false }])
  app.deps.stores.site.warehouses = async () => {
    throw new Error('away')
  }
  expect((await app.app.request('/api/health')).status).toBe(503)
})

test('[A12] the command line gets a single-use code by the secret of the data folder, from this machine only', async () => {
  const app = await testApp()
  const ask = (secret: string, from: string) =>
    post(app, '/api/admin/code', {}, { authorization: `Bearer ${secret}` }, from)
  expect((await ask('wrong', '127.0.0.1')).status).toBe(401)
  expect((await ask(ADMIN, '10.0.0.7')).status).toBe(401)
  const answer = await ask(ADMIN, '127.0.0.1')
  const { code, expiresAt }: { code: string; expiresAt: string } = await answer.json()
  expect([/^XE[0-9A-HJ-NP-Z]{17}$/.test(code), expiresAt]).toEqual([true, '2026-11-23T08:10:00.000Z'])
})
