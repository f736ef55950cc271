import type { Item, Task } from '../catalogue.ts'
import type { LocationId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, kept, message, sayNo, stay } from './answer.ts'
import { palletIn } from './lpn.ts'
import { stepTo } from './move-put.ts'
import type { GoalRule } from './move-put.ts'
import { emptyHanded, fresh } from './move-state.ts'
import type { MoveNext, MoveState } from './move-state.ts'
import { stepGoods, stepMark, stepMore, stepNumber } from './move-take.ts'
import type { Input, Moment, Process, Start } from './process.ts'
import { decideReplenish, undoReplenish, unknownReplenish } from './replenish-decide.ts'
import { promptReplenish, SHORT_REASONS } from './replenish-prompt.ts'
import { isToBring } from './replenish-task.ts'
import { badLabel, itemsIn, mistaken } from './readings.ts'

const FRESH = fresh('replenish')

const taskOf = (state: MoveState, view: View): Task | undefined =>
  state.task === null ? undefined : view.task(state.task)
const codeOf = (view: View, id: LocationId | null | undefined): string =>
  id == null ? '' : (view.location(id)?.code ?? '')

const begun = (task: Task, view: View): MoveNext => {
  const state: MoveState = { ...FRESH, key: `replenish/${task.id}`, task: task.id, goal: task.goods?.to ?? null }
  return go(state, 'ok', 'put.to', { place: codeOf(view, task.goods?.from.location) })
}

const start = (start: Start, view: View): MoveNext => {
  if (!('task' in start)) return go(FRESH, 'ok', 'rep.what')
  const task = view.task(start.task)
  return task === undefined || !isToBring(task) ? stay(FRESH, 'wrong', 'put.done') : begun(task, view)
}

/** The place that a scan names: itself, or where the pallet stands. */
const placeIn = (resolved: Resolved, view: View): LocationId | null => {
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return view.stockOn(pallet.lpn).find(row => row.onHand > 0)?.location ?? null
  const place = resolved.readings.find(reading => reading.kind === 'location' || reading.kind === 'cart')
  return place?.kind === 'location' || place?.kind === 'cart' ? place.location : null
}

const isCart = (view: View, id: LocationId | null | undefined): boolean =>
  id != null && view.location(id)?.kind === 'cart'

/** N1: the reserve place. Without a task the place says which one: where goods are to be taken, or the face itself. */
const stepFrom = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const place = placeIn(resolved, view)
  if (place === null) return mistaken(state, resolved)
  const task = taskOf(state, view)
  if (task === undefined) {
    const { clients } = moment.worker
    const found = [...view.tasks()]
      .filter(one => isToBring(one) && (one.goods?.from.location === place || one.goods?.to === place))
      .filter(one => clients === null || clients.includes(one.client))
      .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.id < b.id ? -1 : 1))[0]
    if (found === undefined) return stay(state, 'wrong', 'rep.none', { place: codeOf(view, place) })
    const next = begun(found, view)
    return found.goods?.from.location === place ? atPlace(next.state, place, view) : next
  }
  const wanted = task.goods?.from.location
  const isFace = place === task.goods?.to
  const has = view
    .stockAt(place)
    .some(row => row.item === task.goods?.item && row.client === task.client && row.onHand > 0 && !isFace)
  if (place !== wanted && !has)
    return stay(state, 'wrong', 'wrong.place', { scanned: codeOf(view, place), wanted: codeOf(view, wanted) })
  return atPlace(state, place, view, place !== wanted)
}

const atPlace = (state: MoveState, from: LocationId, view: View, isOther = false): MoveNext =>
  go({ ...state, at: 'goods', from }, isOther ? 'warn' : 'ok', isOther ? 'rep.other' : 'scan.item', {
    place: codeOf(view, from),
  })

/** N2: the goods of the task and no others. */
const stepTake = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const task = taskOf(state, view)
  const item = task?.goods?.item == null ? undefined : view.item(task.goods.item)
  const hits = itemsIn(resolved)
  const whole = task === undefined ? null : wholePallet(state, task, resolved, view, moment)
  if (whole !== null) return aimed(whole, view)
  const other = isCart(view, state.from) ? otherOnCart(state, hits, view) : undefined
  if (other !== undefined) {
    const next = begun(other, view).state
    return stepTake({ ...next, at: 'goods', from: state.from }, resolved, view, moment)
  }
  if (hits.length > 0 && !hits.some(hit => hit.item === item?.id))
    return stay(state, 'wrong', 'wrong.item', {
      scanned: view.item(hits[0]?.item ?? ('' as never))?.name ?? '',
      wanted: item?.name ?? '',
    })
  if (hits.length === 0) return stepFrom(state, resolved, view, moment)
  return aimed(stepGoods(state, resolved, view, moment), view)
}

