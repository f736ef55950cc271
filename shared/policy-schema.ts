import * as v from 'valibot'
import { KINDS } from './exception-choices.ts'
import { DUTY_ROLES, mayOwn } from './exception-limits.ts'
import { ROLES } from './roles.ts'
import { isZone } from './time.ts'

const days = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3650))
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(1000))
const units = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000))
const text = v.pipe(v.string(), v.maxLength(60))
const zones = v.pipe(v.array(text), v.maxLength(50))

/** What a worker's count may differ by and still post by itself; all three must hold. Null = unlimited. `value` in minor units. */
export const limits = v.object({ qty: v.nullable(units), pct: v.nullable(percent), value: v.nullable(units) })
export type CountLimits = v.InferOutput<typeof limits>

const cartonType = v.object({
  name: text,
  size: v.nullable(v.object({ l: units, w: units, h: units })),
  emptyG: v.nullable(units),
  /** Carriers that take it; empty = all. */
  carriers: v.pipe(v.array(text), v.maxLength(20)),
})

/** After so many minutes an exception of the kind is late; whose work it is. */
export const kindLimit = v.pipe(
  v.object({
    kind: v.picklist(KINDS),
    minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(43_200)),
    owner: v.picklist(DUTY_ROLES),
  }),
  v.check(({ owner, kind }) => mayOwn(owner, kind), 'whoever has this role cannot settle this kind'),
)

/**
 * How a site works: data, never code, per warehouse and client. Commands carry the version they were judged by, and the
 * server judges them by that one.
 */
