import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { migrate } from '../store/migrate.ts'
import { openDatabase } from '../store/open.ts'
import { makeStores } from '../store/stores.ts'
import { openSite } from './first-site.ts'
import { loadSecrets } from './key.ts'

const NOW = '2026-11-23T08:00:00.000Z'
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const empty = async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  open.push(() => opened.close())
  await migrate(opened.db)
  const stores = makeStores(opened.db)
  const { serverKey } = await loadSecrets(stores.site, randomBytes)
  return { stores, want: { warehouse: 'Depo', name: 'Derya', key: serverKey, now: NOW } }
}
const places = async (stores: ReturnType<typeof makeStores>, warehouse: Parameters<typeof stores.site.roster>[0]) =>
  (await stores.views.site({ warehouse, clients: null, worker: null })).places.map(place => place.code).toSorted()

test('[DS7] where there is no warehouse the first administrator gets one that handhelds and books can work in', async () => {
  const { stores, want } = await empty()
  const made = await openSite(stores.site, want, randomBytes)
  expect(made?.who).toMatchObject({ name: 'Derya', roles: ['administrator', 'supervisor'], active: true })
  const [warehouse] = await stores.site.warehouses()
  expect(warehouse).toEqual({ id: made?.warehouse, name: 'Depo' })
  if (warehouse === undefined) throw new Error('no warehouse')
  expect(await places(stores, warehouse.id)).toEqual([
    'ADJUSTMENT',
    'CUSTOMER',
    'SCRAP',
    'SUPPLIER',
    'TRANSIT',
    'UNKNOWN',
  ])
  expect(await stores.site.policies(warehouse.id)).toMatchObject({
    version: 1,
    warehouse: { site: { timeZone: 'UTC' } },
  })
  expect((await stores.site.roster(warehouse.id))?.roster.workers).toHaveLength(1)
})

test('[DS7] a try that broke off anywhere is finished by the next one, with one warehouse and one administrator', async () => {
  for (const step of ['addWarehouse', 'putLocations', 'putPolicies', 'replaceRoster'] as const) {
    const { stores, want } = await empty()
    const done = stores.site[step] as (...args: unknown[]) => Promise<unknown>
    for (const isDone of [false, true]) {
      const broken = {
        ...stores.site,
        [step]: async (...args: unknown[]) => {
          if (isDone) await done(...args)
          throw new Error('the power went')
        },
      }
      // The second time the step before it may have been done already, and is not asked for again.
      await openSite(broken, want, randomBytes).catch((error: unknown) => expect(String(error)).toContain('power'))
    }
    const made = await openSite(stores.site, want, randomBytes)
    if (made === null) throw new Error('not made')
    expect(await stores.site.warehouses()).toHaveLength(1)
    expect(await places(stores, made.warehouse)).toHaveLength(6)
    const workers = (await stores.site.roster(made.warehouse))?.roster.workers ?? []
    expect(workers.map(worker => worker.id)).toEqual([made.who.id])
    expect(workers[0]?.badgeHash).not.toBe(sha256Hex(''))
  }
})

test.each([
  ['Europe/Istanbul', 'Europe/Istanbul'],
  ['Mars/Olympus', 'UTC'],
])('[TZ1] a new warehouse has the days of whoever sets it up: %s', async (timeZone, has) => {
  const { stores, want } = await empty()
  const made = await openSite(stores.site, { ...want, timeZone }, randomBytes)
  if (made === null) throw new Error('no warehouse')
  expect((await stores.site.policies(made.warehouse))?.warehouse.site).toEqual({ timeZone: has })
})
