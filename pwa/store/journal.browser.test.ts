import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { FIRST_HASH, sha256Hex } from '../../shared/sync/seal.ts'
import { appendDrafts } from '../sync/append.ts'
import type { Stamp } from '../sync/append.ts'
import { ensureBirth } from '../sync/birth.ts'
import { browserRandom } from '../sync/browser-ports.ts'
import type { Birth, QueueRow, QueueStore } from '../sync/ports.ts'
import { StorageFull } from '../sync/ports.ts'
import { withRefuge } from '../sync/refuge.ts'
import { queueContract } from './contract.ts'
import { catchUp, fileQueue, keptIn, mirrored } from './journal.ts'
import { fileOf, journalFiles } from './journal-files.ts'
import type { JournalFiles } from './journal-files.ts'
import { openQueue } from './queue.ts'
import type { OpenQueue } from './queue.ts'

const device: DeviceId = derivedId('device', 'journal')
const warehouse: WarehouseId = derivedId('warehouse', 'journal')
const EPOCH = 'aaaaaaaaaaaa'
const files = journalFiles()
const open: OpenQueue[] = []
let serial = 0

const freshQueue = async (): Promise<QueueStore> => {
  const queue = await openQueue({ name: `journal-${(serial += 1)}` })
  open.push(queue)
  return queue.store
}
const clear = async (): Promise<void> => {
  for (const queue of open.splice(0)) queue.close()
  await files.release()
  for (const name of await files.names()) await files.remove(name)
}
beforeEach(clear)
afterEach(clear)

const birth: Birth = { device, warehouse, epoch: EPOCH, n: 1, next: 1, prevHash: FIRST_HASH }
/** One more command, as the handheld appends it. */
const append = async (store: QueueStore, count = 1): Promise<readonly QueueRow[]> => {
  const now = await store.birth()
  if (now === null) throw new Error('no birth')
  const rows = Array.from({ length: count }, (_, i): QueueRow => {
    const seq = now.next + i
    const body = JSON.stringify({ name: 'Çay bardağı', device, epoch: now.epoch, seq })
    const { epoch } = now
    return { n: now.n + i, epoch, warehouse, seq, v: 1, body, hash: sha256Hex(body), sig: 's', appendedAt: 9 }
  })
  const next = { ...now, n: now.n + count, next: now.next + count, prevHash: rows.at(-1)?.hash ?? '' }
  if (!(await store.append(now, next, rows, null))) throw new Error('raced')
  return rows
}
const lines = async (epoch = EPOCH): Promise<string[]> => (await files.read(fileOf(epoch))).trimEnd().split('\n')
const rowsIn = async (epoch = EPOCH): Promise<QueueRow[]> =>
  (await lines(epoch)).flatMap(line => (JSON.parse(line) as { rows?: QueueRow[] }).rows ?? [])
/** Rows without their local numbers, which another store gives anew. */
const sealed = (rows: readonly QueueRow[]) => rows.map(row => ({ ...row, n: 0 }))

describe('the queue of the emergency', () => {
  queueContract(async () => {
    await clear()
    return fileQueue(files)
  })
  test('[Q31] what it was told is in its file, flushed, when the append resolves', async () => {
    const store = fileQueue(files)
    await store.begin(birth)
    const rows = await append(store, 2)
    expect(await rowsIn()).toEqual(rows)
  })
  test('[Q31] a line that cannot be written is not taken, and the next one is', async () => {
    let full = false
    const store = fileQueue({
      ...files,
      append: async (name, text) => {
        if (full) throw new DOMException('full', 'QuotaExceededError')
        await files.append(name, text)
      },
    })
    await store.begin(birth)
    full = true
    await expect(append(store)).rejects.toThrow(/full/)
    expect(await store.rows(EPOCH, 0, 9)).toEqual([])
    full = false
    const rows = await append(store)
    expect(await rowsIn()).toEqual(rows)
  })
})

