import type { Birth, Ports, QueueRow } from '../../pwa/sync/ports.ts'
import type { Plant } from './bugs.ts'
import { crash } from './device.ts'
import type { Fault } from './faults.ts'

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
  brokenChain: {
    title: 'the hash chain begins anew with every command',
    within: 3,
    ports: ports =>
      withQueue(ports, {
        append: (expected, next, rows, state) => ports.queue.append(expected, next, rows.map(unchained), state),
      }),
  },
}

const unchained = (row: QueueRow): QueueRow => ({ ...row, hash: row.hash.split('').reverse().join('') })
