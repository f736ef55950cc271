import { checkFolds } from './check-server.ts'
import { checkCounted } from './check-counts.ts'
import { makeCountDesk } from './count-desk.ts'
import { checkRest, isQuiet } from './check-device.ts'
import { noCounters } from './counters.ts'
import type { Counters } from './counters.ts'
import type { Plant } from './bugs.ts'
import { boot, crash, look, makeDevice } from './device.ts'
import type { Device } from './device.ts'
import { checkErp, isTold, makeErpPost } from './erp-post.ts'
import { drawFaults, FAULTS, oddsOf } from './faults.ts'
import type { Fault, Odds } from './faults.ts'
import { anyOrder, cancelOrder, catalogueOfSite, lostOnFloor, makeFloor, openFloor, reserveOrder } from './floor.ts'
import { makeIntruder } from './intruder.ts'
import { makeMemoryServer } from './memory-server.ts'
import { BADGES } from './people.ts'
import { makeDice } from './random.ts'
import { makeSchedule, settled } from './schedule.ts'
import { makePushLine } from '../../server/sync/push-line.ts'
import { restoreServer, serverNow, watchedStore } from './server.ts'
import { checkLosses } from './check-storage.ts'
import { evict, update } from './storage.ts'
import type { Shift, Stage } from './stage.ts'
import { lose, makeTruth } from './truth.ts'
import { anyTurn, work } from './worker.ts'

export type RunOptions = {
  devices?: number
  minutes?: number
  faults?: readonly Fault[]
  plant?: Plant | null
  shift?: Shift
  log?: (line: string) => void
}
export type RunResult = {
  seed: number
  failures: readonly string[]
  /** The last events before the end. */
  trail: readonly string[]
  faults: readonly Fault[]
  movements: number
  events: number
  seen: Counters
  /** Equal for equal runs. */
  fingerprint: string
}

const MINUTE = 60_000
const TRAIL = 40
/** Fault-free minutes within which every queue must be empty and every base the same. */
const DRAIN_MINUTES = 10

const QUIET: Odds = Object.fromEntries(FAULTS.map(fault => [fault, 0])) as Odds

/** One simulated shift. A pure function of seed, options and the code under test. */
export const run = async (seed: number, options: RunOptions = {}): Promise<RunResult> => {
  const trail: string[] = []
  const stage = await makeStage(seed, options, trail)
  const { schedule, failures, faults } = stage
  for (const device of stage.devices) {
    boot(stage, device)
    schedule.after(2000 + stage.dice.int(1000), () => work(stage, device))
    schedule.after(stage.dice.int(5000), () => trouble(stage, device))
    schedule.after(2000 + stage.dice.int(2000), () => flush(stage, device))
  }
  const period = (1 + stage.dice.int(4)) * MINUTE
  schedule.after(period, () => backUp(stage, period))
  if (faults.includes('restore'))
    schedule.after(period + stage.dice.int(stage.end - period), () => void restoreServer(stage))
  if (stage.shift.hasDesk) {
    schedule.after(stage.dice.int(2 * MINUTE), () => vanish(stage))
    schedule.after(MINUTE, () => desk(stage))
    makeCountDesk(stage)
    makeErpPost(stage)
  }
  if (faults.includes('intruder')) schedule.after(MINUTE, makeIntruder(stage))

  while (schedule.now() < stage.end && failures.length === 0 && stage.shift.isOver?.(stage) !== true)
    await play(stage, stage.shift.isOver === undefined ? stage.end : Math.min(stage.end, schedule.now() + MINUTE))
  stage.end = schedule.now()
  Object.assign(stage.odds, QUIET)
  for (const device of stage.devices) device.isFull = false
  for (let minute = 0; minute < DRAIN_MINUTES && failures.length === 0 && !isAtRest(stage); minute += 0.25)
    await play(stage, schedule.now() + MINUTE / 4)
  if (failures.length === 0 && !isAtRest(stage)) stage.fail('I15', `not at rest ${DRAIN_MINUTES} quiet minutes later`)
  if (failures.length === 0) checkFolds(stage)
  if (failures.length === 0) checkRest(stage)
  if (failures.length === 0) checkCounted(stage)
  if (failures.length === 0) checkLosses(stage)
  if (failures.length === 0 && stage.shift.hasDesk) checkErp(stage)
  const wrong = failures.length === 0 ? stage.shift.verdict?.(stage) : null
  if (typeof wrong === 'string') stage.fail('I15', wrong)
  const state = stage.memory.state()
  const movements = [...state.commands.values()].reduce((sum, row) => sum + row.movements.length, 0)
  const books = [...state.stock].map(([key, row]) => `${key} ${row.onHand} ${row.reserved}`).join('|')
  return {
    seed,
    failures,
    trail,
    faults,
    movements,
    events: schedule.events(),
    seen: stage.seen,
    fingerprint: `${state.feed.epoch} ${state.feed.seq} ${schedule.events()} ${stage.dice.next()} ${books}`,
  }
}