describe('the file beside the queue', () => {
  const begun = async (to: JournalFiles = files) => {
    const store = mirrored(await freshQueue(), to)
    await store.begin(birth)
    return store
  }

  test('[Q28] every command is in the file of its epoch, byte for byte, and can be read while it is written', async () => {
    const store = await begun()
    const rows = [...(await append(store, 2)), ...(await append(store))]
    await store.settled()
    expect(await rowsIn()).toEqual(rows)
  })
  test('[Q28] the beep does not wait for the file, and a file that takes nothing is caught up with', async () => {
    let broken = true
    const store = await begun({
      ...files,
      append: async (name, text) => {
        if (broken) throw new Error('another tab has it')
        await files.append(name, text)
      },
    })
    const first = await append(store, 2)
    await store.settled()
    expect(await files.names()).toEqual([])
    broken = false
    const second = await append(store)
    await store.settled()
    expect(await rowsIn()).toEqual([...first, ...second])
  })
  test('[Q28] what another tab has appended, or this one before it was killed, is caught up with at the start', async () => {
    const plain = await freshQueue()
    await plain.begin(birth)
    const rows = await append(plain, 3)
    await catchUp(plain, files)
    await catchUp(plain, files)
    expect(await rowsIn()).toEqual(rows)
    const more = await append(plain)
    await catchUp(plain, files)
    expect(await rowsIn()).toEqual([...rows, ...more])
  })
  test('[Q28] pruning takes the lines from the file too, and the file with the last of them', async () => {
    const store = await begun()
    const rows = await append(store, 3)
    await store.prune(EPOCH, 2)
    await store.settled()
    expect(await rowsIn()).toEqual(rows.slice(2))
    const more = await append(store)
    await store.settled()
    expect(await rowsIn()).toEqual([...rows.slice(2), ...more])
    await store.prune(EPOCH, 4)
    await store.settled()
    expect(await files.names()).toEqual([])
  })
  test('[Q28] half a line that a power cut has left swallows no other line', async () => {
    const root = await navigator.storage.getDirectory()
    const writable = await (await root.getFileHandle(fileOf(EPOCH), { create: true })).createWritable()
    await writable.write('{"rows":[{"seq":1,"body":"{')
    await writable.close()
    const store = await begun()
    const rows = await append(store)
    await store.settled()
    expect((await lines())[0]).toBe('{"rows":[{"seq":1,"body":"{')
    expect((await keptIn(files, await freshQueue(), device)).rows).toEqual(rows)
  })
})

describe('what only files hold', () => {
  const ports = (queue: QueueStore) => ({ queue, random: browserRandom })
  const of = { device, warehouse, livedBefore: true }

  test('[Q29] a new database takes in the commands of the old one and begins a new epoch behind them', async () => {
    const old = mirrored(await freshQueue(), files)
    await old.begin(birth)
    const rows = await append(old, 3)
    await old.settled()
    const store = await freshQueue()
    const now = await ensureBirth(ports(store), { ...of, kept: await keptIn(files, store, device) })
    expect(now.epoch).not.toBe(EPOCH)
    expect(await store.epochs()).toEqual([EPOCH, now.epoch])
    expect(sealed(await store.rows(EPOCH, 0, 9))).toEqual(sealed(rows))
    const fresh = await append(store, 2)
    expect(await store.rows(now.epoch, 0, 9)).toEqual(fresh)
    expect((await keptIn(files, store, device)).rows).toEqual([])
  })
  test('[Q29] what was pruned counts as acknowledged, so that no hole is declared', async () => {
    const old = mirrored(await freshQueue(), files)
    await old.begin(birth)
    const rows = await append(old, 4)
    await old.prune(EPOCH, 2)
    await old.settled()
    const store = await freshQueue()
    await ensureBirth(ports(store), { ...of, kept: await keptIn(files, store, device) })
    expect((await store.mark(EPOCH))?.acked).toBe(2)
    expect(sealed(await store.rows(EPOCH, 2, 9))).toEqual(sealed(rows.slice(2)))
  })
  test('[Q29] a database that has lost its end takes it from the file and never gives a number twice', async () => {
    const image = await freshQueue()
    const store = mirrored(image, files)
    await store.begin(birth)
    const kept = await append(store)
    await store.settled()
    const fellBack = await freshQueue()
    await fellBack.begin(birth)
    await append(fellBack)
    const lost = await append(store, 2)
    await store.settled()
    const now = await ensureBirth(ports(fellBack), { ...of, kept: await keptIn(files, fellBack, device) })
    expect(now.epoch).not.toBe(EPOCH)
    expect(sealed(await fellBack.rows(EPOCH, 0, 9))).toEqual(sealed([...kept, ...lost]))
  })
  test('[Q29] commands of another set-up are not taken in: somebody else signed them', async () => {
    const old = mirrored(await freshQueue(), files)
    await old.begin(birth)
    await append(old)
    await old.settled()
    expect((await keptIn(files, await freshQueue(), derivedId('device', 'other'))).rows).toEqual([])
  })
})

