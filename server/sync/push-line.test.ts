import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { makeMemoryServer } from '../../test/simulation/memory-server.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { NotActive } from './apply.ts'
import type { Push } from './apply.ts'
import type { SyncStore } from './ports.ts'
import { prepare } from './prepare.ts'
import { LineFull, makePushLine, MAX_TOGETHER, MAX_WAIT_MS } from './push-line.ts'

const NOW = '2026-11-23T08:00:00.000Z'
const HANDHELDS = 10

/** A line on a store that waits for the test before each transaction. */
const floor = async (change: (store: SyncStore) => SyncStore = store => store) => {
  const plan = testSite('push line')
  const devices = Array.from({ length: HANDHELDS }, (_, n) => ({
    ...plan.devices[0],
    id: derivedId<'device'>('device', n),
  }))
  const site = { ...plan, devices } as typeof plan
  const memory = makeMemoryServer(site)
  const store = change(memory.store)
  const begun: string[][] = []
  const doors: (() => void)[] = []
  const gate = (names: readonly string[]): Promise<void> =>
    new Promise(resolve => {
      begun.push([...names])
      doors.push(resolve)
    })
  const gated: SyncStore = {
    ...store,
    apply: async (at, run) => {
      await gate([at.device])
      return store.apply(at, run)
    },
    applyTogether: async (at, run) => {
      await gate(at.pushers.map(({ device }) => device))
      return store.applyTogether(at, run)
    },
  }
  const timers: { ms: number; run: () => void }[] = []
  const failed: unknown[] = []
  const book = makePushLine(
    gated,
    (ms, run) => {
      const timer = { ms, run }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
    error => void failed.push(error),
  )
  const [item] = site.items
  if (item === undefined) throw new Error('no item')
  const sealers = devices.map(({ id }) => makeSealer(site, id))
  const pushOf = async (n: number, more: Partial<Push> = {}, count = 1) => {
    const sealer = sealers[n]
    if (sealer === undefined) throw new Error('no handheld')
    const { device, epoch } = sealer
    const commands = Array.from({ length: count }, () =>
      sealer.seal({
        type: 'receive',
        client: item.client,
        item: item.id,
        lot: '',
        serial: '',
        document: derivedId('document', 'line'),
        blind: true,
        expiry: null,
        to: looseAt(placeId(site, 'DOCK-1')),
        qty: 1,
      }),
    )
    const at = { warehouse: site.warehouse.id, device, epoch }
    const prepared = await prepare(commands, at, async () => true)
    return { ...at, now: NOW, prepared, hole: undefined, lost: false, ...more } satisfies Push
  }
  /** Lets the next transaction go on, and everything that comes of it happen. */
  const open = async (): Promise<void> => {
    doors.shift()?.()
    for (let n = 0; n < 200; n += 1) await Promise.resolve()
  }
  const names = (...which: number[]) => which.map(n => devices[n]?.id)
  return { memory, book, pushOf, open, begun, names, timers, failed }
}

test('[T20] what comes while a transaction runs goes together in the next one, in its order, and each is told its own', async () => {
  const { memory, book, pushOf, open, begun, names } = await floor()
  const ends = [book(await pushOf(0)), book(await pushOf(1, {}, 2)), book(await pushOf(2, {}, 3))]
  const before = memory.state().feed.seq
  await open()
  await open()
  expect(begun).toEqual([names(0), names(1, 2)])
  expect((await Promise.all(ends)).map(end => [end.acked, end.results.map(row => row.outcome)])).toEqual([
    [1, ['applied']],
    [2, ['applied', 'applied']],
    [3, ['applied', 'applied', 'applied']],
  ])
  expect(memory.state().feed.seq).toBe(before + 2)
  // They are all of one delivery without papers, whose line the later ones must find.
  const lines = [...memory.state().rows.values()].flatMap(row => (row.k === 'line' ? [row.b as { done: number }] : []))
  expect(lines.map(line => line.done)).toEqual([6])
})

test('[T21] when a transaction of several fails each goes by itself, and one that may not book keeps nobody from it', async () => {
  const broken = await floor(store => ({ ...store, applyTogether: () => Promise.reject(new Error('broken')) }))
  const ends = [
    broken.book(await broken.pushOf(0)),
    broken.book(await broken.pushOf(1)),
    broken.book(await broken.pushOf(2)),
  ]
  for (let n = 0; n < 4; n += 1) await broken.open()
  expect(broken.begun).toEqual([broken.names(0), broken.names(1, 2), broken.names(1), broken.names(2)])
  expect((await Promise.all(ends)).map(end => end.acked)).toEqual([1, 1, 1])
  // Whoever runs the server hears of it.
  expect(broken.failed).toEqual([new Error('broken')])

  const frozen = await floor(store => ({
    ...store,
    applyTogether: (at, run) =>
      store.applyTogether(at, tx =>
        run({
          ...tx,
          standings: async of => (await tx.standings(of)).map((one, n) => ({ ...one, isActive: n !== 0 })),
        }),
      ),
  }))
  const first = frozen.book(await frozen.pushOf(0))
  const [second, third] = [frozen.book(await frozen.pushOf(1)), frozen.book(await frozen.pushOf(2))]
  const refusal = second.catch((error: unknown) => error)
  await frozen.open()
  await frozen.open()
  expect(await refusal).toBeInstanceOf(NotActive)
  expect([(await first).acked, (await third).acked]).toEqual([1, 1])
})

test('[T22] a declared hole goes alone, a handheld never twice in one transaction, and no transaction grows without end', async () => {
  const { book, pushOf, open, begun, names } = await floor()
  const all = [0, 1, 2, 1, 3, 4, 5, 6, 7, 8, 9, 0]
  const ends = []
  for (const [at, n] of all.entries())
    ends.push(book(await pushOf(n, at === 2 ? { hole: { from: 1, to: 5, reason: 'lost' } } : {})))
  for (let n = 0; n < 6; n += 1) await open()
  expect(begun).toEqual([names(0), names(1), names(2), names(1, 3, 4, 5, 6, 7, 8, 9), names(0)])
  expect(begun[3]?.length).toBe(MAX_TOGETHER.pushes)
  await Promise.all(ends)

  const big = await floor()
  const half = MAX_TOGETHER.commands / 2
  const bigEnds = []
  for (const [n, count] of [1, half, half, 1].entries()) bigEnds.push(big.book(await big.pushOf(n, {}, count)))
  for (let n = 0; n < 3; n += 1) await big.open()
  expect(big.begun).toEqual([big.names(0), big.names(1, 2), big.names(3)])
  await Promise.all(bigEnds)
})

test('[T23] a push that has waited too long, or finds too many before it, is sent away and booked when it comes again', async () => {
  const { book, pushOf, open, begun, timers, names } = await floor()
  const first = book(await pushOf(0))
  const push = await pushOf(1)
  const late = book(push).catch((error: unknown) => error)
  expect(timers.map(timer => timer.ms)).toEqual([MAX_WAIT_MS])
  timers[0]?.run()
  expect(await late).toBeInstanceOf(LineFull)
  await open()
  expect((await first).acked).toBe(1)
  const again = book(push)
  const waiting = Array.from({ length: 200 }, () => book(push))
  await expect(book(push)).rejects.toBeInstanceOf(LineFull)
  for (let n = 0; n < 202; n += 1) await open()
  expect((await again).acked).toBe(1)
  expect((await Promise.all(waiting)).map(end => end.fresh.length)).toEqual(Array.from({ length: 200 }, () => 0))
  expect(begun.slice(0, 2)).toEqual([names(0), names(1)])
})
