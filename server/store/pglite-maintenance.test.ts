import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { pgliteParsers } from './column-types.ts'
import { makeMaintenance } from './pglite-maintenance.ts'

let pglite: PGlite
let idle: boolean
const faults: string[] = []
const options = {
  isIdle: () => idle,
  onFault: (job: string, error: unknown) => faults.push(`${job}: ${String(error)}`),
}
const minute = 60_000

beforeAll(async () => {
  pglite = await PGlite.create({ parsers: pgliteParsers })
  await pglite.exec('create table t (id int primary key, v int)')
})
afterAll(() => pglite.close())
beforeEach(() => {
  idle = true
  faults.length = 0
})

test('[D10] a checkpoint runs every five minutes, postponed by work, but by no more than a minute', async () => {
  const maintenance = makeMaintenance(pglite, 0, options)
  await maintenance.tick(5 * minute - 1)
  expect(maintenance.done.checkpoints).toBe(0)
  idle = false
  await maintenance.tick(5 * minute)
  await maintenance.tick(6 * minute - 1)
  expect(maintenance.done.checkpoints).toBe(0)
  await maintenance.tick(6 * minute)
  expect(maintenance.done.checkpoints).toBe(1)
  idle = true
  await maintenance.tick(11 * minute)
  expect(maintenance.done.checkpoints).toBe(2)
  expect(faults).toEqual([])
})

test('[D10] much write-ahead log makes a checkpoint due before its time', async () => {
  const maintenance = makeMaintenance(pglite, 0, { ...options, walBytes: 100_000 })
  await maintenance.tick(1)
  expect(maintenance.done.checkpoints).toBe(0)
  await pglite.exec('insert into t select g, 0 from generate_series(1, 5000) g')
  await maintenance.tick(2)
  await maintenance.tick(3)
  expect(maintenance.done.checkpoints).toBe(1)
})

test('[D11] a table with many dead rows is vacuumed every fifteen minutes, one without is not', async () => {
  await pglite.exec('update t set v = v + 1')
  const maintenance = makeMaintenance(pglite, 0, { ...options, checkpointMs: 100 * minute })
  await maintenance.tick(15 * minute - 1)
  expect(maintenance.done.vacuums).toBe(0)
  await maintenance.tick(15 * minute)
  expect(maintenance.done.vacuums).toBe(1)
  await maintenance.tick(30 * minute)
  expect(maintenance.done.vacuums).toBe(1)
})

test('[D11] the own questions of the maintenance do not count as work', async () => {
  let statements = 0
  const counted = {
    exec: pglite.exec.bind(pglite),
    query: async <T>(text: string, values?: unknown[]) => {
      statements++
      return pglite.query<T>(text, values)
    },
  }
  await pglite.exec('update t set v = v + 1')
  const maintenance = makeMaintenance(counted, 0, {
    ...options,
    isIdle: () => statements === 0,
    checkpointMs: 100 * minute,
  })
  await maintenance.tick(15 * minute)
  expect(maintenance.done.vacuums).toBe(1)
})

test('[D11] a job that fails is reported and tried again at its next time', async () => {
  let fail = true
  const flaky = {
    exec: async () => {
      if (fail) throw new Error('no room')
      return []
    },
    query: pglite.query.bind(pglite),
  }
  const maintenance = makeMaintenance(flaky, 0, options)
  await maintenance.tick(5 * minute)
  expect(faults).toEqual(['checkpoint: Error: no room'])
  fail = false
  await maintenance.tick(10 * minute)
  expect(maintenance.done.checkpoints).toBe(1)
})
