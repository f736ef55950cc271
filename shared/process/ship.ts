import type { Document, Location } from '../catalogue.ts'
import type { DocumentId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { go, kept, message, sayNo, stay } from './answer.ts'
import { cartonsOf } from './pack-state.ts'
import type { Input, Next, Process, ProcessState, Prompt, Start } from './process.ts'
import { badLabel, mistaken } from './readings.ts'
import { decideShip, undoShip, unknownShip } from './ship-decide.ts'

export type ShipState = ProcessState & {
  process: 'ship'
  at: 'box'
  /** Boxes that stand at the door, in the order of their scans. */
  loaded: readonly LocationId[]
  door: LocationId | null
}
type ShipNext = Next<ShipState>

const FRESH: ShipState = { process: 'ship', key: 'ship', at: 'box', confirm: null, loaded: [], door: null }

const start = (start: Start, view: View): ShipNext => {
  const document =
    'document' in start ? start.document : 'task' in start ? (view.task(start.task)?.document ?? null) : null
  return document === null ? go(FRESH, 'ok', 'ship.box') : loadOrder(FRESH, document, view)
}

/** S1: a box, an order with all its boxes, or the door; the door after the boxes confirms. */
const stepScan = (state: ShipState, resolved: Resolved, view: View): ShipNext => {
  const bad = badLabel(state, resolved)
  if (bad !== null) return bad
  for (const r of resolved.readings) {
    if (r.kind === 'carton') return load(state, [r.location], view)
    if (r.kind === 'document') return loadOrder(state, r.document, view)
    if (r.kind === 'task') {
      const document = view.task(r.task)?.document ?? null
      if (document !== null) return loadOrder(state, document, view)
    }
    if (r.kind === 'location') return atDoor(state, view.location(r.location), view)
  }
  return mistaken(state, resolved, 'carton')
}

const loadOrder = (state: ShipState, document: DocumentId, view: View): ShipNext => {
  const boxes = cartonsOf(view, document).filter(box => box.carton?.closed === true)
  return boxes.length === 0
    ? stay(state, 'wrong', 'ship.notReady', { no: view.document(document)?.number ?? '' })
    : load(
        state,
        boxes.map(box => box.id),
        view,
      )
}

const load = (state: ShipState, boxes: readonly LocationId[], view: View): ShipNext => {
  const fresh = boxes.filter(box => !state.loaded.includes(box))
  if (fresh.length === 0) return stay(state, 'dup', 'dup')
  for (const id of fresh) {
    const box = view.location(id)
    const order = orderOf(view, id)
    const no = order?.number ?? box?.code ?? ''
    if (order === undefined || box?.carton?.shipped !== false || !box.carton.closed || order.ready !== true)
      return stay(state, 'wrong', 'ship.notReady', { no })
    if (order.state === 'cancelled') return stay(state, 'wrong', 'pack.cancelled')
    if (order.hold) return onHold(state, order, order.hold)
    const other = state.loaded
      .map(one => orderOf(view, one))
      .find(one => (one?.carrier ?? null) !== (order.carrier ?? null))
    if (other !== undefined) return stay(state, 'wrong', 'ship.otherCarrier', { carrier: other.carrier ?? '' })
  }
  const loaded = [...state.loaded, ...fresh]
  return go({ ...state, loaded }, 'ok', 'ship.loaded', { n: loaded.length })
}

/** The desk has stopped it: it stays, the other boxes may go. */
const onHold = (state: ShipState, { number: no }: Document, { reason: why }: NonNullable<Document['hold']>): ShipNext =>
  stay(state, 'wrong', 'order.onHold', { no, why })

const orderOf = (view: View, box: LocationId): Document | undefined => {
  const document = view.location(box)?.carton?.document
  return document === undefined ? undefined : view.document(document)
}

const DOORS = new Set<Location['kind']>(['dock', 'staging'])

const atDoor = (state: ShipState, place: Location | undefined, view: View): ShipNext => {
  if (place === undefined || !DOORS.has(place.kind) || !place.active)
    return stay(state, 'wrong', 'ship.noDoor', { place: place?.code ?? '' })
  const next = { ...state, door: place.id }
  return state.loaded.length === 0 ? go(next, 'ok', 'place.ok', { place: place.code }) : confirm(next, view)
}

/** SHIP: the goods belong to the customer from now on; one command for each order. */
const confirm = (state: ShipState, view: View): ShipNext => {
  if (state.loaded.length === 0) return stay(state, 'wrong', 'ship.box')
  // It may have been stopped since it was loaded.
  const stopped = state.loaded.map(box => orderOf(view, box)).find(order => order?.hold)
  if (stopped?.hold) return onHold(state, stopped, stopped.hold)
  const orders = new Map<DocumentId, LocationId[]>()
  for (const box of state.loaded) {
    const document = view.location(box)?.carton?.document
    if (document !== undefined) orders.set(document, [...(orders.get(document) ?? []), box])
  }
  const commands = [...orders].flatMap(([document, cartons]): Draft[] => {
    const client = view.document(document)?.client
    return client === undefined ? [] : [{ type: 'ship', client, document, cartons, door: state.door }]
  })
  return go({ ...state, loaded: [] }, 'done', 'ship.done', { n: state.loaded.length }, commands)
}

const answer = (state: ShipState, input: Input, view: View): ShipNext => {
  if (input.kind === 'scan') return stepScan(state, input.resolved, view)
  if (input.kind !== 'key') return stay(state, 'wrong', 'ship.box')
  if (input.command === 'XCNAY') return sayNo(state, message('ship.box'))
  if (input.command === 'XCSHP' || input.command === 'XCDNE') return confirm(state, view)
  // BACK takes the last box off again: nothing has been said to anybody yet.
  if (input.command === 'XCBAK' && state.loaded.length > 0)
    return go({ ...state, loaded: state.loaded.slice(0, -1) }, 'ok', 'ship.box')
  return stay(state, 'wrong', 'no.key')
}

const prompt = (state: ShipState, view: View): Prompt => ({
  title: { word: 'ship', code: state.door === null ? null : (view.location(state.door)?.code ?? null) },
  progress: null,
  hero:
    state.loaded.length === 0 ? { kind: 'none', value: '' } : { kind: 'number', value: String(state.loaded.length) },
  facts: [],
  lines: [...state.loaded].reverse().map(id => ({
    id,
    title: view.location(id)?.code ?? '',
    place: orderOf(view, id)?.number ?? null,
    done: 1,
    wanted: null,
    state: 'done' as const,
  })),
  ask: { kind: 'carton', message: message(state.loaded.length === 0 ? 'ship.box' : 'ship.more') },
  expects: ['carton', 'document', 'task', 'location'],
  client: null,
  choices: [],
  keys:
    state.loaded.length === 0
      ? []
      : [
          { command: 'XCSHP', word: 'key.ship' },
          { command: 'XCBAK', word: 'key.back' },
        ],
  confirm: state.confirm,
})

export const ship: Process<ShipState> = {
  name: 'ship',
  roles: ['packer'],
  states: ['box'],
  commands: ['ship'],
  start,
  prompt,
  step: (state, input, view) => kept(state, answer(state, input, view)),
  decide: decideShip,
  unknown: unknownShip,
  undo: undoShip,
  // What has left is brought back by a return, not by an undo.
  undoBarred: () => 'undo.shipped',
}
