import { Dexie } from 'dexie'
import { afterEach, expect, test, vi } from 'vitest'
import type { Birth, QueueRow } from '../sync/ports.ts'
import { StorageFull } from '../sync/ports.ts'
import { BALLAST_BYTES, makeBallast } from './ballast.ts'
import { openCache } from './cache.ts'
import type { OpenCache } from './cache.ts'
import { cacheContract, queueContract } from './contract.ts'
import { openQueue } from './queue.ts'
import type { OpenQueue } from './queue.ts'

const open: (OpenQueue | OpenCache)[] = []
let serial = 0
const freshName = (): string => `test-${(serial += 1)}`

const queueAt = async (name: string, options: Parameters<typeof openQueue>[0] = {}): Promise<OpenQueue> => {
  const queue = await openQueue({ ...options, name })
  open.push(queue)
  return queue
}
const cacheAt = async (name: string): Promise<OpenCache> => {
  const cache = await openCache({ name })
  open.push(cache)
  return cache
}
afterEach(async () => {
  vi.restoreAllMocks()
  for (const store of open.splice(0)) store.close()
  for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name)
})

queueContract(async () => (await queueAt(freshName())).store)
cacheContract(async () => (await cacheAt(freshName())).store)

const birth: Birth = {
  device: 'd' as Birth['device'],
  warehouse: 'w' as Birth['warehouse'],
  epoch: 'aaaaaaaaaaaa',
  n: 1,
  next: 1,
  prevHash: '0'.repeat(64),
}
const row: QueueRow = {
  n: 1,
  epoch: birth.epoch,
  warehouse: birth.warehouse,
  seq: 1,
  v: 1,
  body: '{}',
  hash: 'h',
  sig: 's',
  appendedAt: 0,
}
const after: Birth = { ...birth, n: 2, next: 2, prevHash: 'h' }

test('[Q20] what was appended is there after the app was closed and opened again', async () => {
  const first = await queueAt('reload')
  await first.store.begin(birth)
  await first.store.append(birth, after, [row], { key: 'pick', value: { at: 'item' } })
  first.close()
  const second = await queueAt('reload')
  expect(await second.store.birth()).toEqual(after)
  expect(await second.store.rows(birth.epoch, 0, 9)).toEqual([row])
  expect(await second.store.state('pick')).toEqual({ key: 'pick', value: { at: 'item' } })
})

test('[Q21] two tabs that append at the same instant never use one number twice', async () => {
  const tabs = [await queueAt('tabs'), await queueAt('tabs')]
  await tabs[0]?.store.begin(birth)
  const taken = await Promise.all(
    tabs.map((tab, i) => tab.store.append(birth, after, [{ ...row, body: `tab ${i}` }], null)),
  )
  expect(taken.filter(Boolean)).toHaveLength(1)
  const rows = await tabs[1]?.store.rows(birth.epoch, 0, 9)
  expect(rows?.map(one => one.body)).toEqual([`tab ${taken.indexOf(true)}`])
})

test('[Q22] the queue is written strictly, the cache is not', async () => {
  const asked = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await (await queueAt('strict')).store.begin(birth)
  await (await cacheAt('relaxed')).store.putBlocks([{ sha: 's', bytes: Uint8Array.of(7) }])
  const written = asked.mock.calls
    .filter(([, mode]) => mode === 'readwrite')
    .map(([, , options]) => options?.durability)
  expect(new Set(written)).toEqual(new Set(['strict', 'relaxed']))
})

/** A disk that is full from now on, until the ballast is thrown; `helps` = whether that is enough. */
const fullDisk = () => {
  const state = { helps: true, dropped: 0 }
  let repair = (): void => undefined
  const ballast = {
    ensure: async () => true,
    drop: async () => {
      state.dropped += 1
      if (state.helps) repair()
      return true
    },
  }
  const fill = (): void => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    repair = () => put.mockRestore()
  }
  return { state, ballast, fill }
}

test('[Q23] a full disk costs the ballast, and the scan is kept', async () => {
  const disk = fullDisk()
  const queue = await queueAt('full', { ballast: disk.ballast })
  await queue.store.begin(birth)
  disk.fill()
  expect(await queue.store.append(birth, after, [row], null)).toBe(true)
  expect(disk.state.dropped).toBe(1)
  expect(await queue.store.rows(birth.epoch, 0, 9)).toEqual([row])
})

test('[Q23] a disk that stays full is said, and nothing was written', async () => {
  const disk = fullDisk()
  const queue = await queueAt('fuller', { ballast: disk.ballast })
  await queue.store.begin(birth)
  disk.state.helps = false
  disk.fill()
  await expect(queue.store.append(birth, after, [row], null)).rejects.toThrow(StorageFull)
  expect(await queue.store.rows(birth.epoch, 0, 9)).toEqual([])
  expect(await queue.store.birth()).toEqual(birth)
})

test('[Q24] the ballast is two megabytes and can be thrown and written again', async () => {
  const ballast = makeBallast(navigator.storage, 'test-ballast')
  expect(await ballast.ensure()).toBe(true)
  const file = await (await (await navigator.storage.getDirectory()).getFileHandle('test-ballast')).getFile()
  expect(file.size).toBe(BALLAST_BYTES)
  expect(await ballast.drop()).toBe(true)
  expect(await ballast.drop()).toBe(false)
  expect(await ballast.ensure()).toBe(true)
  await ballast.drop()
})

test('[Q25] when another tab upgrades the database this one stops writing for good', async () => {
  let closed = 0
  const queue = await queueAt('upgrade', { onClosed: () => (closed += 1) })
  await queue.store.begin(birth)
  const newer = new Dexie('upgrade')
  newer.version(2).stores({ cmd: 'n', meta: 'k', other: 'x' })
  await newer.open()
  expect(closed).toBe(1)
  await expect(queue.store.append(birth, after, [row], null)).rejects.toThrow(/./)
  expect(await newer.table('cmd').count()).toBe(0)
  newer.close()
})

test('[Q26] a cache that cannot be opened is deleted and made anew', async () => {
  const newer = new Dexie('broken')
  newer.version(7).stores({ base: 'x', strange: '++id' })
  await newer.open()
  await newer.table('strange').add({ a: 1 })
  newer.close()
  const cache = await cacheAt('broken')
  expect(await cache.store.head()).toBeNull()
  await cache.store.putBlocks([{ sha: 's', bytes: Uint8Array.of(7) }])
  expect(await cache.store.blocks(['s'])).toEqual([Uint8Array.of(7)])
})

test('[Q27] a device key that cannot be exported lives in the queue database', async () => {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const first = await queueAt('keys')
  await first.device.put({ privateKey: keys.privateKey })
  first.close()
  const kept = (await (await queueAt('keys')).device.get()) as { privateKey: CryptoKey }
  await expect(crypto.subtle.exportKey('pkcs8', kept.privateKey)).rejects.toThrow(/./)
})