/** A shift of deliveries and orders as they come. */
const ANY_SHIFT: Shift = {
  makeSite: makeFloor,
  open: openFloor,
  lost: lostOnFloor,
  turn: anyTurn,
  badges: BADGES,
  isGivenOut: false,
  isLong: false,
  looksEvery: 1,
  pageRows: 10,
  trouble: 1,
  hasDesk: true,
}

/** The schedule forgets nothing: what was called off does nothing when its time comes. */
const cancellable = (schedule: Stage['schedule'], ms: number, run: () => void): (() => void) => {
  let isOff = false
  schedule.after(ms, () => {
    if (!isOff) run()
  })
  return () => {
    isOff = true
  }
}

const makeStage = async (
  seed: number,
  options: RunOptions,
  trail: string[],
): Promise<Stage & { faults: readonly Fault[] }> => {
  const dice = makeDice(seed)
  const shift = options.shift ?? options.plant?.shift?.(seed) ?? ANY_SHIFT
  const site = shift.makeSite(options.devices ?? 3)
  const memory = makeMemoryServer(site)
  const schedule = makeSchedule()
  const faults = options.faults ?? options.plant?.faults?.(drawFaults(dice)) ?? drawFaults(dice)
  const log = (line: string): void => {
    const text = `${(schedule.now() / 1000).toFixed(1).padStart(8)} s ${line}`
    trail.push(text)
    if (trail.length > TRAIL) trail.shift()
    options.log?.(text)
  }
  const failures: string[] = []
  const opening = await shift.open(memory.store, site)
  memory.backUp()
  const stage: Stage & { faults: readonly Fault[] } = {
    schedule,
    dice,
    site,
    memory,
    erp: new Map(),
    catalogue: catalogueOfSite(site),
    store: memory.store,
    book: null,
    feeds: new Map([[memory.state().feed.epoch, memory.state()]]),
    devices: [],
    truth: makeTruth(opening, shift.lost?.(site, opening) ?? []),
    odds: oddsOf(dice, faults, shift.trouble),
    end: (options.minutes ?? options.plant?.minutes ?? 8) * MINUTE,
    seen: noCounters(),
    plant: options.plant ?? null,
    shift,
    faults,
    failures,
    log,
    fail: (rule, what) => {
      failures.push(`${rule}: ${what}`)
      log(`FAIL ${rule} ${what}`)
    },
  }
  stage.store = watchedStore(stage, stage.plant?.store?.(memory.store, stage) ?? memory.store)
  const isTogether =
    options.plant === undefined || options.plant === null ? seed % 2 === 1 : options.plant.together === true
  if (isTogether) stage.book = makePushLine(stage.store, (ms, run) => cancellable(schedule, ms, run))
  stage.devices.push(...site.devices.map(({ id }, n) => makeDevice(stage, id, n)))
  return stage
}

