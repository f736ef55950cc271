import type { Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { DocumentId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { bindsFirst, unbound } from './pick-open.ts'
import { isAway, markOf, settled, tasksOf, toteOf } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Moment } from './process.ts'
import { isMark, mistaken } from './readings.ts'

/**
 * Another order's work is in this tote, or will be. Goods of a finished order stay in it until they are packed. Orders of
 * one client share a tote where the policy allows it, or where their walk has one tote for all.
 */
export const rivalOf = (view: View, tote: LocationId, task: Task): Task | undefined =>
  [...view.tasks()].find(
    other =>
      other.id !== task.id &&
      other.kind === 'pick' &&
      other.tote === tote &&
      !mayShare(view, task, other) &&
      (other.state === 'done' ? view.stockAt(tote).length > 0 : other.state !== 'cancelled'),
  )

const mayShare = (view: View, task: Task, other: Task): boolean =>
  task.client === other.client &&
  (policyFor(view.policies, task.client).pick.multiOrderTote ||
    (task.batch?.totes === 'one' && other.batch?.id === task.batch.id))

/** A new tote is named after its label, so that two handhelds that bind it mean the same one. */
export const newTote = (view: View, label: string): LocationId => derivedId('location', view.warehouse, 'tote', label)

/** The tote that was scanned, with the commands that bind it to its orders first where they have another one or none. */
export type Scanned = { tote: LocationId; label: string; binds: readonly Draft[] }

/**
 * K5 and K1: is it the order's tote, or may it become so? With `replaces` a full tote is replaced, else an order that has a
 * tote keeps it.
 */
export const toteFor = (
  state: PickState,
  resolved: Resolved,
  document: DocumentId,
  view: View,
  moment: Moment,
  replaces = false,
): Scanned | PickNext => {
  const task = view.taskOf(document, 'pick')
  if (task === undefined) return stay(state, 'wrong', 'pick.none')
  const text = resolved.scan.text
  const scan = resolved.scan.raw
  const bound = toteOf(state, view, document)
  const reading = resolved.readings.find(r => r.kind === 'tote')
  const withBinds = (id: LocationId | null, label: string): Scanned => ({
    tote: id ?? newTote(view, label),
    label,
    binds: bindings(state, task, view).map(one => ({
      type: 'tote.bind',
      client: one.client,
      task: one.id,
      document: one.document ?? document,
      tote: id,
      label,
      was: one.tote,
      scan,
    })),
  })
  if (reading?.kind !== 'tote') {
    if (resolved.readings.length > 0) return mistaken(state, resolved)
    if (bound !== null && !replaces) return stay(state, 'unknown', 'tote.unknown', { scanned: text })
    if (!policyFor(view.policies, task.client).pick.newTotes || !isMark(text))
      return stay(state, 'unknown', 'tote.unknown', { scanned: text })
    if (!confirmed(state, text, moment.monoMs, 'ask.newTote'))
      return ask(state, text, moment.monoMs, 'ask.newTote', { tote: text })
    return withBinds(null, text)
  }
  const place = view.location(reading.location)
  const label = place?.code ?? text
  const own = state.totes === 'one' ? state.documents : [document]
  const refused = refusal(state, task, own, reading.location, view)
  if (refused !== null) return stay(state, 'wrong', refused, { tote: label, place: label })
  if (reading.location === bound)
    return replaces ? stay(state, 'wrong', 'tote.same', { tote: label }) : { tote: bound, label, binds: [] }
  if (bound !== null && !replaces && !shares(state, task, reading.location, view))
    return stay(state, 'wrong', 'wrong.tote', { scanned: label, wanted: nameOf(state, document, bound, view) })
  const isLeft = holdsGoodsOf(own, reading.location, view) && isAway(view, reading.location)
  if (isLeft && !confirmed(state, text, moment.monoMs, 'tote.away')) {
    const left = place?.parent ? view.location(place.parent)?.code : undefined
    return ask(state, text, moment.monoMs, 'tote.away', { tote: label, place: left ?? '' })
  }
  return withBinds(reading.location, label)
}

/** With one tote for all orders it is bound to each of them. */
const bindings = (state: PickState, task: Task, view: View): readonly Task[] =>
  state.totes === 'one' ? tasksOf(state, view).filter(one => one.state !== 'done' && one.state !== 'cancelled') : [task]

/** Another order's tote, or one with goods that are not of these orders, is not taken. */
const refusal = (
  state: PickState,
  task: Task,
  own: readonly DocumentId[],
  tote: LocationId,
  view: View,
): 'place.closed' | 'tote.other' | null => {
  if (view.location(tote)?.active === false) return 'place.closed'
  if (rivalOf(view, tote, task) !== undefined) return 'tote.other'
  const inside = view.stockAt(tote).filter(row => row.onHand > 0)
  if (inside.length === 0 || holdsGoodsOf(own, tote, view)) return null
  const isClients = inside.every(row => row.client === task.client)
  return isClients && shares(state, task, tote, view) ? null : 'tote.other'
}

/** Orders of the walk may lie side by side in one tote, where the client's policy allows it. */
const shares = (state: PickState, task: Task, tote: LocationId, view: View): boolean =>
  policyFor(view.policies, task.client).pick.multiOrderTote &&
  (tasksOf(state, view).some(other => other.tote === tote) || holdsGoodsOf(state.documents, tote, view))

const holdsGoodsOf = (documents: readonly DocumentId[], tote: LocationId, view: View): boolean =>
  documents.some(id => view.linesOf(id).some(line => line.claims.some(claim => claim.location === tote)))

/** What people call an order's tote: its mark on the cart, else its label. */
const nameOf = (state: PickState, document: DocumentId, tote: LocationId, view: View): string =>
  markOf(state, document) || (view.location(tote)?.code ?? '')

/** Totes are bound before the walk begins: one for all orders, or one after the other. */
export const stepBind = (state: PickState, resolved: Resolved, view: View, moment: Moment): PickNext => {
  const document = unbound(state, view)?.document ?? null
  if (document === null) return go({ ...state, at: 'place' }, 'ok', 'scan.place')
  const scanned = toteFor(state, resolved, document, view, moment)
  if ('verdict' in scanned) return scanned
  const rest = tasksOf(state, view).filter(
    task => task.document !== null && task.document !== document && toteOf(state, view, task.document) === null,
  )
  const isLast = state.totes === 'one' || rest.length === 0
  return go({ ...state, at: isLast ? 'place' : 'bind' }, 'ok', 'tote.bound', { tote: scanned.label }, scanned.binds)
}

/** The state as it can go on: half done steps that no longer fit are dropped, and goods need a tote that is at hand. */
export const ready = (before: PickState, view: View): PickState => {
  const state = settled(before, view)
  return state.at === 'place' && state.totes === 'one' && bindsFirst(state, view) ? { ...state, at: 'bind' } : state
}