export const policySchema = v.object({
  /** Of the whole warehouse only: what a client has is not looked at. Missing in policies from before there was a choice: UTC. */
  site: v.optional(
    v.object({
      /** IANA name of the zone whose days and hours are meant everywhere. */
      timeZone: v.pipe(text, v.check(isZone, 'no such time zone')),
    }),
  ),
  receive: v.object({
    over: v.picklist(['block', 'allow', 'blockIfClosed']),
    /** Null with `allow` = no limit. */
    overPct: v.nullable(percent),
    unexpected: v.picklist(['ask', 'no', 'yes']),
    blindReceipt: v.picklist(['ask', 'no', 'yes']),
    /** Expected quantities are withheld from handhelds; over-receipts then come back as exceptions. */
    blindExpected: v.boolean(),
    lpnRequired: v.boolean(),
    /**
     * What a scan of an announced pallet does: books all that was announced on it (`trust`), shows it to be counted
     * (`check`), or nothing of its own. Yes and no are from before there were three.
     */
    asnTrust: v.union([v.picklist(['off', 'check', 'trust']), v.boolean()]),
    horizonDays: days,
    inspection: v.picklist(['none', 'item', 'all']),
  }),
  shelf: v.object({
    acceptDays: v.nullable(days),
    /** Per cent of the item's whole life that must be left. */
    acceptPct: v.nullable(percent),
    minDaysOut: v.nullable(days),
    track: v.picklist(['expiry', 'bestBefore', 'none']),
  }),
  putaway: v.object({
    /** `zone`: free inside the suggested zone, a second scan outside it. */
    override: v.picklist(['zone', 'free', 'confirm', 'never']),
    steal: v.boolean(),
    /** Zones in which the item's goods shall lie, the best first; empty = any. */
    zones,
    /** Order in which the rules are tried. */
    rules: v.pipe(v.array(v.picklist(['home', 'sameLot', 'sameItem', 'empty'])), v.maxLength(4)),
    /** Zones that goods in these statuses are kept in; empty or missing = any. Missing in policies from before there was a choice. */
    apart: v.optional(v.object({ damaged: zones, inspection: zones, blocked: zones })),
  }),
  pick: v.object({
    qty: v.picklist(['each', 'trust', 'key']),
    impliedPlace: v.boolean(),
    zeroImplied: v.boolean(),
    fefo: v.picklist(['warn', 'none', 'force']),
    zeroCheck: v.picklist(['atZero', 'never', 'belowThreshold']),
    threshold: v.nullable(units),
    bindTotes: v.picklist(['firstLine', 'start']),
    newTotes: v.boolean(),
    multiOrderTote: v.boolean(),
    reallocation: v.picklist(['auto', 'both', 'manual', 'none']),
    shortEnd: v.picklist(['backorder', 'wait', 'shipShort']),
    hospital: v.boolean(),
    prefetchTasks: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
    /** Orders of one walk; 1 = order by order. */
    clusterSize: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(30)),
  }),
  pack: v.object({
    verify: v.picklist(['each', 'trust', 'none']),
    weight: v.picklist(['optional', 'required', 'none']),
    weightTolerancePct: percent,
    tracking: v.picklist(['byCarrier', 'required', 'none']),
    /** Carriers whose parcels need a tracking number, with the pattern that it has (start of a number, may be empty). */
    carriers: v.pipe(v.array(v.object({ name: text, tracking: v.boolean(), prefix: text })), v.maxLength(50)),
    cartons: v.pipe(v.array(cartonType), v.maxLength(50)),
  }),
  count: v.object({
    blind: v.object({ plan: v.boolean(), recount: v.boolean(), spot: v.boolean() }),
    again: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5)),
    limits,
    /** Looked up in this order: worker → role → client + ABC class → client → ABC class → warehouse (`limits`). */
    limitsFor: v.pipe(
      v.array(
        v.object({
          worker: v.optional(v.string()),
          role: v.optional(v.picklist(ROLES)),
          abc: v.optional(v.picklist(['A', 'B', 'C'])),
          limits,
        }),
      ),
      v.maxLength(200),
    ),
    supervisorLimits: limits,
    fourEyes: v.boolean(),
    fullLocation: v.boolean(),
    freeze: v.boolean(),
    silentHours: v.pipe(v.number(), v.minValue(1), v.maxValue(720)),
    alwaysReview: v.boolean(),
    /** Counted in turn: every place of the zone or class within so many days, at most so many a day. */
    plans: v.pipe(
      v.array(
        v.object({
          zone: v.nullable(text),
          abc: v.nullable(v.picklist(['A', 'B', 'C'])),
          everyDays: v.pipe(days, v.minValue(1)),
          perDay: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
        }),
      ),
      v.maxLength(50),
    ),
  }),
  /** Differences of counts that a person approves. Missing in policies from before there was a choice: APPROVE. */
  approve: v.optional(
    v.object({
      /** What may be approved in one go; all three must hold. */
      bulk: limits,
      /** Above any of these a second, other person must approve as well. */
      second: limits,
      /** Whoever has no limit of their own is one of two above any of these; `value` holds for one go as well. Missing = any. */
      limit: v.optional(limits),
    }),
  ),
  move: v.object({ reserved: v.picklist(['guard', 'allow']) }),
  return: v.object({
    blind: v.picklist(['ask', 'no', 'yes']),
    unexpected: v.picklist(['ask', 'no', 'yes']),
    photo: v.picklist(['damaged', 'always', 'never']),
    restock: v.boolean(),
    horizonDays: days,
  }),
  scrap: v.object({
    /** Scrapping more base units than this waits for a supervisor; null = never. */
    approveAbove: v.nullable(units),
  }),
  task: v.object({
    noPrefill: v.boolean(),
    /** Overrides that want a reason. */
    confirmReason: v.pipe(v.array(v.picklist(['putaway', 'fefo'])), v.maxLength(2)),
  }),
  worker: v.object({
    /** Without a day nobody could log in. */
    rosterDays: v.pipe(days, v.minValue(1), v.maxValue(30)),
    /** Roles whose people confirm their badge by a PIN. Missing in policies from before there was a choice: nobody. */
    pin: v.optional(v.pipe(v.array(v.picklist(ROLES)), v.maxLength(ROLES.length))),
  }),
  /** Missing in policies from before there was a choice: SILENT_MINUTES. */
  device: v.optional(
    v.object({
      /** A handheld with unsent steps that is not heard of for longer is an exception. Of the warehouse's policy only. */
      silentMinutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_080)),
    }),
  ),
  /** Of the warehouse's policy only. A kind that is not named, and a policy from before there was a choice: usualLimit. */
  exceptions: v.optional(
    v.object({
      limits: v.pipe(
        v.array(kindLimit),
        v.maxLength(KINDS.length),
        v.check(rows => new Set(rows.map(({ kind }) => kind)).size === rows.length, 'a kind has one limit'),
      ),
    }),
  ),
  photo: v.object({ keepDays: days }),
  feedback: v.object({ hardStop: v.boolean() }),
})
export type Policy = v.InferOutput<typeof policySchema>