/** The goods of several faces on one cart: the item in hand says which of them is meant. */
const otherOnCart = (state: MoveState, hits: readonly { item: Item['id'] }[], view: View): Task | undefined => {
  const item = taskOf(state, view)?.goods?.item
  if (hits.length === 0 || hits.some(hit => hit.item === item)) return undefined
  return [...view.tasks()].find(
    task =>
      isToBring(task) && task.goods?.from.location === state.from && hits.some(hit => hit.item === task.goods?.item),
  )
}

/** The label of the pallet takes all of it, or as much as the face needs where it holds more. */
const wholePallet = (state: MoveState, task: Task, resolved: Resolved, view: View, moment: Moment): MoveNext | null => {
  const pallet = palletIn(view, resolved)
  if (pallet === null || state.from === null || task.goods == null) return null
  const { item, qty } = task.goods
  const row = view
    .stockOn(pallet.lpn)
    .find(one => one.location === state.from && one.item === item && one.client === task.client && one.onHand > 0)
  if (row === undefined || item === null) return null
  const { client, lot, serial, lpn, status } = row
  const n = Math.min(row.onHand, qty === null || qty <= 0 ? row.onHand : qty)
  const raw = resolved.scan.raw
  const load = { kind: 'goods' as const, client, item, lot, serial, lpn, status, n, qty: n, packaging: null, raw }
  return stepNumber({ ...state, at: 'to', load, takenAt: state.takenAt ?? moment.now }, n, view)
}

/** The face is where everything goes; a note ("only 5 are free") is worth more than its name, which the screen shows. */
const aimed = (next: MoveNext, view: View): MoveNext => {
  const { state } = next
  if (state.at !== 'to' || next.verdict === 'wrong' || next.verdict === 'unknown') return next
  const goal = taskOf(state, view)?.goods?.to ?? null
  const said = next.verdict === 'warn' ? next.message : message('put.to', { place: codeOf(view, goal) })
  return { ...next, state: { ...state, goal }, message: said }
}

/** N3: only the face of the task, or a cart on the way there. */
const onlyFace: GoalRule = ({ goal }, { location }, view) =>
  goal === location || isCart(view, location)
    ? { say: 'yes', key: 'move.done', values: {} }
    : { say: 'no', key: 'wrong.place', values: { wanted: codeOf(view, goal) } }

const stepFace = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const { load } = state
  const face = resolved.readings.find(reading => reading.kind === 'location')
  const place = face?.kind === 'location' && face.location === state.goal ? view.location(face.location) : undefined
  if (load?.kind === 'goods' && place?.face) {
    const lies = view.stockAt(place.id).reduce((sum, row) => sum + (row.item === load.item ? row.onHand : 0), 0)
    const room = Math.max(0, place.face.max - lies)
    if (load.qty > room && room === 0) return stay(state, 'wrong', 'rep.faceFull', { n: 0 })
    if (load.qty > room)
      return go({ ...state, load: { ...load, qty: room, n: room, packaging: null } }, 'warn', 'rep.faceFull', {
        n: room,
      })
  }
  // On the face goods lie loose: what stood on a pallet is taken off it.
  const next = stepTo(state, resolved, view, moment, onlyFace)
  const isLots = next.message.key === 'put.mix' && place?.mix === 'lot'
  return isLots ? { ...next, message: message('rep.lotMix', next.message.values) } : next
}

const stepKey = (state: MoveState, command: string, view: View): MoveNext => {
  if (command === 'XCNAY') return sayNo(state, promptReplenish(state, view).ask.message)
  const task = taskOf(state, view)
  if (task === undefined) return stay(state, 'wrong', 'no.key')
  if (command === 'XCBAK') return stepBack(state, task, view)
  if (command === 'XCDMG' && state.at === 'to') return stepBroken(state, task, view)
  if (command === 'XCSHT' && state.at !== 'to' && state.at !== 'reason')
    return go({ ...state, at: 'reason' }, 'ok', 'why')
  if (command === 'XCSKP' && state.at === 'from') return { ...go(state, 'ok', 'rep.later'), finished: true }
  if (command !== 'XCFUL' || state.at !== 'to' || state.goal === null) return stay(state, 'wrong', 'no.key')
  const full = { type: 'full' as const, process: 'replenish' as const, client: null, place: state.goal, task: task.id }
  return {
    ...go(emptyHanded(state), 'warn', 'rep.isFull', { place: codeOf(view, state.goal) }, [full]),
    finished: true,
  }
}

