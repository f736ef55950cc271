import type { ErpConnector, Found } from '../../server/erp/connector.ts'
import { isErpError } from '../../server/erp/erp-error.ts'
import type { ErrorClass } from '../../server/erp/erp-error.ts'
import type { OutboundOp, RemoteRef } from '../../server/erp/operation.ts'
import type { FaultProxy } from './fault-proxy.ts'

export const never = new AbortController().signal

export type Carried =
  | { end: 'posted'; found: Found & { state: 'posted' } }
  | { end: ErrorClass | Found['state']; words: string }

const PASSING = new Set<ErrorClass>(['transient', 'throttled', 'unknownOutcome'])

/**
 * Carries one operation to its end the way the deliver worker does it, with the waiting left out: prepare, keep the ref,
 * post, then believe `find` only; after an unknown outcome `find` first, never a blind repeat.
 */
export const carry = async (connector: ErpConnector, op: OutboundOp, proxy?: FaultProxy): Promise<Carried> => {
  let ref: RemoteRef | null = null
  let unknown = false
  for (let attempt = 1; attempt <= 30; attempt += 1) {
    try {
      if (unknown) {
        // What came late has come by the time that we look again: that is what `settleMs` is for.
        await proxy?.faults.release()
        const seen = await connector.find(op, ref, never)
        unknown = false
        if (seen.state === 'posted') return { end: 'posted', found: seen }
        if (seen.state === 'many' || seen.state === 'cancelled') return { end: seen.state, words: '' }
        ref = seen.state === 'draft' ? seen.ref : ref
      }
      ref = await connector.prepare(op, ref, never)
      await connector.post(op, ref, never)
      const found = await connector.find(op, ref, never)
      if (found.state === 'posted') return { end: 'posted', found }
      if (found.state === 'many' || found.state === 'cancelled') return { end: found.state, words: '' }
      unknown = true
    } catch (error) {
      if (!isErpError(error)) throw error
      if (!PASSING.has(error.class)) return { end: error.class, words: error.message }
      unknown = unknown || error.class === 'unknownOutcome'
    }
  }
  return { end: 'unknownOutcome', words: 'no end in 30 attempts' }
}
