import type { Document, Item, Line } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { ClientId, DocumentId, ItemId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { CodeHit, Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { dayOf } from '../time.ts'
import { ask, confirmed, go, message, stay } from './answer.ts'
import type { Input, Moment, Next, Process, ProcessState, Start } from './process.ts'
import { decideReceive } from './receive-decide.ts'
import { promptReceive } from './receive-prompt.ts'
import { limitOf, receivedOf } from './receive-limit.ts'
import { parseDay } from './day.ts'

/** What is in the worker's hand: an item with what is known of it so far. */
export type Hand = {
  item: ItemId
  packaging: string | null
  /** Scanned packs, and base units of them all. */
  n: number
  qty: number
  lot: string
  newLot: boolean
  serial: string
  expiry: string | null
  raw: string
}

export type ReceiveState = ProcessState & {
  process: 'receive'
  at: 'document' | 'line' | 'lot' | 'expiry' | 'serial'
  document: DocumentId | null
  client: ClientId | null
  blind: boolean
  dock: LocationId | null
  hand: Hand | null
  /** What was booked last, and how much of it in this step: a typed number sets that total. */
  last: { hand: Hand; step: number } | null
}

type Go = Next<ReceiveState>

const FRESH: ReceiveState = {
  process: 'receive',
  key: 'receive',
  at: 'document',
  confirm: null,
  document: null,
  client: null,
  blind: false,
  dock: null,
  hand: null,
  last: null,
}

const isOpen = (document: Document): boolean =>
  document.kind === 'receipt' && (document.state === 'open' || document.state === 'started')

const dockOf = (view: View): LocationId | null =>
  [...view.locations()]
    .filter(place => place.kind === 'dock' && place.active)
    .sort((a, b) => a.sequence - b.sequence)[0]?.id ?? null

const opened = (state: ReceiveState, document: Document, view: View): ReceiveState => ({
  ...state,
  key: `receive/${document.id}`,
  at: 'line',
  document: document.id,
  client: document.client,
  blind: document.blind,
  dock: dockOf(view),
  hand: null,
  last: null,
})

const start = (start: Start, view: View): Go => {
  if ('document' in start) return openDocument(FRESH, view.document(start.document), view)
  if ('task' in start) {
    const task = view.task(start.task)
    return openDocument(FRESH, task?.document ? view.document(task.document) : undefined, view)
  }
  return go(FRESH, 'ok', 'scan.doc')
}

const openDocument = (state: ReceiveState, document: Document | undefined, view: View): Go => {
  if (document === undefined || document.kind !== 'receipt') return stay(state, 'unknown', 'rcv.none')
  if (!isOpen(document)) return stay(state, 'wrong', 'rcv.closed', { no: document.number })
  if (dockOf(view) === null) return stay(state, 'wrong', 'rcv.noDock')
  return go(opened(state, document, view), 'ok', 'opened', { no: document.number })
}

const itemHits = (resolved: Resolved): Extract<CodeHit, { kind: 'item' }>[] =>
  resolved.readings.flatMap(r => (r.kind === 'item' ? [r] : []))

/** R1: a document's number opens it; an item opens the oldest receipt that still wants it. */
const stepDocument = (state: ReceiveState, resolved: Resolved, view: View, moment: Moment): Go => {
  const document = resolved.readings.flatMap(r => (r.kind === 'document' ? [view.document(r.document)] : []))[0]
  if (document !== undefined) return openDocument(state, document, view)
  const items = itemHits(resolved).map(hit => hit.item)
  if (items.length === 0)
    return stay(state, 'unknown', resolved.readings.length > 0 ? 'wrong.kind' : 'unknown', {
      scanned: resolved.scan.text,
    })
  const wanting = [...view.documents()]
    .filter(d => isOpen(d) && view.linesOf(d.id).some(line => line.state === 'open' && items.includes(line.item)))
    .sort((a, b) => compare(a.due ?? '9999', b.due ?? '9999') || compare(a.number, b.number))
  const oldest = wanting[0]
  if (oldest === undefined) return stay(state, 'wrong', 'rcv.none')
  const next = openDocument(state, oldest, view)
  if (next.state.document === null) return next
  const after = stepLine(next.state, resolved, view, moment)
  return wanting.length > 1 && after.verdict === 'ok'
    ? { ...after, verdict: 'warn', message: message('rcv.oldest', { no: oldest.number }) }
    : after
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** R2: an item, possibly with lot, serial and expiry in the same label; a dock; anything else is kept or named. */
const stepLine = (state: ReceiveState, resolved: Resolved, view: View, moment: Moment): Go => {
  const place = resolved.readings.flatMap(r => (r.kind === 'location' ? [view.location(r.location)] : []))[0]
  if (place !== undefined) {
    if (place.kind === 'dock' && place.active)
      return go({ ...state, dock: place.id }, 'ok', 'place.ok', { place: place.code })
    return stay(state, 'wrong', 'rcv.placeNo', { place: place.code })
  }
  const hits = itemHits(resolved)
  const mine = hits.filter(hit => state.client === null || hit.client === state.client)
  if (hits.length > 0 && mine.length === 0) return stay(state, 'wrong', 'other.client')
  if (new Set(mine.map(hit => `${hit.item}/${hit.packaging}`)).size > 1) return stay(state, 'unknown', 'many')
  const hit = mine[0]
  if (hit === undefined) return keepUnknown(state, resolved)
  const item = view.item(hit.item)
  if (item === undefined) return stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
  const n = resolved.fields.count ?? 1
  const known = view.lot(hit.client, hit.item, resolved.fields.lot ?? '')
  const hand: Hand = {
    item: hit.item,
    packaging: hit.packaging,
    n,
    qty: n * hit.quantity,
    lot: item.tracking.lot ? (resolved.fields.lot ?? '') : '',
    newLot: false,
    serial: item.tracking.serial ? (resolved.fields.serial ?? '') : '',
    expiry: resolved.fields.expiry ?? known?.expiry ?? null,
    raw: resolved.scan.raw,
  }
  const listed =
    state.document !== null &&
    view.linesOf(state.document).some(line => line.item === hit.item && line.state !== 'cancelled')
  const policy = policyFor(view.policies, hit.client).receive
  if (!listed && !state.blind && policy.unexpected !== 'yes') {
    if (policy.unexpected === 'no') return stay(state, 'wrong', 'rcv.notHere', { item: item.name })
    if (!confirmed(state, resolved.scan.text, moment.monoMs))
      return ask(state, resolved.scan.text, moment.monoMs, 'ask.notHere', { item: item.name })
  }
  return complete({ ...state, client: state.client ?? hit.client, hand, confirm: null }, view, moment)
}

/** An unknown code at the dock is a fact of its own: goods stand there. The text is kept, work goes on. */
const keepUnknown = (state: ReceiveState, resolved: Resolved): Go => {
  if (resolved.readings.length > 0) return stay(state, 'wrong', 'wrong.kind', { scanned: resolved.scan.text })
  if (resolved.problem !== null) return stay(state, 'unknown', 'label.bad', { scanned: resolved.scan.text })
  const command: Draft = { type: 'unmatched', client: state.client, document: state.document, scan: resolved.scan.raw }
  return go(state, 'unknown', 'kept', { scanned: resolved.scan.text }, [command])
}

/** Asks for whatever the item still needs, lot before expiry before serial; books when nothing is missing. */
const complete = (state: ReceiveState, view: View, moment: Moment): Go => {
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined) return stay({ ...state, at: 'line' }, 'unknown', 'unknown', { scanned: '' })
  if (item.tracking.lot && hand.lot === '') return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
  if (item.tracking.lot) {
    const known = view.lot(item.client, item.id, hand.lot)
    if (known?.expiry && hand.expiry !== null && known.expiry !== hand.expiry)
      return stay({ ...state, at: 'line', hand: null }, 'wrong', 'rcv.lotDate', { lot: hand.lot, date: known.expiry })
  }
  if (item.tracking.expiry && hand.expiry === null)
    return go({ ...state, at: 'expiry' }, 'ok', 'scan.expiry', { item: item.name })
  const trouble = shelfLife(state, item, hand, view, moment)
  if (trouble !== null) return trouble
  if (item.tracking.serial && hand.serial === '')
    return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  return book(state, item, hand, view)
}

const shelfLife = (state: ReceiveState, item: Item, hand: Hand, view: View, moment: Moment): Go | null => {
  if (!item.tracking.expiry || hand.expiry === null) return null
  const back = { ...state, at: 'line' as const, hand: null }
  if (hand.expiry < moment.today) return stay(back, 'wrong', 'rcv.expired', { date: hand.expiry })
  const days = policyFor(view.policies, item.client).shelf.acceptDays
  if (days !== null && hand.expiry < dayOf(`${moment.today}T00:00:00.000Z`, days))
    return stay(back, 'wrong', 'rcv.shortLife', { date: hand.expiry, n: days })
  return null
}

const draftOf = (state: ReceiveState, item: Item, hand: Hand, qty: number, n: number): Draft[] => {
  if (state.document === null || state.dock === null) return []
  return [
    {
      type: 'receive',
      client: item.client,
      item: item.id,
      lot: hand.lot,
      serial: hand.serial,
      document: state.document,
      blind: state.blind,
      expiry: hand.expiry,
      to: { location: state.dock, lpn: NO_LPN, status: 'available' },
      qty,
      entered: { n, packaging: hand.packaging },
      scan: hand.raw,
    },
  ]
}

const book = (state: ReceiveState, item: Item, hand: Hand, view: View): Go => {
  const back: ReceiveState = { ...state, at: 'line', hand: null, confirm: null }
  const same =
    state.last !== null && state.last.hand.item === hand.item && state.last.hand.lot === hand.lot && hand.serial === ''
  if (hand.serial !== '' && alreadyHere(view, item, hand.serial))
    return stay(back, 'dup', 'dup', { scanned: hand.serial })
  const { limit, ordered, received } = limitOf(view, state.document, item)
  if (received + hand.qty > limit)
    return stay(back, 'wrong', 'over', { wanted: ordered, have: received, unit: item.unit })
  const step = (same ? (state.last?.step ?? 0) : 0) + hand.qty
  const status = policyFor(view.policies, item.client).receive.inspection === 'all' ? 'inspection' : 'available'
  const commands = draftOf(state, item, hand, hand.qty, hand.n).map(draft =>
    draft.type === 'receive' ? { ...draft, to: { ...draft.to, status: status as 'inspection' | 'available' } } : draft,
  )
  const full = ordered > 0 && received + hand.qty >= ordered
  const over = received + hand.qty > ordered && ordered > 0
  const next = { ...back, last: { hand: { ...hand, raw: hand.raw }, step } }
  if (over) return go(next, 'warn', 'over.ok', { n: received + hand.qty - ordered, item: item.name }, commands)
  return go(
    next,
    full ? 'done' : 'ok',
    full ? 'line.done' : 'got',
    { item: item.name, n: hand.qty, have: received + hand.qty, wanted: ordered },
    commands,
  )
}

const alreadyHere = (view: View, item: Item, serial: string): boolean =>
  view.stockOf(item.client, item.id).some(row => row.serial === serial && row.onHand > 0)

/** A typed number sets the total of the step; the command carries the difference. Less than booked needs an undo. */
const stepNumber = (state: ReceiveState, value: number, view: View): Go => {
  const { last } = state
  const item = last === null ? undefined : view.item(last.hand.item)
  if (last === null || item === undefined || item.tracking.serial || state.at !== 'line')
    return stay(state, 'wrong', 'first.item')
  if (!Number.isSafeInteger(value) || value < 0) return stay(state, 'wrong', 'qty.bad')
  const more = value - last.step
  if (more < 0) return stay(state, 'wrong', 'qty.less', { n: last.step })
  if (more === 0) return go(state, 'ok', 'got.number', { item: item.name, n: value })
  const { limit, ordered, received } = limitOf(view, state.document, item)
  if (received + more > limit) return stay(state, 'wrong', 'over', { wanted: ordered, have: received, unit: item.unit })
  return go(
    { ...state, last: { ...last, step: value } },
    received + more === ordered ? 'done' : 'ok',
    'got.number',
    { item: item.name, n: value },
    draftOf(state, item, last.hand, more, more),
  )
}

/** Lot, expiry or serial that was asked for, scanned or typed. */
const stepAsked = (
  state: ReceiveState,
  text: string,
  fields: Resolved['fields'] | null,
  view: View,
  moment: Moment,
): Go => {
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined) return go({ ...state, at: 'line', hand: null }, 'ok', 'scan.recv')
  if (state.at === 'expiry') {
    const day = fields?.expiry ?? parseDay(text)
    if (day === null) return stay(state, 'wrong', 'date.bad')
    return complete({ ...state, hand: { ...hand, expiry: day } }, view, moment)
  }
  if (state.at === 'serial')
    return complete({ ...state, hand: { ...hand, serial: fields?.serial ?? text } }, view, moment)
  const lot = fields?.lot ?? text
  if (lot.length === 0 || lot.length > 40) return stay(state, 'wrong', 'label.bad', { scanned: lot })
  const known = view.lot(item.client, item.id, lot)
  if (known === undefined && !confirmed(state, lot, moment.monoMs))
    return ask(state, lot, moment.monoMs, 'ask.newLot', { lot })
  return complete(
    { ...state, confirm: null, hand: { ...hand, lot, expiry: hand.expiry ?? fields?.expiry ?? known?.expiry ?? null } },
    view,
    moment,
  )
}

const stepKey = (state: ReceiveState, command: string, view: View, moment: Moment): Go => {
  if (command === 'XCNDC' && state.at === 'document') return noDocument(state, view, moment)
  if (command === 'XCDNE' && state.document !== null) return close(state, view, moment)
  if (command === 'XCNAY') return go(state, 'ok', state.at === 'document' ? 'scan.doc' : 'scan.recv')
  if (command === 'XCBAK' && state.at !== 'document' && state.at !== 'line')
    return go({ ...state, at: 'line', hand: null }, 'ok', 'scan.recv')
  return stay(state, 'wrong', 'no.key')
}

/** A receipt that is made on the floor gets its name here; the first command that carries it makes it on both sides. */
const noDocument = (state: ReceiveState, view: View, moment: Moment): Go => {
  const dock = dockOf(view)
  if (dock === null) return stay(state, 'wrong', 'rcv.noDock')
  const document = derivedId<'document'>('blind', moment.device, moment.now, moment.worker.id)
  return go(
    {
      ...state,
      key: `receive/${document}`,
      at: 'line',
      document,
      client: null,
      blind: true,
      dock,
      hand: null,
      last: null,
    },
    'ok',
    'opened',
    { no: '' },
  )
}

const close = (state: ReceiveState, view: View, moment: Moment): Go => {
  const document = state.document
  const client = state.client
  const lines = document === null ? [] : view.linesOf(document)
  if (document === null || client === null || !lines.some(line => receivedOf(line) > 0))
    return stay(state, 'wrong', 'rcv.nothing')
  const rest = lines.filter((line: Line) => line.state === 'open' && line.done < line.wanted).length
  if (rest > 0 && !confirmed(state, 'XCDNE', moment.monoMs))
    return ask(state, 'XCDNE', moment.monoMs, 'ask.rest', { n: rest })
  const task = view.taskOf(document)
  const command: Draft = { type: 'close', client, task: task?.id ?? null, document }
  return {
    ...go(
      { ...state, at: 'document', key: state.key },
      'done',
      'closed',
      { no: view.document(document)?.number ?? '' },
      [command],
    ),
    finished: true,
  }
}

const step = (state: ReceiveState, input: Input, view: View, moment: Moment): Go => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'number':
      return state.at === 'line'
        ? stepNumber(state, input.value, view)
        : stepAsked(state, String(input.value), null, view, moment)
    case 'text':
      return state.at === 'document' || state.at === 'line'
        ? stay(state, 'wrong', 'unknown', { scanned: input.value })
        : stepAsked(state, input.value, null, view, moment)
    case 'choice':
      return stay(state, 'wrong', 'no.key')
    case 'scan':
      if (state.at === 'document') return stepDocument(state, input.resolved, view, moment)
      if (state.at === 'line') return stepLine(state, input.resolved, view, moment)
      return stepAsked(state, input.resolved.scan.text, input.resolved.fields, view, moment)
  }
}

export const receive: Process<ReceiveState> = {
  name: 'receive',
  roles: ['receiver'],
  commands: ['receive', 'unmatched', 'close'],
  start,
  prompt: promptReceive,
  step,
  decide: decideReceive,
}