/** What is in hand is broken: it becomes damaged stock where it lies, at once; the task goes on with the rest. */
const stepBroken = (state: MoveState, task: Task, view: View): MoveNext => {
  const { load, from } = state
  if (load?.kind !== 'goods' || from === null) return stay(state, 'wrong', 'first.item')
  const { client, item, lot, serial, lpn, status, qty } = load
  const row = { client, item, lot, serial, from: { location: from, lpn, status } }
  const about = { task: task.id, document: null, line: null, damaged: qty, reason: 'DAMAGED' }
  const broken = { type: 'short' as const, process: 'replenish' as const, ...row, ...about }
  const isLast = view.stock(keyOf({ ...load, location: from })).onHand <= qty
  const next: MoveState = { ...emptyHanded(state), at: 'goods', goal: task.goods?.to ?? null }
  return { ...go(next, 'warn', 'rep.broken', { n: qty }, [broken]), finished: isLast }
}

const stepBack = (state: MoveState, task: Task, view: View): MoveNext => {
  const values = { place: codeOf(view, task.goods?.from.location) }
  if (state.at === 'from') return stay(state, 'wrong', 'no.key')
  const empty: MoveState = { ...emptyHanded(state), goal: task.goods?.to ?? null }
  if (state.at === 'reason')
    return state.from === null
      ? go({ ...empty, at: 'from' }, 'ok', 'put.to', values)
      : go({ ...empty, at: 'goods' }, 'ok', 'scan.item')
  return state.at === 'goods'
    ? go({ ...empty, at: 'from', from: null }, 'ok', 'put.to', values)
    : go({ ...empty, at: 'goods' }, 'ok', 'scan.item')
}

/** The goods are not where they should be: the task ends, and somebody counts the place. */
const stepReason = (state: MoveState, n: number, view: View): MoveNext => {
  const reason = SHORT_REASONS[n - 1]
  const task = taskOf(state, view)
  if (reason === undefined || task?.goods?.item == null) return stay(state, 'wrong', 'no.key')
  const { item, lot, serial, from } = task.goods
  const short = {
    type: 'short' as const,
    process: 'replenish' as const,
    client: task.client,
    item,
    lot,
    serial,
    task: task.id,
    document: null,
    line: null,
    from,
    reason,
  }
  return {
    ...go(emptyHanded(state), 'warn', 'rep.short', { place: codeOf(view, from.location) }, [short]),
    finished: true,
  }
}

const answer = (state: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view)
    case 'number':
      return aimed(stepNumber(state, input.value, view), view)
    case 'choice':
      return state.at === 'reason' ? stepReason(state, input.n, view) : stay(state, 'wrong', 'no.key')
    case 'photo':
      return stay(state, 'wrong', 'no.key')
    case 'text':
      return state.at === 'lot' || state.at === 'serial'
        ? aimed(stepMark(state, input.value, null, view), view)
        : stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'scan': {
      const { resolved } = input
      const bad = badLabel(state, resolved)
      if (bad !== null) return bad
      if (state.at === 'from') return stepFrom(state, resolved, view, moment)
      if (state.at === 'goods') return stepTake(state, resolved, view, moment)
      if (state.at === 'lot' || state.at === 'serial')
        return aimed(stepMark(state, resolved.scan.text, resolved, view), view)
      if (state.at !== 'to') return stay(state, 'wrong', 'why')
      const more = stepMore(state, resolved, view)
      return more === null ? stepFace(state, resolved, view, moment) : aimed(more, view)
    }
  }
}

/** The task ends with its last piece; until then the worker goes on at the same place. */
const step = (before: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  const next = kept(before, answer(before, input, view, moment))
  const brought = next.commands.find(command => command.type === 'move')
  if (brought?.type !== 'move') return next
  const task = taskOf(before, view)
  if (isCart(view, brought.to.location)) {
    const on = { place: codeOf(view, brought.to.location), wanted: codeOf(view, task?.goods?.to) }
    return { ...next, verdict: 'done', finished: true, message: message('rep.onCart', on) }
  }
  const left = (task?.goods?.qty ?? 0) - brought.qty
  const isEmptied =
    task?.state === 'started' && view.stock(keyOf({ ...brought, ...brought.from })).onHand <= brought.qty
  if (task === undefined || left <= 0 || isEmptied) return { ...next, verdict: 'done', finished: true }
  const state: MoveState = { ...emptyHanded(before), confirm: null, at: 'goods', goal: task.goods?.to ?? null }
  const rest = { place: codeOf(view, task.goods?.to), n: left }
  return { ...next, state, verdict: 'ok', message: message('rep.rest', rest) }
}

export const replenish: Process<MoveState> = {
  name: 'replenish',
  roles: ['receiver', 'picker'],
  states: ['from', 'goods', 'lot', 'serial', 'to', 'reason'],
  commands: ['move', 'short', 'full'],
  start,
  prompt: promptReplenish,
  step,
  decide: decideReplenish,
  unknown: unknownReplenish,
  undo: undoReplenish,
}