/** Runs all events up to `end`. After each one, everything that it has set going runs out before the clock moves on. */
const play = async (stage: Stage, end: number): Promise<void> => {
  while (stage.failures.length === 0 && stage.schedule.step(end)) {
    await settled()
    for (const device of stage.devices) if (device.dirty) await look(stage, device)
  }
}

const isAtRest = (stage: Stage): boolean =>
  stage.devices.every(device => isQuiet(stage, device)) &&
  !(stage.shift.hasDesk && (waitsForTime(stage) || !isTold(stage)))

/** Counts that nobody has to decide on end by themselves once every handheld was heard; of an unknown clock a day later. */
const waitsForTime = ({ memory }: Stage): boolean =>
  [...memory.state().variances.values()].some(
    ({ state, point }) => point.unc !== null && (state === 'provisional' || state === 'approved'),
  )

/** What befalls a handheld, every few seconds. */
const trouble = (stage: Stage, device: Device): void => {
  const { schedule, dice, odds, seen } = stage
  if (schedule.now() >= stage.end) return
  schedule.after(5000 + dice.int(20_000), () => trouble(stage, device))
  if (dice.chance(odds.full)) {
    device.isFull = true
    schedule.after(dice.int(60_000), () => {
      device.isFull = false
    })
  }
  if (dice.chance(odds.clock)) {
    seen['clock jumps'] += 1
    const DAY = 24 * 60 * MINUTE
    device.clock += dice.pick([9 * DAY, 9 * DAY, DAY, -DAY, -MINUTE, 3 * MINUTE])
  }
  if (!device.life.alive()) return
  if (dice.chance(odds.crash)) crash(stage, device, false)
  else if (dice.chance(odds.power)) crash(stage, device, true)
  else if (dice.chance(odds.update)) update(stage, device)
  else if (dice.chance(odds.evict)) evict(stage, device)
  else if (dice.chance(odds.tabs) && device.handheld !== null && !device.acting) {
    // Another tab takes over: the robbed one stops its loop, but a round under way goes on.
    seen['tabs taken over'] += 1
    stage.log(`${device.name}: another tab takes over`)
    void device.handheld.stop()
    boot(stage, device)
  }
}

/** The operating system writes relaxed transactions to the disk when it likes. */
const flush = (stage: Stage, device: Device): void => {
  device.flushed = device.cache.snapshot()
  if (stage.schedule.now() < stage.end) stage.schedule.after(2000 + stage.dice.int(4000), () => flush(stage, device))
}

const backUp = (stage: Stage, period: number): void => {
  stage.memory.backUp()
  stage.seen.backups += 1
  if (stage.schedule.now() < stage.end) stage.schedule.after(period, () => backUp(stage, period))
}

/** A piece is broken, stolen or put somewhere else, and nobody says so. */
const vanish = (stage: Stage): void => {
  const { schedule, dice, site, truth } = stage
  if (schedule.now() >= stage.end) return
  schedule.after(MINUTE + dice.int(3 * MINUTE), () => vanish(stage))
  const shelves = new Set<string>(site.locations.flatMap(({ id, kind }) => (kind === 'pickable' ? [id] : [])))
  const lying = [...truth.lies].filter(([key, qty]) => qty > 2 && shelves.has(key.slice(0, key.indexOf('\u001f'))))
  if (lying.length > 0) lose(truth, [{ key: dice.pick(lying)[0], qty: -1 - dice.int(2) }], schedule.now())
}

const desk = (stage: Stage): void => {
  const { schedule, dice, site, store, seen } = stage
  if (schedule.now() >= stage.end) return
  schedule.after(30_000 + dice.int(120_000), () => desk(stage))
  if (dice.chance(0.1)) {
    seen['cancellations by the desk'] += 1
    void cancelOrder(store, site, anyOrder(dice), serverNow(stage))
  } else {
    seen['reservations by the desk'] += 1
    void reserveOrder(store, site, anyOrder(dice), serverNow(stage))
  }
}
