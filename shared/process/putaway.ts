import type { LocationId, TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, kept, message, sayNo, stay } from './answer.ts'
import { palletIn, palletOf } from './lpn.ts'
import { put, stepTo } from './move-put.ts'
import { nextInHand, stepAnother } from './move-several.ts'
import { emptyHanded, fresh } from './move-state.ts'
import type { MoveNext, MoveState } from './move-state.ts'
import {
  fromPlace,
  openPallet,
  OPENS,
  stepFrom,
  stepGoods,
  stepMark,
  stepMore,
  stepNumber,
  takePallet,
  takeRow,
  takeWhole,
} from './move-take.ts'
import type { Input, Moment, Process, Start } from './process.ts'
import { decidePutaway, undoPutaway, unknownPutaway } from './putaway-decide.ts'
import { overrideRule, suggested } from './putaway-goal.ts'
import { putawayTaskId, WAITS } from './putaway-task.ts'
import { OVERRIDE_REASONS, promptPutaway } from './putaway-prompt.ts'
import { mayCancel, mayLeave, mayMiss, notFound, stepBroken } from './putaway-trouble.ts'
import { badLabel, itemsIn } from './readings.ts'
import { inZones } from './zones.ts'

const FRESH = fresh('putaway')

/** A new load gets its suggestion at once; without a free place the worker chooses. */
const aimed = (next: MoveNext, view: View, { worker }: Moment): MoveNext => {
  const { state } = next
  if (state.at !== 'to' || next.verdict === 'wrong' || next.verdict === 'unknown') return next
  const goal = suggested(state, view, worker.zones)
  const place = goal === null ? '' : (view.location(goal)?.code ?? '')
  const said = goal === null ? message('put.noPlace') : message('put.to', { place })
  // A note ("only 5 are free") is worth more than the place, which the screen shows large anyway.
  return { ...next, state: { ...state, goal }, message: next.verdict === 'warn' ? next.message : said }
}

/** Goods that stand in zones where the worker does not work are others' to put away. */
const inOwnZones = (before: MoveState, next: MoveNext, view: View, { worker }: Moment): MoveNext => {
  const { from } = next.state
  if (from === null || from === before.from || inZones(view.location(from)?.zone, worker.zones)) return next
  return stay(before, 'wrong', 'put.notHere', { zones: (worker.zones ?? []).join(', ') })
}

const start = (start: Start, view: View, moment: Moment): MoveNext =>
  inOwnZones(FRESH, begun(start, view, moment), view, moment)

const begun = (start: Start, view: View, moment: Moment): MoveNext => {
  if ('location' in start) return fromPlace(FRESH, start.location, view)
  if ('row' in start) return aimed(takeRow(FRESH, start.row, view, moment), view, moment)
  if ('lpn' in start) return aimed(takePallet(FRESH, palletOf(start.lpn, view), view, moment), view, moment)
  const task = 'task' in start ? view.task(start.task) : undefined
  if (task === undefined) return go(FRESH, 'ok', 'put.what')
  const goods = task.goods ?? null
  if (goods === null || task.state === 'done' || task.state === 'cancelled') return stay(FRESH, 'wrong', 'put.done')
  const state: MoveState = { ...FRESH, key: `putaway/${task.id}`, task: task.id }
  if (goods.item !== null) return fromPlace(state, goods.from.location, view)
  if (!view.stockOn(goods.from.lpn).some(row => row.onHand > 0)) return stay(FRESH, 'wrong', 'put.done')
  const next = takePallet(state, palletOf(goods.from.lpn, view), view, moment)
  return next.verdict === 'wrong' ? { ...next, state: FRESH } : aimed(next, view, moment)
}

/** P1: a pallet, goods that stand at one dock, or a place: with one pallet in it that pallet, else its content. */
const stepWhat = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  if (palletIn(view, resolved) !== null) return stepFrom(state, resolved, view, moment)
  const place = resolved.readings.find(r => r.kind === 'location')
  if (place?.kind === 'location') {
    const rows = view.stockAt(place.location).filter(row => row.onHand > 0)
    const [first] = rows
    const single = first !== undefined && view.lpn(first.lpn) !== undefined && rows.every(row => row.lpn === first.lpn)
    return single ? takePallet(state, palletOf(first.lpn, view), view, moment) : fromPlace(state, place.location, view)
  }
  const hits = itemsIn(resolved)
  if (hits.length === 0) return stepFrom(state, resolved, view, moment)
  const all = new Set<LocationId>()
  for (const hit of hits)
    for (const row of view.stockOf(hit.client, hit.item))
      if (row.onHand > 0 && WAITS.has(view.location(row.location)?.kind ?? '')) all.add(row.location)
  const own = [...all].filter(id => inZones(view.location(id)?.zone, moment.worker.zones))
  const docks = own.length > 0 ? own : [...all]
  const [dock] = docks
  if (dock === undefined) return stay(state, 'wrong', 'put.empty')
  if (docks.length > 1) return stay(state, 'wrong', 'put.where')
  return stepGoods({ ...state, at: 'goods', from: dock }, resolved, view, moment)
}

