import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { freeBytes, MIN_FREE_BYTES, readiness } from './ready.ts'

const good = { store: async () => [], pending: async () => [], freeBytes: async () => MIN_FREE_BYTES }
const away = async (): Promise<never> => {
  throw new Error('away')
}

test('[OP20] ready is who reaches the store, has its schema and room on the disk; each that fails is named', async () => {
  expect(await readiness(good)).toEqual({ ready: true, store: true, migrated: true, disk: true })
  expect(await readiness({ ...good, store: away, pending: away })).toEqual({
    ready: false,
    store: false,
    migrated: false,
    disk: true,
  })
  expect(await readiness({ ...good, pending: async () => ['0009_new'] })).toMatchObject({
    ready: false,
    migrated: false,
  })
  expect(await readiness({ ...good, freeBytes: async () => MIN_FREE_BYTES - 1 })).toMatchObject({
    ready: false,
    disk: false,
  })
  expect(await readiness({ ...good, freeBytes: async () => null })).toMatchObject({ ready: true })
})

test('[OP20] the free bytes are those of the disk that the folder lies on; a folder that is not there says nothing', async () => {
  expect(await freeBytes(tmpdir())).toBeGreaterThan(0)
  expect(await freeBytes('/nowhere/at/all')).toBeNull()
})