describe('a database that breaks under a running handheld', () => {
  const stamp: Stamp = {
    worker: derivedId('worker', 'w'),
    session: derivedId('session', 's'),
    roster: 1,
    policy: 1,
    app: 'test',
  }
  const broken = new Proxy({} as QueueStore, {
    get: () => async () => {
      throw new DOMException('Internal error opening backing store', 'UnknownError')
    },
  })
  const refuge = (first: () => QueueStore, isClosed = () => false) => {
    const opened = vi.fn<() => Promise<QueueStore>>(async () => {
      const store = fileQueue(files)
      const kept = await keptIn(files, store, device)
      await ensureBirth({ queue: store, random: browserRandom }, { device, warehouse, livedBefore: false, kept })
      return store
    })
    const target = new Proxy({} as QueueStore, {
      get: (_, key: keyof QueueStore) => (first() as unknown as Record<string, unknown>)[key],
    })
    return { store: withRefuge(target, { isClosed, open: opened }), opened }
  }
  const scan = (queue: QueueStore) =>
    appendDrafts(
      {
        queue,
        random: browserRandom,
        clock: { now: () => 1_000, mono: () => 1 },
        signer: { sign: async () => 'sig' },
      },
      [{ type: 'note', text: 'one' } as never],
      { key: 'pick', value: { at: 'goods' } },
      stamp,
      null,
    )

  test('[Q31] the same scan goes on under a new epoch, in memory and in its file, with all that the old file holds', async () => {
    let at: QueueStore = mirrored(await freshQueue(), files)
    const first = at as ReturnType<typeof mirrored>
    await first.begin(birth)
    const { store } = refuge(() => at)
    const before = await scan(store)
    await first.settled()
    at = broken
    const after = await scan(store)
    expect(after.birth.epoch).not.toBe(EPOCH)
    expect(after.rows[0]).toMatchObject({ seq: 1, epoch: after.birth.epoch })
    expect(await rowsIn(after.birth.epoch)).toEqual(after.rows)
    expect(sealed(await store.rows(EPOCH, 0, 9))).toEqual(sealed(before.rows))
    expect(await store.state('pick')).toEqual({ key: 'pick', value: { at: 'goods' } })
    // The next start: the old database is there again and takes the epoch of the emergency in.
    const kept = await keptIn(files, first, device)
    expect(sealed(kept.rows)).toEqual(sealed(after.rows))
    const now = await ensureBirth(
      { queue: first, random: browserRandom },
      { device, warehouse, livedBefore: true, kept },
    )
    expect(await first.epochs()).toEqual([EPOCH, after.birth.epoch, now.epoch])
    expect(await first.state('pick')).toEqual({ key: 'pick', value: { at: 'goods' } })
  })
  test('[Q31] a connection that works again at the second try is no emergency, nor is a full disk or a closed tab', async () => {
    const good = await freshQueue()
    await good.begin(birth)
    let failures = 1
    const once = refuge(() => ((failures -= 1) >= 0 ? broken : good))
    await scan(once.store)
    expect(once.opened).not.toHaveBeenCalled()
    const full = { ...good, append: async () => Promise.reject(new StorageFull('full')) }
    const filled = refuge(() => full)
    await expect(scan(filled.store)).rejects.toThrow(StorageFull)
    expect(filled.opened).not.toHaveBeenCalled()
    const closed = refuge(
      () => broken,
      () => true,
    )
    await expect(scan(closed.store)).rejects.toThrow(/backing store/)
    expect(closed.opened).not.toHaveBeenCalled()
  })
})