const stepKey = (state: MoveState, command: string, view: View, moment: Moment): MoveNext => {
  if (command === 'XCNAY') return sayNo(state, promptPutaway(state, view).ask.message)
  if (command === 'XCBAK') return stepBack(state)
  if (command === 'XCALL' && state.at === 'goods') return takeWhole(state, view, moment, 'put.to')
  if (command === 'XCNTF' && mayMiss(state, view)) return notFound(state, view)
  if (command === 'XCSKP' && mayLeave(state)) return { ...go(emptyHanded(state), 'ok', 'rep.later'), finished: true }
  if (command === 'XCCNL' && mayCancel(state, view))
    return { ...go({ ...FRESH, key: state.key }, 'ok', 'put.cancelled'), finished: true }
  if (state.at !== 'to') return stay(state, 'wrong', 'no.key')
  const { load, goal } = state
  const opened = OPENS.has(command) ? openPallet(state) : null
  if (opened !== null) return opened
  if (command === 'XCSPL' && load?.kind === 'whole')
    return go({ ...emptyHanded(state), at: 'goods' }, 'ok', 'scan.item')
  if (command === 'XCDMG') return stepBroken(state)
  if (command !== 'XCALT' && command !== 'XCFUL') return stay(state, 'wrong', 'no.key')
  if (goal === null) return stay(state, 'wrong', 'put.noPlace')
  const passed = { ...state, passed: [...state.passed, goal] }
  if (command === 'XCALT') return go(passed, 'ok', 'put.to')
  const { task } = state
  return go(passed, 'warn', 'put.isFull', { place: view.location(goal)?.code ?? '' }, [
    { type: 'full', process: 'putaway', client: null, place: goal, task },
  ])
}

const stepBack = (state: MoveState): MoveNext => {
  if (state.at === 'reason') return go({ ...state, at: 'to', chosen: null }, 'ok', 'put.to')
  if (state.at === 'from') return stay(state, 'wrong', 'no.key')
  const isDeep = state.at !== 'goods' && state.load?.kind === 'goods'
  const empty = emptyHanded(state)
  return isDeep
    ? go({ ...empty, at: 'goods' }, 'ok', 'scan.item')
    : go({ ...empty, at: 'from', from: null, only: null }, 'ok', 'put.what')
}

const answer = (state: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'number':
      return stepNumber(state, input.value, view)
    case 'choice': {
      const reason = state.at === 'reason' ? OVERRIDE_REASONS[input.n - 1] : undefined
      if (reason === undefined || state.chosen === null) return stay(state, 'wrong', 'no.key')
      return put(state, state.chosen, view, 'put.instead', reason)
    }
    case 'text':
      return state.at === 'lot' || state.at === 'serial'
        ? stepMark(state, input.value, null, view)
        : stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'photo':
      return stay(state, 'wrong', 'no.key')
    case 'scan': {
      const { resolved } = input
      const bad = badLabel(state, resolved)
      if (bad !== null) return bad
      if (state.at === 'from') return stepWhat(state, resolved, view, moment)
      if (state.at === 'goods') return stepGoods(state, resolved, view, moment)
      if (state.at === 'lot' || state.at === 'serial') return stepMark(state, resolved.scan.text, resolved, view)
      if (state.at !== 'to') return stay(state, 'wrong', 'why')
      return (
        stepMore(state, resolved, view) ??
        stepAnother(state, resolved, view, moment) ??
        stepTo(state, resolved, view, moment, overrideRule)
      )
    }
  }
}

const step = (before: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  const answered = nextInHand(before, answer(before, input, view, moment))
  const next = kept(before, inOwnZones(before, answered, view, moment))
  const isNewLoad = next.state.at === 'to' && next.state !== before && next.state.confirm === null
  const aimedAt = isNewLoad ? aimed(next, view, moment) : next
  const task = before.task === null ? undefined : view.task(before.task)
  // The task of one pallet or row ends with its goods; the worker goes on to the next one.
  const ended = next.state.at === 'from' && next.commands.length > 0 && task !== undefined
  return ended ? { ...aimedAt, finished: true } : aimedAt
}

/** The task of what is in hand, however it was taken up. */
const workOf = ({ load, from, task }: MoveState, view: View): TaskId | null => {
  if (task !== null || from === null) return task
  if (load?.kind === 'goods') return openTask(putawayTaskId({ ...load, location: from }), view)
  const row = load?.kind === 'pallet' ? view.stockOn(load.lpn)[0] : undefined
  return row === undefined ? null : openTask(putawayTaskId(row), view)
}

const openTask = (id: TaskId, view: View): TaskId | null => {
  const task = view.task(id)
  return task === undefined || task.state === 'done' || task.state === 'cancelled' ? null : id
}

export const putaway: Process<MoveState> = {
  name: 'putaway',
  roles: ['receiver', 'picker'],
  states: ['from', 'goods', 'lot', 'serial', 'to', 'reason'],
  commands: ['putaway', 'lpn.move', 'short', 'full'],
  start,
  prompt: promptPutaway,
  step,
  decide: decidePutaway,
  unknown: unknownPutaway,
  undo: undoPutaway,
  workOf,
}
