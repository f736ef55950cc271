import { Dexie } from 'dexie'
import { afterEach, expect, test, vi } from 'vitest'
import type { Ballast } from '../store/ballast.ts'
import type { OpenQueue } from '../store/queue.ts'
import { EMERGENCY, NoDatabase, openAnyQueue, QUEUE_NAME } from './any-queue.ts'
import type { Timer } from './ports.ts'

const memory = () => {
  const values = new Map<string, string>()
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  } as Storage
}
/** No waiting: what is tested is the order of the tries. */
const atOnce: Timer = {
  after: (_, run) => {
    queueMicrotask(run)
    return () => undefined
  },
}
const noBallast: Ballast = { ensure: async () => false, drop: async () => false }
const open: OpenQueue[] = []
const begin = async (storage: Storage, ballast = noBallast): Promise<OpenQueue> => {
  const queue = await openAnyQueue({ ballast, onClosed: () => undefined, memory: storage, timer: atOnce })
  open.push(queue)
  return queue
}
/** The browser's own answer for these databases, as after a broken backing store. */
const breakDown = (names: RegExp, name = 'UnknownError', times = Infinity): { tries: () => number } => {
  const real = indexedDB.open.bind(indexedDB)
  let tries = 0
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation((database, version) => {
    if (names.test(database) && (tries += 1) <= times)
      throw new DOMException('Internal error opening backing store', name)
    return real(database, version)
  })
  return { tries: () => tries }
}
afterEach(async () => {
  vi.restoreAllMocks()
  for (const queue of open.splice(0)) queue.close()
  for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name)
})
const record = { device: 'me' }

test('[Q30] a queue that cannot be opened is left alone; a new database beside it is the queue from now on', async () => {
  const storage = memory()
  const old = await begin(storage)
  await old.device.put(record)
  old.close()
  breakDown(/^stockhand-queue$/)
  const beside = await begin(storage)
  expect(await beside.store.birth()).toBeNull()
  expect([storage.getItem(QUEUE_NAME), storage.getItem(EMERGENCY)]).toEqual(['stockhand-queue-2', 'stockhand-queue'])
  vi.restoreAllMocks()
  await beside.device.put({ device: 'me, again' })
  beside.close()
  const again = await begin(storage)
  expect(await again.device.get()).toEqual({ device: 'me, again' })
  again.close()
  const left = await begin(memory())
  expect(await left.device.get()).toEqual(record)
})

test('[Q30] a database that opens at the third try is no emergency', async () => {
  const storage = memory()
  breakDown(/^stockhand-queue$/, 'UnknownError', 2)
  await begin(storage)
  expect([storage.getItem(QUEUE_NAME), storage.getItem(EMERGENCY)]).toEqual([null, null])
})

test('[Q30] a full disk is no broken database: the ballast goes first, then it is said', async () => {
  const storage = memory()
  breakDown(/^stockhand-queue/, 'QuotaExceededError')
  await expect(begin(storage)).rejects.toThrow(/./)
  expect([storage.getItem(QUEUE_NAME), storage.getItem(EMERGENCY)]).toEqual([null, null])
  vi.restoreAllMocks()
  breakDown(/^stockhand-queue/, 'QuotaExceededError', 1)
  const drop = vi.fn<Ballast['drop']>(async () => true)
  await begin(storage, { ...noBallast, drop })
  expect(drop).toHaveBeenCalledTimes(1)
})

test('[Q32] with no database at all it says so, and which one was left', async () => {
  const storage = memory()
  breakDown(/./)
  await expect(begin(storage)).rejects.toThrow(NoDatabase)
  expect(storage.getItem(EMERGENCY)).toBe('stockhand-queue')
})
