import type { Task } from '../catalogue.ts'
import type { LocationId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { isQuantity } from '../quantity.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, kept, sayNo, stay } from './answer.ts'
import { unknownMove } from './move-decide.ts'
import { stepTo } from './move-put.ts'
import type { GoalRule } from './move-put.ts'
import { emptyHanded, fresh } from './move-state.ts'
import type { MoveNext, MoveState } from './move-state.ts'
import type { Input, Moment, Process, Start } from './process.ts'
import { decidePutback, undoPutback } from './putback-decide.ts'
import { promptPutback } from './putback-prompt.ts'
import { isWaiting } from './putback-task.ts'
import { suggested } from './putaway-goal.ts'
import { badLabel, itemsIn, mistaken } from './readings.ts'

const FRESH = fresh('putback')

/** Any place that may hold the goods is good; another one than was named is said. */
const anyPlace: GoalRule = ({ goal }, { location }, view) => {
  const wanted = goal === null ? '' : (view.location(goal)?.code ?? '')
  const isOther = goal !== null && goal !== location
  return { say: isOther ? 'note' : 'yes', key: isOther ? 'put.instead' : 'move.done', values: { wanted } }
}

/** What is to be put back out of a tote or carton, in a fixed order; the task under way first. */
const waitingIn = (view: View, from: LocationId, { clients }: Moment['worker']): readonly Task[] =>
  [...view.tasks()]
    .filter(task => isWaiting(task) && task.goods?.from.location === from)
    .filter(task => clients === null || clients.includes(task.client))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

const start = (start: Start, view: View): MoveNext => {
  const task = 'task' in start ? view.task(start.task) : undefined
  if (!('task' in start)) return go(FRESH, 'ok', 'back.from')
  if (task === undefined || !isWaiting(task)) return stay(FRESH, 'wrong', 'put.done')
  return go({ ...FRESH, key: `putback/${task.id}`, task: task.id, line: task.goods?.line ?? null }, 'ok', 'back.from')
}

/** B1: the tote or carton that the goods lie in. */
const stepFrom = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const place = resolved.readings.find(r => r.kind === 'tote' || r.kind === 'carton' || r.kind === 'location')
  if (place === undefined || !('location' in place)) return mistaken(state, resolved)
  const wanted = state.task === null ? undefined : view.task(state.task)?.goods?.from.location
  if (wanted !== undefined && wanted !== place.location)
    return stay(state, 'wrong', 'wrong.tote', { wanted: view.location(wanted)?.code ?? '' })
  if (waitingIn(view, place.location, moment.worker).length === 0) return stay(state, 'wrong', 'back.none')
  return go({ ...state, at: 'goods', from: place.location }, 'ok', 'scan.item')
}

/** B2: one scan takes all that the order does not want any more; a number says how much of it. */
const stepGoods = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  if (state.from === null) return stepFrom(state, resolved, view, moment)
  const waiting = waitingIn(view, state.from, moment.worker)
  const hits = itemsIn(resolved)
  if (hits.length === 0) return mistaken(state, resolved)
  const { lot, serial } = resolved.fields
  const task = waiting.find(
    ({ goods }) =>
      hits.some(hit => hit.item === goods?.item) &&
      (lot === undefined || goods?.lot === '' || goods?.lot === lot) &&
      (serial === undefined || goods?.serial === '' || goods?.serial === serial),
  )
  const goods = task?.goods ?? null
  const item = goods?.item == null ? undefined : view.item(goods.item)
  if (task === undefined || goods === null || item === undefined) {
    const wanted = waiting.map(one => view.item(one.goods?.item ?? ('' as never))?.name ?? '')[0] ?? ''
    return stay(state, 'wrong', 'wrong.item', { wanted })
  }
  const here = view.stock(keyOf({ ...goods, ...goods.from, client: task.client, item: item.id })).onHand
  const qty = Math.min(goods.qty ?? here, here)
  if (qty <= 0) return stay(state, 'wrong', 'move.notHere')
  const load = { kind: 'goods' as const, client: task.client, item: item.id, lot: goods.lot, serial: goods.serial }
  const { lpn, status } = goods.from
  const full = { ...load, lpn, status, n: qty, qty, packaging: null, raw: resolved.scan.raw }
  const taken: MoveState = { ...state, at: 'to', task: task.id, line: goods.line, load: full, takenAt: moment.now }
  return aimed(taken, goods.to, view)
}

