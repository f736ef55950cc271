import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { CommandResult } from '../shared/sync/wire.ts'
import type { Figures } from './ports.ts'

/** What is counted while requests are answered, and what is read when somebody asks. Names and meanings: docs/operations.md. */
export type Metrics = {
  request(what: { route: string; method: string; status: number }, seconds: number): void
  /** One round of sync with so many commands in its push. */
  round(commands: number): void
  /** Commands that were booked for the first time. */
  applied(results: readonly CommandResult[]): void
  /** Prometheus text format. */
  text(): Promise<string>
}

export type Read = () => Promise<Figures & { connected: number; diskFreeBytes: number | null; nowMs: number }>

/** `process`: memory, processor and event loop of this process as well; they keep timers of their own. */
export const makeMetrics = (read: Read, { process }: { process: boolean }): Metrics => {
  const registers = [new Registry()]
  const register = registers[0] ?? new Registry()
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name: `stockhand_${name}`, help, labelNames: [...labelNames], registers })
  if (process) collectDefaultMetrics({ register })
  const duration = new Histogram({
    name: 'stockhand_http_request_duration_seconds',
    help: 'Time until the head of the answer, by route pattern, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const batches = new Histogram({
    name: 'stockhand_sync_batch_commands',
    help: 'Commands in the push of a round of sync that pushed any.',
    buckets: [1, 2, 5, 10, 20, 50, 100],
    registers,
  })
  const rounds = new Counter({ name: 'stockhand_sync_rounds_total', help: 'Rounds of sync.', registers })
  const commands = new Counter({
    name: 'stockhand_commands_total',
    help: 'Commands by what became of them; one that comes again is not counted again.',
    labelNames: ['outcome'],
    registers,
  })
  const outbox = gauge('outbox_messages', 'Messages to ERPs that are not finished, by state.', ['state'])
  const oldest = gauge('outbox_oldest_seconds', 'Age of the oldest message that is not finished; 0 = there is none.')
  const dead = gauge('outbox_dead_letters', 'Messages that an ERP has refused for good and a person has to look at.')
  const connected = gauge('devices_connected', 'Handhelds that hold the doorbell open on this process.')
  const devices = gauge('devices', 'Handhelds by state.', ['state'])
  const exceptions = gauge('exceptions_open', 'Exceptions and quarantined commands that wait for a person.')
  const store = gauge('store_bytes', 'Size of the database.')
  const backup = gauge('backup_last_timestamp_seconds', 'When the last whole backup was told of; 0 = never.')
  const disk = gauge('disk_free_bytes', 'Free bytes where the data folder lies.')

  const fill = (now: Awaited<ReturnType<Read>>): void => {
    outbox.reset()
    for (const [state, count] of Object.entries(now.outbox)) outbox.set({ state }, count)
    const since = now.outboxOldestAt === null ? now.nowMs : Date.parse(now.outboxOldestAt)
    oldest.set(Math.max(0, now.nowMs - since) / 1000)
    dead.set(now.outbox['dead'] ?? 0)
    devices.reset()
    for (const [state, count] of Object.entries(now.devices)) devices.set({ state }, count)
    connected.set(now.connected)
    exceptions.set(now.exceptionsOpen)
    backup.set(now.lastBackupAt === null ? 0 : Date.parse(now.lastBackupAt) / 1000)
    store.set(now.storeBytes)
    if (now.diskFreeBytes !== null) disk.set(now.diskFreeBytes)
  }
  return {
    request: ({ route, method, status }, seconds) => duration.observe({ route, method, status }, seconds),
    round: count => {
      rounds.inc()
      if (count > 0) batches.observe(count)
    },
    applied: results => {
      for (const { outcome } of results) commands.inc({ outcome })
    },
    text: async () => {
      fill(await read())
      return register.metrics()
    },
  }
}
