import * as v from 'valibot'

const days = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3650))
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(1000))

/**
 * How a site works: data, never code, per warehouse and client. Commands carry the version they were judged by, and the
 * server judges them by that one.
 */
export const policySchema = v.object({
  receive: v.object({
    over: v.picklist(['block', 'allow', 'blockIfClosed']),
    /** Null with `allow` = no limit. */
    overPct: v.nullable(percent),
    unexpected: v.picklist(['ask', 'no', 'yes']),
    blindReceipt: v.picklist(['ask', 'no', 'yes']),
    inspection: v.picklist(['none', 'all']),
  }),
  shelf: v.object({
    acceptDays: v.nullable(days),
    minDaysOut: v.nullable(days),
  }),
  pick: v.object({
    qty: v.picklist(['each', 'trust', 'key']),
    impliedPlace: v.boolean(),
    fefo: v.picklist(['warn', 'none', 'force']),
    newTotes: v.boolean(),
  }),
  task: v.object({ noPrefill: v.boolean() }),
  worker: v.object({ rosterDays: v.pipe(days, v.maxValue(30)) }),
})
export type Policy = v.InferOutput<typeof policySchema>

export const DEFAULT_POLICY: Policy = {
  receive: { over: 'block', overPct: null, unexpected: 'ask', blindReceipt: 'ask', inspection: 'none' },
  shelf: { acceptDays: null, minDaysOut: null },
  pick: { qty: 'each', impliedPlace: false, fefo: 'warn', newTotes: false },
  task: { noPrefill: true },
  worker: { rosterDays: 7 },
}

/** One version of the policies of a warehouse: the default and what clients have of their own. */
export type PolicySet = { version: number; warehouse: Policy; clients: Readonly<Record<string, Policy>> }
export const policyFor = (set: PolicySet, client: string): Policy => set.clients[client] ?? set.warehouse
