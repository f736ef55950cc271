import type { CountAgain, Task } from '../../shared/catalogue.ts'
import { orderOf, uncOf, UNKNOWN_UNC_MS } from '../../shared/count/point.ts'
import type { Point } from '../../shared/count/point.ts'
import { bodyOf, renewRow } from '../../shared/count/renew.ts'
import type { Facts, RowBook } from '../../shared/count/row-book.ts'
import { isStanding } from '../../shared/count/life.ts'
import { varianceId } from '../../shared/count/variance.ts'
import type { Seen, Variance, VarianceId } from '../../shared/count/variance.ts'
import { derivedId } from '../../shared/ids.ts'
import type { TaskId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import { keyAt, keyOf, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Address, Movement, StockKey } from '../../shared/ledger/stock.ts'
import { emptyTables } from '../../shared/sync/rows.ts'
import { makeWorld, virtualLocation } from '../../shared/ledger/world.ts'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import { policyFor } from '../../shared/policy.ts'
import { countTask } from '../../shared/process/count-task.ts'
import type { CountWish } from '../../shared/process/count-task.ts'
import type { CommandKey } from '../../shared/sync/command.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { spotsOf } from './blind.ts'
import type { CountBooks, CountFacts, CountWrites, Rounds } from './count-books.ts'

/** What a transaction has written: each command or decision with its effects. */
export type Written = {
  now: string
  entries: readonly { command: CommandKey; worker: WorkerId | null; effects: Effects }[]
  /** Rows whose on-hand, reservations or holds have changed. */
  touched: readonly StockKey[]
}

/**
 * Keeps the statements of a transaction and brings the variances of every row that it has touched up to date, in the same
 * transaction: new counts, late movements, changed reservations, statements that were taken back.
 */
export const renewCounts = async (books: CountBooks, written: Written): Promise<void> => {
  const spots = spotsOf(written.entries.flatMap(({ effects }) => effects.tasks))
  if (spots.length > 0) await books.showAnew(spots)
  const seen = statementsIn(books, written)
  if (seen.length > 0) await books.observe(seen)
  const undone = written.entries.flatMap(({ effects }) => effects.undone)
  const back = undone.length > 0 ? await books.takeBack(undone) : []
  const closed = written.entries.flatMap(({ effects }) => effects.closedCounts)
  const left = closed.length > 0 ? await books.unfinished(closed.map(one => one.count)) : []
  const rows = realRows(
    books.warehouse,
    [...seen, ...back, ...left].map(one => one.key),
    written.touched,
  )
  const rounds = await books.rounds(rows.map(row => row.id))
  const said = new Set([...seen, ...back].map(one => stockKeyText(one.key)))
  const legs: ReturnType<typeof legsIn> = rounds.size === 0 ? new Map() : legsIn(written)
  const concerned = rows.filter(row => said.has(row.text) || isConcerned(rounds.get(row.id), legs.get(row.text) ?? []))
  const wishes = wishesIn(written)
  if (concerned.length === 0 && closed.length === 0 && wishes.length === 0) return
  const writes = await renewed(books, concerned, rounds, written)
  const late = back.flatMap(one => tooLate(one, rounds.get(varianceId(books.warehouse, one.key)), books))
  const visits = closed.map(({ place, item }) => ({ place, item, at: written.now }))
  const asked = await askedCounts(books, wishes, writes.tasks)
  await books.put({ ...writes, raise: [...writes.raise, ...late], tasks: [...writes.tasks, ...asked], visits })
}

/** Brings these rows up to date, after something about their variances was decided. */
export const renewRows = async (books: CountBooks, keys: readonly StockKey[], now: string): Promise<void> => {
  const rows = realRows(books.warehouse, keys, [])
  const rounds = await books.rounds(rows.map(row => row.id))
  await books.put({ ...(await renewed(books, rows, rounds, { now, entries: [], touched: [] })), visits: [] })
}

type Row = { id: VarianceId; key: StockKey; text: string }

/** Nobody counts the outside. */
const realRows = (warehouse: WarehouseId, ...lists: readonly (readonly StockKey[])[]): readonly Row[] => {
  const outside = new Set<string>(VIRTUAL_KINDS.map(kind => virtualLocation(warehouse, kind)))
  const rows = new Map<string, StockKey>()
  for (const key of lists.flat()) if (!outside.has(key.location)) rows.set(stockKeyText(key), key)
  return [...rows].map(([text, key]) => ({ id: varianceId(warehouse, key), key: keyOf(key), text }))
}

const statementsIn = ({ feed }: CountBooks, { entries }: Written): readonly Seen[] =>
  entries.flatMap(({ command, worker, effects }) =>
    effects.observations.map((one): Seen => ({
      ...one,
      worker,
      takenBack: false,
      point: { ...command, commit: feed.seq, at: one.at, unc: one.unc },
    })),
  )

type WrittenLeg = Pick<Point, 'device' | 'epoch' | 'seq' | 'at' | 'unc'>

/** What was moved from each row and to it: thousands may be written at once, so they are looked through once. */
const legsIn = ({ entries }: Written): ReadonlyMap<string, readonly WrittenLeg[]> => {
  const legs = new Map<string, WrittenLeg[]>()
  const add = (goods: Movement, address: Address, leg: WrittenLeg): void => {
    const text = stockKeyText(keyAt(goods, address))
    const known = legs.get(text)
    if (known === undefined) legs.set(text, [leg])
    else known.push(leg)
  }
  for (const { command, effects } of entries)
    for (const m of effects.movements) {
      add(m, m.from, { ...command, at: m.takenAt, unc: m.unc })
      add(m, m.to, { ...command, at: m.at, unc: m.unc })
    }
  return legs
}

/** A pending variance always is; a settled one when a movement may be from before its count. */
const isConcerned = (rounds: Rounds | undefined, legs: readonly WrittenLeg[]): boolean => {
  if (rounds === undefined) return false
  if (rounds.open !== null) return true
  const { settled } = rounds
  if (settled === null || !isStanding(settled.state)) return false
  const commit = settled.point.commit + 1
  return legs.some(leg => orderOf({ ...leg, commit }, settled.point) !== 'after')
}

/** The earliest instant from which legs count: no clock is off by more than a day. */
const sinceOf = ({ open, settled }: Rounds, seen: readonly Seen[]): string => {
  const points = [...seen.map(one => one.point), ...[open, settled].flatMap(one => (one === null ? [] : [one.point]))]
  const first = Math.min(...points.map(point => msOf(point.at) - uncOf(point.unc)))
  return isoOf(first - UNKNOWN_UNC_MS)
}

const NO_ROUNDS: Rounds = { open: null, settled: null, last: { round: 0, version: 0 } }

const renewed = async (
  books: CountBooks,
  rows: readonly Row[],
  rounds: ReadonlyMap<VarianceId, Rounds>,
  written: Written,
): Promise<Omit<CountWrites, 'visits'>> => {
  const none = { variances: [], holds: [], raise: [], close: [], tasks: [] }
  if (rows.length === 0) return none
  const known = rows.map(row => rounds.get(row.id) ?? NO_ROUNDS)
  const seen = await books.seen(rows.map(({ key }, i) => ({ key, from: known[i]?.settled?.point.commit ?? 0 })))
  const wants = rows.flatMap((row, i) => {
    const [round = NO_ROUNDS, said = []] = [known[i], seen[i]]
    return said.length === 0 && round.open === null && round.settled === null ? [] : [{ row, round, said }]
  })
  const ledger = await books.ledger(wants.map(({ row, round, said }) => ({ ...row, since: sinceOf(round, said) })))
  const tasks = wants.flatMap(({ said, round }) =>
    [...said, ...(round.open ? [round.open] : [])].flatMap(one => one.task ?? []),
  )
  const facts = await books.facts({ tasks: [...new Set(tasks)], items: [], places: [] })
  const over = new Set(written.entries.flatMap(({ effects }) => effects.closedCounts.map(one => one.count)))
  const answers = wants.flatMap(({ row, round, said }, i) => {
    const book = ledger[i]
    if (book === undefined) return []
    const whole: RowBook = { id: row.id, key: row.key, ...book, seen: said, ...round }
    return [{ row, open: round.open, answer: renewRow(whole, factsOf(books, facts, over, row.key, written.now)) }]
  })
  const pendings = answers.flatMap(({ open, answer }) => answer.variances.at(-1) ?? open ?? [])
  return {
    variances: answers.flatMap(({ answer }) => answer.variances),
    holds: answers.flatMap(({ row, answer }) =>
      answer.hold === 0 ? [] : [{ owner: row.id, key: row.key, qty: answer.hold }],
    ),
    raise: answers.flatMap(({ row, answer }) => answer.raise.map(one => exceptionOf(books, one.kind, row, one.body))),
    close: answers.flatMap(({ row, answer }) => answer.close.map(kind => ({ kind, subject: row.text }))),
    tasks: await askedAgain(books, pendings, facts, over),
  }
}

const exceptionOf = (
  { feed }: CountBooks,
  kind: ExceptionDraft['kind'],
  row: { text: string },
  body: Record<string, unknown>,
): ExceptionDraft => ({
  id: derivedId('exception', feed.epoch, feed.seq, kind, row.text),
  kind,
  subject: row.text,
  body,
})

const OVER = new Set<Task['state']>(['done', 'cancelled'])
const isOver = (task: Task | undefined): boolean => task !== undefined && OVER.has(task.state)

const factsOf = (
  { feed }: CountBooks,
  facts: CountFacts,
  over: ReadonlySet<string>,
  key: StockKey,
  now: string,
): Facts => {
  const taskOf = (id: TaskId | null): Task | undefined => (id === null ? undefined : facts.tasks.get(id))
  return {
    now,
    commit: feed.seq,
    policy: policyFor(facts.policies, key.client),
    rolesOf: worker => facts.roster?.workers.find(one => one.id === worker)?.roles ?? [],
    isOver: (count, task) => over.has(count) || isOver(taskOf(task)),
    chainOf: task => {
      const { index = 0, notBy = [] } = taskOf(task)?.count ?? {}
      return { index, notBy }
    },
  }
}

/**
 * Another look that is due where figures are hidden: said with the task while the counter is still there, else a count of its
 * own for somebody else. Looks that were taken are struck off.
 */
const askedAgain = async (
  books: CountBooks,
  pendings: readonly Variance[],
  facts: CountFacts,
  over: ReadonlySet<string>,
): Promise<readonly Task[]> => {
  const tasks = new Map<TaskId, Task>()
  const recounts: Variance[] = []
  for (const v of pendings) {
    const task = v.task === null ? undefined : (tasks.get(v.task) ?? facts.tasks.get(v.task))
    const hasLeft = over.has(v.count) || task === undefined || isOver(task)
    if (v.state === 'again' && hasLeft) recounts.push(v)
    if (task?.count === undefined || task.count === null || hasLeft) continue
    const before = task.count.again ?? []
    const rest = before.filter(one => !isRow(one, v.key))
    const again = v.state === 'again' ? [...rest, againOf(v)] : rest
    if (JSON.stringify(again) !== JSON.stringify(before))
      tasks.set(task.id, { ...task, count: { ...task.count, again } })
  }
  return [...tasks.values(), ...(await recountsOf(books, recounts, facts))]
}

const isRow = (one: CountAgain, key: StockKey): boolean =>
  one.item === key.item &&
  one.lot === key.lot &&
  one.serial === key.serial &&
  one.lpn === key.lpn &&
  one.status === key.status

const againOf = ({ key, attempt }: Variance): CountAgain => {
  const { client, item, lot, serial, lpn, status } = key
  return { client, item, lot, serial, lpn, status, attempt: attempt + 1 }
}

/** A look that came too late for the counter who stood there, or that a person has asked for. One open count covers it. */
export const recountsOf = async (
  books: CountBooks,
  variances: readonly Variance[],
  facts: Pick<CountFacts, 'policies'>,
): Promise<readonly Task[]> => {
  if (variances.length === 0) return []
  const open = new Map((await books.openCounts(variances.map(v => v.key.location))).map(task => [task.id, task]))
  const changed = new Map<TaskId, Task>()
  for (const v of variances) {
    const { count } = policyFor(facts.policies, v.key.client)
    // Whoever has counted does not count again: always where a person has asked, else by policy.
    const barred = count.fourEyes || v.state === 'recount' ? v.counters : []
    const known = [...open.values()].find(
      task => task.count?.location === v.key.location && (task.count.item === null || task.count.item === v.key.item),
    )
    const task = known === undefined ? recountOf(v, barred, count.blind.recount) : barredFrom(known, barred)
    open.set(task.id, task)
    if (task !== known) changed.set(task.id, task)
  }
  return [...changed.values()]
}

/** A count that waits there already serves as well, by somebody else. */
const barredFrom = (task: Task, barred: readonly WorkerId[]): Task => {
  const { count } = task
  const more = barred.filter(worker => !(count?.notBy.includes(worker) ?? true))
  return task.state !== 'ready' || !count || more.length === 0
    ? task
    : { ...task, count: { ...count, notBy: [...count.notBy, ...more] } }
}

const recountOf = (v: Variance, notBy: readonly WorkerId[], hidden: boolean): Task => ({
  id: derivedId<'task'>('task', 'recount', v.id, v.round, v.version),
  kind: 'count',
  client: v.key.client,
  document: null,
  state: 'ready',
  lease: null,
  tote: null,
  count: {
    location: v.key.location,
    item: v.key.item,
    mode: 'recount',
    index: v.tries.length,
    notBy,
    hidden,
  },
  cause: 'again',
})

/** An undo that comes after somebody has decided changes nothing any more: a person is told. */
const tooLate = (one: Seen, rounds: Rounds | undefined, books: CountBooks): readonly ExceptionDraft[] => {
  const settled = rounds?.settled ?? null
  const { device, epoch, seq } = one.point
  const isSpent =
    settled !== null && settled.point.device === device && settled.point.epoch === epoch && settled.point.seq === seq
  if (!isSpent || settled.delta === 0) return []
  return [exceptionOf(books, 'undo_late', { text: stockKeyText(one.key) }, bodyOf(settled))]
}

/** What went wrong on a row is best settled by looking: one open count for each place and item. */
const wishesIn = ({ entries }: Written): readonly CountWish[] =>
  entries.flatMap(({ effects }) =>
    effects.exceptions.flatMap(({ kind, body }): CountWish[] => {
      const { client, location, item } = body as Partial<StockKey>
      if (kind !== 'negative_stock' || client === undefined || location === undefined || item === undefined) return []
      return [{ client, place: location, item, cause: 'negative' }]
    }),
  )

const askedCounts = async (
  books: CountBooks,
  wishes: readonly CountWish[],
  written: readonly Task[],
): Promise<readonly Task[]> => {
  if (wishes.length === 0) return []
  const open = await books.openCounts(wishes.map(wish => wish.place))
  const { policies } = await books.facts({ tasks: [], items: [], places: [] })
  return countsFor(books, wishes, [...open, ...written], policies)
}

/** Tasks for wishes, each seeing the ones before it, so that a second reason is added to the first task. */
export const countsFor = (
  { warehouse, self }: Pick<CountBooks, 'warehouse' | 'self'>,
  wishes: readonly CountWish[],
  open: readonly Task[],
  policies: CountFacts['policies'],
  /** Wishes of this commit before these: names are told apart by their number. */
  first = 0,
): readonly Task[] => {
  const tables = { ...emptyTables(warehouse), policies, tasks: new Map(open.map(task => [task.id, task])) }
  const changed = new Map<TaskId, Task>()
  for (const [n, wish] of wishes.entries()) {
    for (const task of countTask(makeWorld(tables), self, wish, first + n)) {
      tables.tasks.set(task.id, task)
      changed.set(task.id, task)
    }
  }
  return [...changed.values()]
}
