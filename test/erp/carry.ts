import type { ErpConnector } from '../../server/erp/connector.ts'
import type { ErrorClass } from '../../server/erp/erp-error.ts'
import type { OperationBody, OutboundOp } from '../../server/erp/operation.ts'
import { deliverRound } from '../../server/workers/deliver.ts'
import type { DeliverDeps, DeliverMode } from '../../server/workers/deliver.ts'
import { makeLane } from '../../server/workers/lane.ts'
import type { OutboxRow } from '../../server/workers/outbox-port.ts'
import { derivedId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { makeMemoryOutbox } from '../support/memory-outbox.ts'
import type { FaultProxy } from './fault-proxy.ts'
import type { ErpPeer } from './fixture.ts'

export const never = new AbortController().signal
const CONNECTOR = derivedId<'connector'>('connector', 'kit')
const WAREHOUSE = derivedId<'warehouse'>('warehouse', 'kit')
const ROUNDS = 400

/** The part of an operation that does not change from one connection to the next. */
type Sent = Omit<OutboundOp, 'key' | 'seq' | 'subject' | 'at' | 'answers'> & OperationBody

/**
 * The deliver worker itself over an outbox in memory, with the waiting left out: the clock jumps to whatever is due next.
 * What comes late comes before the clock jumps, as `settleMs` promises.
 */
export const makeDelivery = (
  connector: ErpConnector,
  more: {
    settle?: () => Promise<void>
    mode?: DeliverMode
    allow?: Readonly<Record<string, string>>
    guard?: DeliverDeps['guard']
  } = {},
) => {
  const outbox = makeMemoryOutbox()
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = (): string => isoOf(ms)
  const deps: DeliverDeps = {
    connector,
    id: CONNECTOR,
    version: 1,
    mode: more.mode ?? 'live',
    outbox: outbox.store,
    lane: makeLane(),
    toOperation: async row => operationOf(row, more.allow ?? {}),
    ...(more.guard === undefined ? {} : { guard: more.guard }),
    now,
    random: () => 0.5,
    newToken: () => crypto.randomUUID(),
    log: { warn: (fields, message) => console.error(message, fields) },
  }
  const send = (op: OutboundOp): void => {
    const { key, seq, subject, at: _at, answers: _answers, ...payload } = op
    outbox.add({ connector: CONNECTOR, warehouse: WAREHOUSE, key, seq, subject, type: op.type, payload, now: now() })
  }
  const wakeAt = (): number | null => {
    const times = outbox
      .rows()
      .filter(row => row.state === 'waiting' || row.state === 'unknown')
      .map(row => msOf(row.nextAt))
    return times.length === 0 ? null : Math.min(...times)
  }
  return {
    deps,
    outbox,
    send,
    now,
    passTime: (by: number): void => void (ms += by),
    /** Until nothing is due any more by itself, or for `rounds`. */
    run: async (rounds = ROUNDS): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const wake = wakeAt()
        if (wake === null) return
        const done = await deliverRound(deps, 50, never)
        await more.settle?.()
        if (done === 0) ms = Math.max(ms + 1000, Math.min(wake, ms + 1_800_000))
      }
    },
    row: async (op: OutboundOp): Promise<OutboxRow | undefined> => (await outbox.store.get(op.key))?.row,
  }
}

const operationOf = (row: OutboxRow, allow: Readonly<Record<string, string>>): OutboundOp => ({
  ...(row.payload as Sent),
  key: row.key,
  seq: row.seq,
  subject: row.subject,
  at: row.createdAt,
  answers: { ...allow, ...row.answers },
})

/** `end`: `posted`, or the class of what stopped it. */
export type Carried = { end: 'posted' | ErrorClass | 'open'; words: string; row: OutboxRow | undefined }

export type CarryAt = { peer: () => ErpPeer; proxy: () => FaultProxy; connector: () => ErpConnector }

/** Carries one operation to its end through the deliver worker. `connector`: another one than the kit's. */
export const carry = async (
  at: CarryAt,
  op: OutboundOp,
  more: { connector?: ErpConnector; unanswered?: boolean } = {},
): Promise<Carried> => {
  const delivery = makeDelivery(more.connector ?? at.connector(), {
    // What came late has come by the time that we look again: that is what `settleMs` is for.
    settle: async () => {
      await at.proxy().faults.release()
      await at.peer().settle?.()
    },
    allow: more.unanswered === true ? {} : (at.peer().answers ?? {}),
  })
  delivery.send(op)
  await delivery.run()
  const row = await delivery.row(op)
  const words = row?.question ?? ''
  return { end: row?.state === 'posted' ? 'posted' : (row?.errorClass ?? 'open'), words, row }
}
