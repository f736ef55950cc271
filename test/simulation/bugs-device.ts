import type { Birth, Ports, QueueRow } from '../../pwa/sync/ports.ts'
import type { Plant } from './bugs.ts'
import { baseOf } from './check-device.ts'
import { crash } from './device.ts'
import type { Device } from './device.ts'
import type { Fault } from './faults.ts'
import { isOver } from './feed-history.ts'
import { rowKey } from './memory-state.ts'
import type { Row } from '../../shared/sync/wire.ts'

const withFaults =
  (...needed: readonly Fault[]) =>
  (drawn: readonly Fault[]): readonly Fault[] => [...new Set([...drawn, ...needed])]

const withQueue = (ports: Ports, queue: Partial<Ports['queue']>): Ports => ({
  ...ports,
  queue: { ...ports.queue, ...queue },
})
const withCache = (ports: Ports, cache: Partial<Ports['cache']>): Ports => ({
  ...ports,
  cache: { ...ports.cache, ...cache },
})

/** Mistakes of the handheld. */
export const DEVICE_BUGS: Readonly<Record<string, Plant>> = {
  ackBeforeDurable: {
    title: 'the beep comes before the transaction is complete',
    within: 6,
    faults: withFaults('crash', 'power'),
    ports: (ports, device, stage) => {
      let claimed: Birth | null = null
      let last: Promise<unknown> = Promise.resolve()
      return withQueue(ports, {
        birth: async () => claimed ?? ports.queue.birth(),
        append: async (expected, next, rows, state) => {
          claimed = next
          const { life } = device
          last = last
            .then(() => life.wait(stage.dice.int(3000)))
            .then(() => ports.queue.append(expected, next, rows, state))
          return true
        },
      })
    },
  },
  splitTransaction: {
    title: 'command and number are written in two transactions',
    within: 6,
    ports: (ports, device, stage) =>
      withQueue(ports, {
        append: async (expected, next, rows, state) => {
          if (rows.length === 0 || !stage.dice.chance(0.02)) return ports.queue.append(expected, next, rows, state)
          const image = device.queue.snapshot()
          device.queue.restore({ ...image, rows: [...image.rows, ...rows] })
          crash(stage, device, false)
          return ports.queue.append(expected, next, [], state)
        },
      }),
  },
  stateOutside: {
    title: 'the step of the worker is stored after the transaction of its commands',
    within: 6,
    ports: (ports, device, stage) =>
      withQueue(ports, {
        append: async (expected, next, rows, state) => {
          const taken = await ports.queue.append(expected, next, rows, null)
          if (stage.dice.chance(0.02)) crash(stage, device, false)
          if (state !== null) await ports.queue.saveState(state)
          return taken
        },
      }),
  },
  stepForgotten: {
    title: 'a step that books nothing is not stored',
    within: 6,
    faults: withFaults('crash'),
    ports: ports =>
      withQueue(ports, {
        append: (expected, next, rows, state) =>
          ports.queue.append(expected, next, rows, rows.length === 0 ? null : state),
      }),
  },
  deleteOnSend: {
    title: 'commands are deleted when they are sent',
    within: 6,
    ports: (ports, device) => ({
      ...ports,
      net: {
        ...ports.net,
        sync: async request => {
          const upTo = request.push.commands.at(-1)?.seq
          if (upTo !== undefined) await device.queue.prune(request.push.epoch, upTo)
          device.dirty = true
          return ports.net.sync(request)
        },
      },
    }),
  },
  staleCursor: {
    title: 'a late answer is applied to a cursor that has moved',
    within: 25,
    faults: withFaults('tabs', 'late'),
    ports: ports =>
      withCache(ports, {
        applyPage: async (expected, next, rows) =>
          ports.cache.applyPage((await ports.cache.head()) ?? expected, next, rows),
      }),
  },
  foldByAck: {
    title: 'own commands leave the screen when they are acknowledged, not when the confirmed rows hold them',
    within: 6,
    ports: ports =>
      withCache(ports, {
        applyPage: async (expected, next, rows) => {
          const through: Record<string, number> = { ...next.through }
          for (const epoch of await ports.queue.epochs())
            through[epoch] = Math.max(through[epoch] ?? 0, (await ports.queue.mark(epoch))?.acked ?? 0)
          return ports.cache.applyPage(expected, { ...next, through }, rows)
        },
      }),
  },
  throughBehind: {
    title: '`through` is not written with the rows that it belongs to',
    within: 6,
    ports: ports =>
      withCache(ports, {
        applyPage: (expected, next, rows) =>
          ports.cache.applyPage(expected, { ...next, through: expected.through }, rows),
      }),
  },
  pruneOnAck: {
    title: 'acknowledged commands are deleted at once',
    within: 10,
    faults: withFaults('restore', 'power'),
    ports: ports =>
      withQueue(ports, {
        changeMark: async (epoch, change) => {
          const before = await ports.queue.changeMark(epoch, change)
          await ports.queue.prune(epoch, change(before).acked)
          return before
        },
      }),
  },
  noRewind: {
    title: 'a handheld trusts its old acknowledgement after the server was restored',
    within: 10,
    faults: withFaults('restore'),
    ports: ports =>
      withQueue(ports, {
        changeMark: (epoch, change) =>
          ports.queue.changeMark(epoch, before => {
            const mark = change(before)
            return { ...mark, acked: Math.max(mark.acked, before?.acked ?? 0) }
          }),
      }),
  },
  emptyIgnored: {
    title: 'a row that has become empty is not written over the one that was there',
    within: 3,
    ports: (ports, device) =>
      withCache(ports, {
        applyPage: async (expected, next, rows) => {
          const before = baseOf(device)
          const taken = await ports.cache.applyPage(expected, next, rows)
          const emptied = rows.filter(row => row.k === 'balance' && isOver(row))
          if (taken) putBack(device, next.generation, before, emptied)
          return taken
        },
      }),
  },
  oldSnapshot: {
    title: 'a snapshot is written over what was there, and what it does not name stays',
    within: 10,
    faults: withFaults('restore'),
    ports: (ports, device) => {
      let isFirst = true
      return withCache(ports, {
        beginSnapshot: async generation => {
          isFirst = true
          await ports.cache.beginSnapshot(generation)
        },
        addSnapshot: async (generation, rows) => {
          const old = isFirst ? [...baseOf(device).values()] : []
          isFirst = false
          const fresh = new Set(rows.map(row => `${row.k} ${row.id}`))
          const kept = old.filter(row => !fresh.has(`${row.k} ${row.id}`)).map(row => ({ ...row, c: 0 }))
          await ports.cache.addSnapshot(generation, [...kept, ...rows])
        },
      })
    },
  },
  halfSnapshot: {
    title: 'a snapshot that broke off is taken for a whole one',
    within: 25,
    faults: withFaults('drop', 'restore'),
    ports: ports => {
      let dropped = false
      return withCache(ports, {
        addSnapshot: async (generation, rows) => {
          if (dropped) return
          dropped = true
          await ports.cache.addSnapshot(generation, rows.slice(1))
        },
      })
    },
  },
  updateRewrites: {
    title: 'a new version of the app writes the commands anew that wait',
    within: 6,
    faults: withFaults('update'),
    ports: (ports, device) => {
      if (device.kept === null) return ports
      const image = device.queue.snapshot()
      const rows = image.rows.map(row => ({ ...row, body: row.body.replace('"app":"simulated"', '"app":"newer"') }))
      device.queue.restore({ ...image, rows })
      return ports
    },
  },
  lossForgotten: {
    title: 'a handheld that has lost its storage does not say so',
    within: 10,
    faults: drawn => [...drawn.filter(fault => fault !== 'restore'), 'evict'],
    ports: ports => ({
      ...ports,
      net: {
        ...ports.net,
        sync: request => ports.net.sync({ ...request, head: { ...request.head, lost: false } }),
      },
    }),
  },
  brokenChain: {
    title: 'the hash chain begins anew with every command',
    within: 3,
    ports: ports =>
      withQueue(ports, {
        append: (expected, next, rows, state) => ports.queue.append(expected, next, rows.map(unchained), state),
      }),
  },
}

/** As if these rows had not been among those of the page. */
const putBack = (
  { cache }: Device,
  generation: number,
  before: ReadonlyMap<string, Row>,
  rows: readonly Row[],
): void => {
  const image = cache.snapshot()
  const base = new Map(image.base.get(generation))
  for (const { k, id } of rows) {
    const old = before.get(rowKey(k, id))
    if (old !== undefined) base.set(rowKey(k, id), old)
  }
  cache.restore({ ...image, base: new Map(image.base).set(generation, base) })
}

const unchained = (row: QueueRow): QueueRow => ({ ...row, hash: row.hash.split('').reverse().join('') })
