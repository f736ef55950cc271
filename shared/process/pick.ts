import type { Item } from '../catalogue.ts'
import type { DocumentId, LineId, LocationId, TaskId } from '../ids.ts'
import { NO_LPN } from '../ids.ts'

import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { CodeHit, Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { decidePick } from './pick-decide.ts'
import { askedOf, visits } from './pick-lines.ts'
import type { Visit } from './pick-lines.ts'
import { promptPick } from './pick-prompt.ts'
import type { Input, Moment, Next, Process, ProcessState, Start } from './process.ts'

export type PickState = ProcessState & {
  process: 'pick'
  at: 'start' | 'tote' | 'place' | 'goods' | 'lot' | 'serial' | 'shortQty' | 'reason'
  task: TaskId | null
  document: DocumentId | null
  postponed: readonly LineId[]
  /** Units of the present visit that are scanned and booked. */
  last: { line: LineId; item: string; step: number } | null
  /** Item scanned, lot or serial still to come. */
  hand: { lot: string; n: number; qty: number; packaging: string | null; raw: string } | null
  /** SHORT: what the picker can take. */
  short: number | null
  total: number
}
type Go = Next<PickState>

const FRESH: PickState = {
  process: 'pick',
  key: 'pick',
  at: 'start',
  confirm: null,
  task: null,
  document: null,
  postponed: [],
  last: null,
  hand: null,
  short: null,
  total: 0,
}

export const SHORT_REASONS = ['NOT_FOUND', 'EMPTY', 'DAMAGED', 'MISPLACED', 'UNREACHABLE'] as const

export const current = (state: PickState, view: View): Visit | undefined =>
  state.document === null ? undefined : visits(view, state.document, state.postponed)[0]
const toteOf = (state: PickState, view: View): LocationId | null =>
  state.task === null ? null : (view.task(state.task)?.tote ?? null)

const start = (start: Start, view: View): Go => {
  const task = 'task' in start ? view.task(start.task) : 'document' in start ? view.taskOf(start.document) : undefined
  return task === undefined ? go(FRESH, 'ok', 'scan.task') : open(FRESH, task.id, view)
}

const open = (state: PickState, id: TaskId, view: View): Go => {
  const task = view.task(id)
  if (task === undefined || task.kind !== 'pick' || task.document === null) return stay(state, 'unknown', 'pick.none')
  if (task.state === 'cancelled') return stay(state, 'wrong', 'cancelled')
  const next: PickState = {
    ...FRESH,
    key: `pick/${id}`,
    task: id,
    document: task.document,
    at: task.tote === null ? 'tote' : 'place',
  }
  const all = visits(view, task.document, [])
  if (task.state === 'done' || all.length === 0) return stay(state, 'wrong', 'pick.none')
  return go({ ...next, total: view.linesOf(task.document).length }, 'ok', 'opened', {
    no: view.document(task.document)?.number ?? '',
  })
}

const places = (resolved: Resolved): LocationId[] =>
  resolved.readings.flatMap(r => (r.kind === 'location' || r.kind === 'tote' ? [r.location] : []))
const items = (resolved: Resolved): Extract<CodeHit, { kind: 'item' }>[] =>
  resolved.readings.flatMap(r => (r.kind === 'item' ? [r] : []))
const kindWord = (resolved: Resolved): string => resolved.readings[0]?.kind ?? ''

const stepStart = (state: PickState, resolved: Resolved, view: View): Go => {
  for (const r of resolved.readings) {
    if (r.kind === 'task') return open(state, r.task, view)
    if (r.kind === 'document') {
      const task = view.taskOf(r.document)
      if (task !== undefined) return open(state, task.id, view)
    }
    if (r.kind === 'tote') {
      const task = [...view.tasks()].find(
        t => t.kind === 'pick' && t.tote === r.location && t.state !== 'done' && t.state !== 'cancelled',
      )
      if (task !== undefined) return open(state, task.id, view)
    }
  }
  return stay(state, 'unknown', resolved.readings.length > 0 ? 'wrong.kind' : 'unknown', {
    scanned: resolved.scan.text,
  })
}

/** K5 at the start: one order, one tote, bound once. */
const stepTote = (state: PickState, resolved: Resolved, view: View, moment: Moment): Go => {
  const { task, document } = state
  const client = document === null ? undefined : view.document(document)?.client
  if (task === null || document === null || client === undefined) return go(FRESH, 'ok', 'scan.task')
  const tote = resolved.readings.find(r => r.kind === 'tote')
  const text = resolved.scan.text
  if (tote?.kind !== 'tote') {
    if (resolved.readings.length > 0)
      return stay(state, 'wrong', 'wrong.kind', { scanned: text, kind: kindWord(resolved) })
    if (!policyFor(view.policies, client).pick.newTotes || text.length > 60)
      return stay(state, 'unknown', 'tote.unknown', { scanned: text })
    if (!confirmed(state, text, moment.monoMs)) return ask(state, text, moment.monoMs, 'ask.newTote', { tote: text })
    return go({ ...state, at: 'place' }, 'ok', 'tote.bound', { tote: text }, [
      { type: 'tote.bind', client, task, document, tote: null, label: text, scan: resolved.scan.raw },
    ])
  }
  const other = [...view.tasks()].find(t => t.tote === tote.location && t.id !== task && t.state !== 'cancelled')
  const code = view.location(tote.location)?.code ?? text
  if (other !== undefined || view.stockAt(tote.location).length > 0)
    return stay(state, 'wrong', 'tote.other', { tote: code })
  return go({ ...state, at: 'place' }, 'ok', 'tote.bound', { tote: code }, [
    { type: 'tote.bind', client, task, document, tote: tote.location, label: code, scan: resolved.scan.raw },
  ])
}

const stepPlace = (state: PickState, resolved: Resolved, visit: Visit, view: View, moment: Moment): Go => {
  const wanted = view.location(visit.claim.location)?.code ?? ''
  const here = places(resolved)
  if (here.includes(visit.claim.location))
    return go({ ...state, at: 'goods', last: null, hand: null }, 'ok', 'place.ok', { place: wanted })
  if (here.length > 0)
    return stay(state, 'wrong', 'wrong.place', {
      scanned: view.location(here[0] ?? visit.claim.location)?.code ?? '',
      wanted,
    })
  if (items(resolved).length > 0) {
    const policy = policyFor(view.policies, visit.line.client).pick
    const only =
      view
        .stockOf(visit.line.client, visit.line.item)
        .filter(row => row.location !== visit.claim.location && row.onHand > 0).length === 0
    if (policy.impliedPlace && only)
      return stepGoods({ ...state, at: 'goods', last: null }, resolved, visit, view, moment)
    return stay(state, 'wrong', 'first.place', { wanted })
  }
  return unknownOr(state, resolved, wanted)
}

const unknownOr = (state: PickState, resolved: Resolved, wanted: string): Go => {
  if (resolved.problem === 'separatorLost') return stay(state, 'unknown', 'label.separator')
  return resolved.readings.length > 0
    ? stay(state, 'wrong', 'wrong.kind', { scanned: resolved.scan.text, kind: kindWord(resolved), wanted })
    : stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
}

const stepGoods = (state: PickState, resolved: Resolved, visit: Visit, view: View, moment: Moment): Go => {
  const item = view.item(visit.line.item)
  const hits = items(resolved)
  const hit = hits.find(h => h.item === visit.line.item && h.client === visit.line.client)
  if (item === undefined || hits.length === 0) return unknownOr(state, resolved, item?.name ?? '')
  if (hit === undefined) {
    if (hits.every(h => h.client !== visit.line.client)) return stay(state, 'wrong', 'other.client')
    return stay(state, 'wrong', 'wrong.item', {
      scanned: view.item(hits[0]?.item ?? item.id)?.name ?? resolved.scan.text,
      wanted: item.name,
    })
  }
  const n = resolved.fields.count ?? 1
  const hand = {
    lot: resolved.fields.lot ?? '',
    n,
    qty: n * hit.quantity,
    packaging: hit.packaging,
    raw: resolved.scan.raw,
  }
  return withLot({ ...state, hand }, item, visit, resolved.fields.serial ?? '', view, moment)
}

/** Lot and serial, where the item has them: from the label, from the step before, or asked for. */
const withLot = (state: PickState, item: Item, visit: Visit, serial: string, view: View, moment: Moment): Go => {
  const { hand } = state
  if (hand === null) return go({ ...state, at: 'goods' }, 'ok', 'scan.item')
  if (item.tracking.lot && hand.lot === '') {
    const kept = state.last?.line === visit.line.id ? visit.claim.lot : ''
    if (kept === '') return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
    return withLot({ ...state, hand: { ...hand, lot: kept } }, item, visit, serial, view, moment)
  }
  if (item.tracking.lot && hand.lot !== visit.claim.lot) {
    const trouble = otherLot(state, hand.lot, visit, view, moment)
    if (trouble !== null) return trouble
  }
  if (item.tracking.serial && serial === '')
    return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  return take({ ...state, confirm: null }, item, visit, hand, serial, view)
}

/** Another lot than the reserved one at the same place (flows 4.2). Null: it may be taken. */
const otherLot = (state: PickState, lot: string, visit: Visit, view: View, moment: Moment): Go | null => {
  const { line, claim } = visit
  const back: PickState = { ...state, at: 'goods', hand: null }
  const known = view.lot(line.client, line.item, lot)
  if (known?.blocked === true) return stay(back, 'wrong', 'pick.notAvailable', { lot })
  const row = view
    .stockAt(claim.location)
    .find(r => r.item === line.item && r.client === line.client && r.lot === lot && r.status === 'available')
  if (row === undefined || row.onHand <= 0) {
    const elsewhere = view.stockOf(line.client, line.item).find(r => r.lot === lot && r.onHand > 0)
    return stay(back, 'wrong', elsewhere === undefined ? 'lot.gone' : 'lot.elsewhere', {
      lot,
      wanted: claim.lot,
      place: view.location(elsewhere?.location ?? claim.location)?.code ?? '',
    })
  }
  const reserved = view.lot(line.client, line.item, claim.lot)
  const later = (known?.expiry ?? '9999') > (reserved?.expiry ?? '9999')
  const fefo = policyFor(view.policies, line.client).pick.fefo
  if (fefo === 'force') return stay(back, 'wrong', 'wrong.lot', { scanned: lot, wanted: claim.lot })
  if (fefo === 'warn' && later && !confirmed(state, lot, moment.monoMs))
    return ask({ ...state, at: 'goods' }, lot, moment.monoMs, 'ask.fefo', { scanned: lot, wanted: claim.lot })
  return null
}

const take = (
  state: PickState,
  item: Item,
  visit: Visit,
  hand: NonNullable<PickState['hand']>,
  serial: string,
  view: View,
): Go => {
  const asked = askedOf(visit)
  const { qty: rule } = policyFor(view.policies, visit.line.client).pick
  const qty = rule === 'trust' && !item.tracking.serial ? Math.max(asked, 0) : hand.qty
  if (rule === 'key' && !item.tracking.serial)
    return go({ ...state, at: 'goods', last: { line: visit.line.id, item: item.id, step: 0 } }, 'ok', 'how.many', {
      n: asked,
    })
  if (qty > asked)
    return stay({ ...state, at: 'goods', hand: null }, 'wrong', 'over', {
      have: visit.line.done,
      wanted: visit.line.wanted,
      unit: item.unit,
    })
  return book(state, item, visit, hand, serial, qty, view)
}

const book = (
  state: PickState,
  item: Item,
  visit: Visit,
  hand: NonNullable<PickState['hand']>,
  serial: string,
  qty: number,
  view: View,
): Go => {
  const tote = toteOf(state, view)
  const { task, document } = state
  if (tote === null || task === null || document === null) return go({ ...state, at: 'tote' }, 'wrong', 'scan.tote')
  const command: Draft = {
    type: 'pick',
    client: visit.line.client,
    item: item.id,
    lot: item.tracking.lot ? hand.lot : visit.claim.lot,
    serial,
    task,
    document,
    line: visit.line.id,
    from: { location: visit.claim.location, lpn: visit.claim.lpn, status: visit.claim.status },
    to: { location: tote, lpn: NO_LPN, status: 'available' },
    qty,
    entered: { n: hand.n, packaging: hand.packaging },
    scan: hand.raw,
  }
  const step = (state.last?.line === visit.line.id ? state.last.step : 0) + qty
  const stillHere = qty < askedOf(visit)
  const restOfOrder = visits(view, document, state.postponed).length > 1 || stillHere
  const samePlaceNext = visits(view, document, state.postponed)[1]?.claim.location === visit.claim.location
  const next: PickState = {
    ...state,
    hand: null,
    short: null,
    last: stillHere ? { line: visit.line.id, item: item.id, step } : null,
    at: stillHere || samePlaceNext ? 'goods' : 'place',
  }
  const values = { item: item.name, have: visit.line.done + qty, wanted: visit.line.wanted, n: qty }
  if (!restOfOrder)
    return {
      ...go(next, 'done', 'task.done', { no: view.document(document)?.number ?? '' }, [command]),
      finished: true,
    }
  return go(next, stillHere ? 'ok' : 'done', stillHere ? 'got' : 'line.done', values, [command])
}

const stepNumber = (state: PickState, value: number, visit: Visit, view: View): Go => {
  const item = view.item(visit.line.item)
  if (item === undefined || !Number.isSafeInteger(value) || value < 0) return stay(state, 'wrong', 'qty.bad')
  if (state.at === 'shortQty') return shortQuantity(state, value, visit)
  if (state.at !== 'goods' || state.last === null || item.tracking.serial) return stay(state, 'wrong', 'first.item')
  const more = value - state.last.step
  if (more < 0) return stay(state, 'wrong', 'qty.less', { n: state.last.step })
  if (more === 0) return go(state, 'ok', 'got.number', { item: item.name, n: value })
  if (more > askedOf(visit))
    return stay(state, 'wrong', 'over', { have: visit.line.done, wanted: visit.line.wanted, unit: item.unit })
  const hand = state.hand ?? { lot: visit.claim.lot, n: more, qty: more, packaging: null, raw: '' }
  return book(state, item, visit, { ...hand, n: more, packaging: null }, '', more, view)
}

const shortQuantity = (state: PickState, value: number, visit: Visit): Go => {
  if (value >= askedOf(visit)) return stay(state, 'wrong', 'qty.max', { n: askedOf(visit) - 1 })
  return go({ ...state, short: value, at: 'reason' }, 'ok', 'why')
}

/** What was there is picked, then the row is said to be short: both in one transaction. */
const stepReason = (state: PickState, reason: string, visit: Visit, view: View): Go => {
  const item = view.item(visit.line.item)
  const { task, document, short } = state
  if (item === undefined || task === null || document === null || short === null)
    return go({ ...state, at: 'place' }, 'ok', 'scan.place')
  const goods = { client: visit.line.client, item: item.id, lot: visit.claim.lot, serial: visit.claim.serial }
  const from = { location: visit.claim.location, lpn: visit.claim.lpn, status: visit.claim.status }
  const tote = toteOf(state, view)
  const picked: Draft[] =
    short > 0 && tote !== null
      ? [
          {
            type: 'pick',
            ...goods,
            task,
            document,
            line: visit.line.id,
            from,
            to: { location: tote, lpn: NO_LPN, status: 'available' },
            qty: short,
            entered: { n: short, packaging: null },
          },
        ]
      : []
  const last = visits(view, document, state.postponed).length <= 1
  const commands: Draft[] = [...picked, { type: 'short', ...goods, task, document, line: visit.line.id, from, reason }]
  const next: PickState = { ...state, at: 'place', short: null, hand: null, last: null }
  return { ...go(next, 'warn', 'short.done', { item: item.name, n: short }, commands), finished: last }
}

const stepKey = (state: PickState, command: string, visit: Visit | undefined): Go => {
  const inLine =
    visit !== undefined && (state.at === 'place' || state.at === 'goods' || state.at === 'lot' || state.at === 'serial')
  if (command === 'XCSHT' && inLine)
    return go({ ...state, at: 'shortQty', hand: null }, 'ok', 'how.many', { n: askedOf(visit) })
  if (command === 'XCMPT' && (inLine || state.at === 'shortQty'))
    return go({ ...state, at: 'reason', short: 0, hand: null }, 'ok', 'why')
  if (command === 'XCSKP' && inLine)
    return go(
      {
        ...state,
        at: 'place',
        postponed: [...state.postponed.filter(id => id !== visit.line.id), visit.line.id],
        last: null,
        hand: null,
      },
      'ok',
      'skipped',
    )
  if (
    command === 'XCBAK' &&
    (state.at === 'shortQty' || state.at === 'reason' || state.at === 'lot' || state.at === 'serial')
  )
    return go({ ...state, at: 'goods', short: null, hand: null }, 'ok', 'scan.item')
  if (command === 'XCNAY') return go(state, 'ok', 'scan.item')
  return stay(state, 'wrong', 'no.key')
}

const step = (state: PickState, input: Input, view: View, moment: Moment): Go => {
  const visit = current(state, view)
  if (state.document !== null && view.document(state.document)?.state === 'cancelled')
    return { ...stay(state, 'wrong', 'cancelled'), finished: true }
  if (input.kind === 'key') return stepKey(state, input.command, visit)
  if (input.kind === 'scan' && state.at === 'start') return stepStart(state, input.resolved, view)
  if (input.kind === 'scan' && state.at === 'tote') return stepTote(state, input.resolved, view, moment)
  if (visit === undefined) return { ...stay(state, 'wrong', 'pick.none'), finished: state.document !== null }
  if (input.kind === 'number') return stepNumber(state, input.value, visit, view)
  if (input.kind === 'choice') {
    const reason = SHORT_REASONS[input.n - 1]
    return state.at === 'reason' && reason !== undefined
      ? stepReason(state, reason, visit, view)
      : stay(state, 'wrong', 'no.key')
  }
  const item = view.item(visit.line.item)
  if (state.at === 'lot' || state.at === 'serial') {
    if (item === undefined || state.hand === null) return go({ ...state, at: 'goods' }, 'ok', 'scan.item')
    const text =
      input.kind === 'text'
        ? input.value
        : ((state.at === 'lot' ? input.resolved.fields.lot : input.resolved.fields.serial) ?? input.resolved.scan.text)
    const hand = state.at === 'lot' ? { ...state.hand, lot: text } : state.hand
    return withLot({ ...state, hand }, item, visit, state.at === 'serial' ? text : '', view, moment)
  }
  if (input.kind === 'text') return stay(state, 'wrong', 'unknown', { scanned: input.value })
  if (state.at === 'place') return stepPlace(state, input.resolved, visit, view, moment)
  if (state.at === 'goods') {
    const here = places(input.resolved)
    if (here.includes(visit.claim.location))
      return go(state, 'ok', 'place.ok', { place: view.location(visit.claim.location)?.code ?? '' })
    return stepGoods(state, input.resolved, visit, view, moment)
  }
  return stay(state, 'wrong', 'no.key')
}

export const pick: Process<PickState> = {
  name: 'pick',
  roles: ['picker'],
  commands: ['pick', 'short', 'tote.bind'],
  start,
  prompt: promptPick,
  step,
  decide: decidePick,
}
