import type { Claim, Line } from '../catalogue.ts'
import { varianceId } from '../count/variance.ts'
import { derivedId } from '../ids.ts'
import type { Effects, HoldChange, Observation } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { available, keyOf, stockKeyText } from '../ledger/stock.ts'
import type { Movement, StockKey, StockRow, StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Act } from '../sync/act.ts'
import type { CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { countTask } from './count-task.ts'
import { isAt, release, remembered, rememberedHolds, sumOf, withClaim } from './pick-claims.ts'
import { elsewhere } from './pick-elsewhere.ts'
import { batchOf } from './pick-lines.ts'
import { progress } from './pick-progress.ts'
import type { CommandTimes } from './process.ts'
import { todayAt } from './shelf-life.ts'

type Short = Pick<CommandOf<'short'>, keyof Extract<Act, { type: 'short' }>>

/** What a reason says about the row (flows 14). Whatever is not listed puts it in doubt. */
type Effect = 'doubt' | 'damaged' | 'blocked' | 'unreachable'
const EFFECTS: Readonly<Record<string, Effect>> = {
  DAMAGED: 'damaged',
  BLOCKED_LOT: 'blocked',
  EXPIRED: 'blocked',
  UNREACHABLE: 'unreachable',
}
const COUNTED: ReadonlySet<string> = new Set(['NOT_FOUND', 'MISPLACED'])

/** Status that goods get at once, by the reason that they were not picked for. */
export const spoiltStatus = (reason: string): Exclude<StockStatus, 'available'> | null => {
  const effect = EFFECTS[reason]
  return effect === 'damaged' || effect === 'blocked' ? effect : null
}

/** One pending variance for each row: its name is the row's. A row that nobody can reach is held in a name of its own. */
export const holdOf = (view: View, key: StockKey, reason: string): string =>
  EFFECTS[reason] === 'unreachable'
    ? derivedId('unreachable', view.warehouse, stockKeyText(key))
    : varianceId(view.warehouse, key)

/**
 * The row had less than the books say (flows 5). All orders of the walk let go of it, as far as the reason goes; what no
 * other walk has reserved on it is held, free stock included, because the picker looked and there is none. On-hand stays
 * until a person decides. What was let go of is reserved elsewhere by policy `pick.reallocation`.
 */
export const shortDecided = (view: View, c: CommandOf<'short'>, key: CommandKey, times: CommandTimes): Effects => {
  const task = c.task === null ? undefined : view.task(c.task)
  const reporter = c.line === null ? undefined : view.line(c.line)
  if (task === undefined || c.document === null || reporter === undefined) return NOTHING
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const own = linesOf(view, c, reporter)
  const mine = sumOf(own.flatMap(line => line.claims.filter(claim => isHere(claim, c))))
  const kept = row.reserved - mine
  const missing = Math.max(0, row.onHand - kept)
  const effect = EFFECTS[c.reason] ?? 'doubt'
  const spoilt = spoiltQty(c, effect, missing, row)
  const isPartly = effect === 'damaged'
  const freed = released(own, c, isPartly ? spoilt : mine, key)
  const lines = reserved(view, freed, c, times, isPartly ? spoilt : row.onHand)
  const holds = holdsOf(view, c, row, effect, missing, spoilt)
  const way = walked(
    view,
    task.id,
    lines.map(line => (line.id === c.line ? rememberedHolds(line, holds, key) : line)),
  )
  const subject = stockKeyText(stockKey)
  const isDoubt = effect === 'doubt'
  return {
    ...NOTHING,
    movements: moved(c, spoilt, times),
    lines: way.lines,
    documents: way.documents,
    tasks: [
      ...way.tasks,
      ...(COUNTED.has(c.reason)
        ? countTask(view, key, { client: c.client, place: c.from.location, item: c.item, cause: 'short' })
        : []),
    ],
    holds,
    observations: isDoubt ? [observed(c, stockKey, kept, key, times)] : [],
    exceptions: [
      contradiction(key, 'short_pick', subject, {
        ...stockKey,
        reason: c.reason,
        missing: isDoubt ? missing : spoilt,
        line: c.line,
        document: c.document,
        variance: holdOf(view, stockKey, c.reason),
        holds: holds.map(hold => ({ owner: hold.owner, qty: hold.qty, key: stockKeyText(hold.key) })),
        photos: c.photos ?? [],
      }),
    ],
  }
}

const isHere = (claim: Claim, c: Short): boolean => isAt(claim, c.from, c.lot, c.serial)

/** Lines of the walk that have reserved goods of the row, the one that reports it first. Picked ones stay as they are. */
const linesOf = (view: View, c: Short, reporter: Line): readonly Line[] => {
  const task = c.task === null ? undefined : view.task(c.task)
  const others = (task === undefined ? [] : batchOf(view, task))
    .flatMap(one => (one.document === null ? [] : view.linesOf(one.document)))
    .filter(line => line.id !== reporter.id && line.item === c.item && line.client === c.client)
    .filter(line => line.state === 'open' && line.claims.some(claim => isHere(claim, c)))
  return [reporter, ...others]
}

/** How many units change their status at once; of a bad lot all that nobody else has reserved, unless the command says. */
const spoiltQty = (c: Short, effect: Effect, missing: number, row: StockRow): number => {
  if (effect === 'damaged') return c.damaged ?? 0
  return effect === 'blocked' ? (c.damaged ?? Math.max(0, missing - row.held)) : 0
}

const moved = (c: Short, qty: number, times: CommandTimes): readonly Movement[] => {
  const status = spoiltStatus(c.reason)
  if (status === null || qty === 0) return []
  const { client, item, lot, serial, from } = c
  return [{ client, item, lot, serial, from, to: { ...from, status }, qty, ...times }]
}

type Freed = { line: Line; qty: number }

/** The lines without their claims on the row, up to so many units, and what each of them has lost. */
const released = (own: readonly Line[], c: Short, upTo: number, key: CommandKey): readonly Freed[] => {
  let rest = upTo
  return own.map(line => {
    const { claims, freed } = release(line.claims, rest, claim => isHere(claim, c))
    const qty = sumOf(freed)
    rest -= qty
    return { line: remembered({ ...line, claims }, freed, key), qty }
  })
}

/** In the order of the lines: the place that the picker has chosen, then other places by FEFO, then what is left of the row. */
const reserved = (
  view: View,
  freed: readonly Freed[],
  c: CommandOf<'short'>,
  times: CommandTimes,
  gone: number,
): readonly Line[] => {
  const { reallocation } = policyFor(view.policies, c.client).pick
  const here = stockKeyText(keyOf({ ...c, ...c.from }))
  const chosen = c.instead === undefined ? null : stockKeyText(keyOf({ ...c, ...c.instead }))
  const isAuto = reallocation === 'auto' || reallocation === 'both'
  const key = keyOf({ ...c, ...c.from })
  // The row itself: free of what the lines have let go of, without what is gone from it.
  const search = elsewhere(view, todayAt(view, times.at), [{ key, qty: sumQty(freed) - gone }])
  return freed.map(({ line, qty }): Line => {
    const isOpen = line.state === 'open'
    const find = (want: number, fits: (row: StockKey) => boolean): readonly Claim[] =>
      isOpen ? search.reserve(line, want, fits) : []
    const first = chosen === null ? [] : find(qty, row => stockKeyText(row) === chosen)
    const more = isAuto ? find(qty - sumOf(first), row => stockKeyText(row) !== here) : []
    const rest = isAuto ? find(qty - sumOf(first) - sumOf(more), row => stockKeyText(row) === here) : []
    const isShort = isOpen && (qty > 0 || line.id === c.line)
    const claims = [...first, ...more, ...rest].reduce<Claim[]>(withClaim, [...line.claims])
    return { ...line, claims, reason: isShort ? c.reason : line.reason }
  })
}

const sumQty = (freed: readonly Freed[]): number => freed.reduce((sum, { qty }) => sum + qty, 0)

/** Every order whose lines have changed may be over by it. */
const walked = (
  view: View,
  reporting: string,
  lines: readonly Line[],
): Pick<Effects, 'lines' | 'tasks' | 'documents'> => {
  const documents = [...new Set(lines.map(line => line.document))]
  const ways = documents.flatMap(id => {
    const task = view.taskOf(id, 'pick')
    if (task === undefined) return []
    const way = progress(
      view,
      task,
      lines.filter(line => line.document === id),
    )
    // Other orders of the walk are touched, not begun.
    const isUntouched = task.id !== reporting && way.tasks.every(one => one.state === 'started')
    return isUntouched ? [{ ...way, tasks: [], documents: [] }] : [way]
  })
  return {
    lines: ways.flatMap(way => way.lines),
    tasks: ways.flatMap(way => way.tasks),
    documents: ways.flatMap(way => way.documents),
  }
}

/** The newest observation replaces what the row's variance holds. With `pick.hospital` the whole place is held. */
const holdsOf = (
  view: View,
  c: Short,
  row: StockRow,
  effect: Effect,
  missing: number,
  spoilt: number,
): readonly HoldChange[] => {
  if (effect === 'damaged' || effect === 'blocked') return []
  const key = keyOf(row)
  const change = missing - spoilt - row.held
  const own = change === 0 ? [] : [{ owner: holdOf(view, key, c.reason), key, qty: change }]
  if (!policyFor(view.policies, c.client).pick.hospital) return own
  const others = view
    .stockAt(c.from.location)
    .filter(other => stockKeyText(other) !== stockKeyText(key) && available(other) > 0)
  return [...own, ...others.map(other => hospital(view, other, available(other)))]
}

const hospital = (view: View, row: StockRow, qty: number): HoldChange => ({
  owner: derivedId('hospital', view.warehouse, stockKeyText(row)),
  key: keyOf(row),
  qty,
})

export const observed = (
  c: CommandOf<'short'>,
  key: StockKey,
  kept: number,
  { device, epoch, seq }: CommandKey,
  times: CommandTimes,
): Observation => ({
  key,
  seen: Math.max(0, kept),
  kind: 'short',
  count: derivedId('count', device, epoch, seq),
  task: c.task,
  mode: 'spot',
  attempt: 1,
  at: times.at,
  unc: times.unc,
  reason: c.reason,
  typed: false,
  photos: c.photos ?? [],
})
