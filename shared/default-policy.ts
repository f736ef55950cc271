import type { CountLimits, Policy } from './policy.ts'

const UNLIMITED: CountLimits = { qty: null, pct: null, value: null }

/** What may be approved in one go, and from where on two people must; nothing needs two until somebody says so. */
export const APPROVE: NonNullable<Policy['approve']> = {
  bulk: { qty: 5, pct: 10, value: 50_000 },
  second: UNLIMITED,
}

/** How a site works that has said nothing. Apart from the schema, which no handheld loads. */
export const DEFAULT_POLICY: Policy = {
  site: { timeZone: 'UTC' },
  receive: {
    over: 'block',
    overPct: null,
    unexpected: 'ask',
    blindReceipt: 'ask',
    blindExpected: false,
    lpnRequired: false,
    asnTrust: 'off',
    horizonDays: 14,
    inspection: 'none',
  },
  shelf: { acceptDays: null, acceptPct: null, minDaysOut: null, track: 'expiry' },
  putaway: { override: 'zone', steal: true, zones: [], rules: ['home', 'sameLot', 'sameItem', 'empty'] },
  pick: {
    qty: 'each',
    impliedPlace: false,
    zeroImplied: false,
    fefo: 'warn',
    zeroCheck: 'atZero',
    threshold: null,
    bindTotes: 'firstLine',
    newTotes: false,
    multiOrderTote: false,
    reallocation: 'auto',
    shortEnd: 'backorder',
    hospital: false,
    prefetchTasks: 2,
    clusterSize: 1,
  },
  pack: {
    verify: 'each',
    weight: 'optional',
    weightTolerancePct: 5,
    tracking: 'byCarrier',
    carriers: [],
    cartons: [
      { name: 'S', size: { l: 300, w: 200, h: 150 }, emptyG: 150, carriers: [] },
      { name: 'M', size: { l: 400, w: 300, h: 250 }, emptyG: 300, carriers: [] },
      { name: 'L', size: { l: 600, w: 400, h: 400 }, emptyG: 600, carriers: [] },
    ],
  },
  count: {
    blind: { plan: true, recount: true, spot: false },
    again: 1,
    limits: { qty: 2, pct: 5, value: 25_000 },
    limitsFor: [],
    supervisorLimits: UNLIMITED,
    fourEyes: true,
    fullLocation: true,
    freeze: false,
    silentHours: 8,
    alwaysReview: false,
    plans: [],
  },
  approve: APPROVE,
  move: { reserved: 'guard' },
  return: { blind: 'ask', unexpected: 'ask', photo: 'damaged', restock: false, horizonDays: 60 },
  scrap: { approveAbove: null },
  task: { noPrefill: true, confirmReason: [] },
  worker: { rosterDays: 7, pin: [] },
  device: { silentMinutes: 10 },
  photo: { keepDays: 180 },
  feedback: { hardStop: false },
}
