import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schedulesSchema } from '../../../shared/desk/schedules.ts'
import { derivedId } from '../../../shared/ids.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { makeWorker, nextRoster, signRoster } from '../../auth/roster.ts'
import { diskDrop } from '../../drop-folder.ts'
import { exportRound } from '../../workers/exports.ts'
import { makeScheduled } from './scheduled.ts'
import { browserOf } from './test-browser.ts'

const codeOf = async (response: Response): Promise<string> => {
  const { code = '' }: { code?: string } = await response.json()
  return code
}

describe('files that are made every day, over HTTP', async () => {
  const folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'stockhand-drop-')), 'made')
  const drop = diskDrop(folder)
  const desk = await deskApp({ drop })
  afterAll(async () => {
    await desk.close()
    await rm(path.dirname(folder), { recursive: true, force: true })
  })
  const { app, people, stores, site } = desk
  const warehouse = site.warehouse.id
  const theirs = site.items.find(item => item.client === site.clients[1]!.id && !item.tracking.lot)!
  const pages: Record<string, ReturnType<typeof browserOf>> = {}
  const at = (who: string) => pages[who]!
  const logIn = async (): Promise<void> => {
    for (const login of Object.keys(pages)) await at(login).logIn(login, PASSWORD)
  }
  beforeAll(async () => {
    for (const [login, worker] of Object.entries({
      sevda: people.sevda,
      narrow: people.narrow,
      inge: people.integrator,
    })) {
      await desk.account(worker, login)
      pages[login] = browserOf(app.app, `10.0.3.${login.length}`)
    }
    await logIn()
    await desk.facts([desk.arrived(7), desk.arrived(5, desk.key('A-02', site.items.indexOf(theirs)))])
  })

  const plain = { format: 'csv', language: 'tr', list: 'stock' }
  const ask = (name: string, query: object = plain, hour = 9) => ({
    act: 'save',
    id: derivedId('schedule', 'routes', name),
    name,
    hour,
    query,
  })
  const list = async (who: string) =>
    v.parse(schedulesSchema, await (await at(who).get('/api/desk/schedules')).json()).schedules
  const faults: unknown[] = []
  let lease = 0
  const round = (put = drop.put) =>
    exportRound({
      schedules: stores.schedules,
      make: makeScheduled({ stores, now: app.deps.now, drop: { ...drop, put } }),
      zone: async () => 'UTC',
      now: app.deps.now,
      newLease: () => `lease ${(lease += 1)}`,
      log: { ...app.deps.log, warn: fields => void faults.push(fields) },
    })
  const rounds = async (): Promise<void> => {
    while (await round()) continue
  }
  const fileOf = (who: string, name: string) =>
    at(who).get(`/api/desk/schedules/file?id=${derivedId('schedule', 'routes', name)}`)

  it('[XP5] [XP6] what somebody may see is asked for, is made at its hour, and lies in the folder and at the desk', async () => {
    expect((await at('sevda').post('/api/desk/schedules', ask('mine'))).status).toBe(200)
    expect(
      (await at('narrow').post('/api/desk/schedules', ask('part', { ...plain, language: 'en', columns: 'sku.onHand' })))
        .status,
    ).toBe(200)
    expect((await list('sevda')).map(one => [one.name, one.nextAt])).toEqual([['mine', '2026-11-23T09:00:00.000000Z']])
    await rounds()
    expect(await readdir(path.dirname(folder))).toEqual([])
    app.wait(3_600_000)
    await rounds()
    const [mine] = await list('sevda')
    expect([mine?.nextAt, mine?.last?.why]).toEqual(['2026-11-24T09:00:00.000000Z', null])
    expect(mine?.last?.file).toMatch(/^stock-2026-11-23-[0-9a-f]{12}\.csv$/)
    const inFolder = await readFile(path.join(folder, mine?.last?.file ?? ''), 'utf8')
    expect(inFolder).toMatch(/^\ufeffYer;SKU;/)
    const download = await fileOf('sevda', 'mine')
    expect([await download.text(), download.headers.get('content-type')]).toEqual([
      inFolder.slice(1),
      'text/csv; charset=utf-8',
    ])
    // Of the second client only, as at the desk.
    expect(await (await fileOf('narrow', 'part')).text()).toBe(`SKU,On hand\r\n${theirs.sku},5\r\n`)
    await rounds()
    expect((await readdir(folder)).length).toBe(2)
  })

  it('[XP5] a list or a column that the person may not ask for is refused at once, and nobody fetches another’s file', async () => {
    const tried = async (who: string, query: object) =>
      codeOf(await at(who).post('/api/desk/schedules', ask('no', query)))
    expect(await tried('inge', { ...plain, list: 'audit' })).toBe('role')
    expect(await tried('sevda', { ...plain, list: 'recall' })).toBe('bad_request')
    expect(await tried('sevda', { ...plain, columns: 'password' })).toBe('bad_request')
    expect(await tried('sevda', { ...plain, sort: 'due' })).toBe('bad_request')
    expect(await codeOf(await at('sevda').post('/api/desk/schedules', { ...ask('no'), hour: 24 }))).toBe('bad_request')
    expect(await codeOf(await fileOf('narrow', 'mine'))).toBe('not_found')
    expect(await codeOf(await at('narrow').post('/api/desk/schedules', ask('mine')))).toBe('not_found')
    expect(await codeOf(await at('narrow').post('/api/desk/schedules', { act: 'remove', id: ask('mine').id }))).toBe(
      'not_found',
    )
    expect((await list('sevda')).length).toBe(1)
  })

  it('[XP6] whoever has lost a right, a client or the log-in since gets no more files by it', async () => {
    const all = await fileOf('sevda', 'mine')
    expect(all.status).toBe(200)
    await all.text()
    const put = async (sevda: Parameters<typeof nextRoster>[0]['workers'][number]) => {
      const held = await stores.site.roster(warehouse)
      const workers = (held?.roster.workers ?? []).map(one => (one.id === sevda.id ? sevda : one))
      const roster = nextRoster({ warehouse, version: held?.roster.version ?? 0, workers }, app.deps.now(), 7)
      await stores.site.putRoster(warehouse, roster, signRoster(app.deps.serverKey, roster))
    }
    const day = async () => {
      app.wait(24 * 3_600_000)
      await rounds()
      await logIn().catch(() => {})
    }
    await put({ ...people.sevda, clients: people.narrow.clients })
    expect(await codeOf(await fileOf('sevda', 'mine'))).toBe('not_found')
    await day()
    expect(await (await fileOf('sevda', 'mine')).text()).not.toContain('A-01')
    await put({ ...people.sevda, roles: ['picker'] })
    await day()
    const last = async () => (await stores.schedules.list({ warehouse, owner: people.sevda.id }))[0]?.last
    expect([(await last())?.file, (await last())?.why]).toEqual([null, 'role'])
    await put(people.sevda)
    await day()
    expect((await last())?.why).toBe(null)
    const entry = { warehouse, at: app.deps.now(), worker: null, kind: 'x', subject: '', body: {} }
    await stores.accounts.remove(people.sevda.id, entry)
    await day()
    expect((await last())?.why).toBe('role')
    await desk.account(people.sevda, 'sevda')
    await put({ ...makeWorker({ ...people.sevda, badge: 'XBSEVDA' }), active: false })
    await day()
    expect((await last())?.why).toBe('role')
    await put(people.sevda)
  })

  it('[XP7] a file that cannot be written is tried again, five times, and then said; half of one is never seen', async () => {
    await logIn()
    faults.length = 0
    const before = (await readdir(folder)).length
    const full = async (name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
      const cut = async function* () {
        for await (const chunk of chunks) yield chunk.subarray(0, 3)
        throw new Error('no space')
      }
      await drop.put(name, cut())
    }
    await writeFile(
      path.join(folder, `.stock-2026-11-01-${ask('mine').id.slice(-12)}.csv.part`),
      'of a server that died',
    )
    app.wait(24 * 3_600_000)
    for (let n = 1; n <= 5; n += 1) {
      while (await round(full)) continue
      app.wait(600_000)
    }
    const last = async () => (await stores.schedules.list({ warehouse, owner: people.sevda.id }))[0]?.last
    expect([faults.length, (await last())?.why]).toEqual([10, 'fault'])
    const names = await readdir(folder)
    expect(names.filter(name => !name.startsWith('.')).length).toBe(before)
    app.wait(24 * 3_600_000)
    await rounds()
    expect((await last())?.why).toBe(null)
    expect((await readdir(folder)).filter(name => name.startsWith('.'))).toEqual([])
  })

  it('[XP6] thirty files of each stay', async () => {
    for (let n = 0; n < 31; n += 1) {
      app.wait(24 * 3_600_000)
      await rounds()
    }
    const mine = (await readdir(folder)).filter(name => name.includes(ask('mine').id.slice(-12)))
    expect(mine.length).toBe(30)
  })
})