/** Where it came from, where that is known; else where the rules of put-away would have it. */
const aimed = (state: MoveState, to: LocationId | null, view: View): MoveNext => {
  const goal = to !== null && !state.passed.includes(to) ? to : suggested(state, view)
  const place = goal === null ? '' : (view.location(goal)?.code ?? '')
  return go({ ...state, goal }, 'ok', goal === null ? 'put.noPlace' : 'put.to', { place })
}

const stepNumber = (state: MoveState, value: number, view: View): MoveNext => {
  const { load, task } = state
  if (load?.kind !== 'goods' || state.at !== 'to') return stay(state, 'wrong', 'first.item')
  const max = (task === null ? null : view.task(task)?.goods?.qty) ?? load.qty
  if (!isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  if (value > max) return stay(state, 'wrong', 'qty.max', { n: max })
  const values = { item: view.item(load.item)?.name ?? '', n: value }
  return go({ ...state, load: { ...load, qty: value, n: value } }, 'ok', 'got.number', values)
}

const stepKey = (state: MoveState, command: string, view: View): MoveNext => {
  if (command === 'XCNAY') return sayNo(state, promptPutback(state, view).ask.message)
  if (command === 'XCBAK') {
    if (state.at === 'from') return stay(state, 'wrong', 'no.key')
    return state.at === 'to'
      ? go({ ...emptyHanded(state), at: 'goods' }, 'ok', 'scan.item')
      : go({ ...emptyHanded(state), at: 'from', from: null }, 'ok', 'back.from')
  }
  if (command !== 'XCALT' || state.at !== 'to') return stay(state, 'wrong', 'no.key')
  if (state.goal === null) return stay(state, 'wrong', 'put.noPlace')
  return aimed({ ...state, passed: [...state.passed, state.goal] }, null, view)
}

const answer = (state: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view)
    case 'number':
      return stepNumber(state, input.value, view)
    case 'choice':
    case 'photo':
      return stay(state, 'wrong', 'no.key')
    case 'text':
      return stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'scan': {
      const bad = badLabel(state, input.resolved)
      if (bad !== null) return bad
      if (state.at === 'from') return stepFrom(state, input.resolved, view, moment)
      if (state.at === 'goods') return stepGoods(state, input.resolved, view, moment)
      return stepTo(state, input.resolved, view, moment, anyPlace)
    }
  }
}

/** Out of one tote until nothing of it waits; the goods just booked are not in the view of this step yet. */
const step = (before: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  const next = kept(before, answer(before, input, view, moment))
  if (next.commands.length === 0 || before.from === null || before.load?.kind !== 'goods') return next
  const { qty } = before.load
  const left = waitingIn(view, before.from, moment.worker).some(
    task => task.id !== before.task || (task.goods?.qty ?? 0) > qty,
  )
  const state: MoveState = { ...emptyHanded(before), confirm: null, at: 'goods', task: null, line: null }
  if (left) return { ...next, state, verdict: next.verdict === 'done' ? 'ok' : next.verdict }
  return { ...next, state: { ...state, at: 'from', from: null }, finished: true }
}

export const putback: Process<MoveState> = {
  name: 'putback',
  roles: ['receiver', 'picker'],
  states: ['from', 'goods', 'to'],
  commands: ['move'],
  start,
  prompt: promptPutback,
  step,
  decide: decidePutback,
  unknown: unknownMove,
  undo: undoPutback,
}
