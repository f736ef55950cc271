import type { ErpConnector } from '../../server/erp/connector.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { deliverRound } from '../../server/workers/deliver.ts'
import { LEASE_MS } from '../../server/workers/deliver-one.ts'
import { makeDelivery, never } from './carry.ts'
import type { CarryAt } from './carry.ts'

/**
 * Carries an operation with a process that dies at the n-th step (before or after each call to the ERP and each write of
 * ours), then with a new one over the same outbox. Returns the state in which the message ends.
 */
export const dieAt = async (at: CarryAt, step: number, op: OutboundOp): Promise<string> => {
  const connect = (): ErpConnector => at.peer().connect({ url: at.proxy().url })
  let taken = 0
  const dead = (): void => {
    taken += 1
    if (taken >= step) throw new Error('the process is dead')
  }
  const delivery = makeDelivery(connect(), { allow: at.peer().answers ?? {} })
  const mortal =
    <A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      dead()
      const value = await run(...args)
      dead()
      return value
    }
  const { connector, outbox } = delivery.deps
  const doomed = {
    ...delivery.deps,
    connector: {
      ...connector,
      prepare: mortal(connector.prepare),
      post: mortal(connector.post),
      find: mortal(connector.find),
    },
    outbox: { ...outbox, advance: mortal(outbox.advance) },
    log: { warn: () => {} },
  }
  delivery.send(op)
  await deliverRound(doomed, 10, never).catch(() => 0)
  delivery.passTime(LEASE_MS + 1000)
  const next = { ...delivery.deps, connector: connect() }
  for (let round = 0; round < 50 && (await delivery.row(op))?.state !== 'posted'; round += 1) {
    await deliverRound(next, 10, never)
    delivery.passTime(60_000)
    await at.peer().settle?.()
  }
  return (await delivery.row(op))?.state ?? 'gone'
}
