import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId, LpnId } from '../ids.ts'
import type { Address } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import type { MessageKey } from './message.ts'
import { labelOf, palletIn } from './lpn.ts'
import type { Load, MoveNext, MoveState } from './move-state.ts'
import { placeTrouble, roomAt } from './place-rules.ts'
import type { PlaceTrouble } from './place-rules.ts'
import type { Moment } from './process.ts'
import { mistaken } from './readings.ts'

export const FORBIDDEN: Record<PlaceTrouble, MessageKey> = {
  closed: 'place.closed',
  storage: 'put.storage',
  status: 'put.status',
  lpn: 'put.lpn',
  mix: 'put.mix',
}

type Goal = { location: LocationId; lpn: LpnId; label: string | undefined }

/** M4: a place, a cart, or a pallet to put the goods onto. */
export const stepTo = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const { load } = state
  if (load === null) return go({ ...state, at: 'from' }, 'ok', 'move.from')
  const goal = goalOf(state, resolved, view)
  if (goal === null) return mistaken(state, resolved)
  const place = view.location(goal.location)
  const code = place?.code ?? ''
  if (place === undefined || !place.active) return stay(state, 'wrong', 'place.closed', { place: code })
  if (goal.location === state.from && goal.lpn === palletOf(load)) return stay(state, 'wrong', 'move.same')
  const trouble = troubleOf(state, load, goal, view)
  if (trouble !== null) return stay(state, 'wrong', FORBIDDEN[trouble], { place: code })
  const text = resolved.scan.text
  const isSure = confirmed(state, text, moment.monoMs)
  if (!isSure && goal.label !== undefined && view.lpn(goal.lpn) === undefined)
    return ask(state, text, moment.monoMs, 'ask.newLpn', { lpn: goal.label })
  const room = roomAt(view, place)
  const isFull = load.kind === 'goods' ? load.qty > room.units : load.kind === 'pallet' && room.lpns < 1
  if (!isSure && isFull) return ask(state, text, moment.monoMs, 'put.full', { place: code })
  return put(state, goal, resolved.scan.raw, view)
}

const palletOf = (load: Load): LpnId => (load.kind === 'goods' || load.kind === 'pallet' ? load.lpn : NO_LPN)

const goalOf = (state: MoveState, resolved: Resolved, view: View): Goal | null => {
  const pallet = state.load?.kind === 'goods' ? palletIn(view, resolved) : null
  if (pallet !== null) {
    const at = view.stockOn(pallet.lpn).find(row => row.onHand > 0)?.location ?? state.from
    return at === null ? null : { location: at, lpn: pallet.lpn, label: pallet.label }
  }
  for (const r of resolved.readings)
    if (r.kind === 'location' || (r.kind === 'cart' && state.load?.kind !== 'mobile'))
      return { location: r.location, lpn: state.load?.kind === 'pallet' ? state.load.lpn : NO_LPN, label: undefined }
  return null
}

const troubleOf = (state: MoveState, load: Load, goal: Goal, view: View): PlaceTrouble | null => {
  const rows =
    load.kind === 'goods'
      ? [{ ...load, location: goal.location }]
      : load.kind === 'pallet'
        ? view.stockOn(load.lpn).filter(row => row.onHand > 0)
        : load.kind === 'whole' && state.from !== null
          ? view.stockAt(state.from).filter(row => row.onHand > 0)
          : []
  for (const row of rows) {
    const item: Item | undefined = view.item(row.item)
    const to: Address = { location: goal.location, lpn: load.kind === 'whole' ? row.lpn : goal.lpn, status: row.status }
    const trouble = item === undefined ? null : placeTrouble(view, item, row, to)
    if (trouble !== null) return trouble
  }
  return null
}

const put = (state: MoveState, goal: Goal, scan: string, view: View): MoveNext => {
  const commands = draftsOf(state, goal, scan, view)
  const place = view.location(goal.location)?.code ?? ''
  const left = state.from === null ? [] : view.stockAt(state.from).filter(row => row.onHand > 0)
  // More of the place may follow; a pallet, a tote and a whole place are done with.
  const goesOn =
    state.load?.kind === 'goods' &&
    left.some(
      row => row.item !== (state.load?.kind === 'goods' ? state.load.item : null) || row.onHand > amountOf(state),
    )
  const next: MoveState = {
    ...state,
    load: null,
    takenAt: null,
    at: goesOn ? 'goods' : 'from',
    from: goesOn ? state.from : null,
  }
  return go(next, goesOn ? 'ok' : 'done', 'move.done', { place }, commands)
}
const amountOf = ({ load }: MoveState): number => (load?.kind === 'goods' ? load.qty : 0)

const draftsOf = ({ load, from, takenAt }: MoveState, goal: Goal, scan: string, view: View): Draft[] => {
  const taken = takenAt === null ? {} : { takenAt }
  if (load === null) return []
  switch (load.kind) {
    case 'mobile':
      return [
        { type: 'park', process: 'move', client: null, mobile: load.mobile, place: goal.location, task: null, scan },
      ]
    case 'pallet':
      return from === null ? [] : [palletDraft(load, from, goal.location, scan, taken)]
    case 'goods':
      return from === null
        ? []
        : [
            {
              type: 'move',
              process: 'move',
              client: load.client,
              item: load.item,
              lot: load.lot,
              serial: load.serial,
              task: null,
              line: null,
              from: { location: from, lpn: load.lpn, status: load.status },
              to: { location: goal.location, lpn: goal.lpn, status: load.status },
              ...(goal.label === undefined ? {} : { label: goal.label }),
              qty: load.qty,
              entered: { n: load.n, packaging: load.packaging },
              scan: load.raw,
              ...taken,
            },
          ]
    case 'whole':
      return from === null ? [] : wholeDrafts(from, goal.location, scan, taken, view)
  }
}

const palletDraft = (
  load: { client: Extract<Load, { kind: 'pallet' }>['client']; lpn: LpnId; label: string },
  from: LocationId,
  to: LocationId,
  scan: string,
  taken: { takenAt?: string },
): Draft => ({
  type: 'lpn.move',
  process: 'move',
  client: load.client,
  lpn: load.lpn,
  label: load.label,
  task: null,
  fromPlace: from,
  toPlace: to,
  scan,
  ...taken,
})

/** WHOLE PLACE: every pallet as a whole, every loose row as it is, in one transaction. */
const wholeDrafts = (
  from: LocationId,
  to: LocationId,
  scan: string,
  taken: { takenAt?: string },
  view: View,
): Draft[] => {
  const rows = view.stockAt(from).filter(row => row.onHand > 0)
  const pallets = new Map(rows.filter(row => row.lpn !== NO_LPN).map(row => [row.lpn, row]))
  return [
    ...[...pallets.values()].map(({ client, lpn }) =>
      palletDraft({ client, lpn, label: labelOf(view, lpn) }, from, to, scan, taken),
    ),
    ...rows
      .filter(row => row.lpn === NO_LPN)
      .map(({ client, item, lot, serial, status, onHand }): Draft => ({
        type: 'move',
        process: 'move',
        client,
        item,
        lot,
        serial,
        task: null,
        line: null,
        from: { location: from, lpn: NO_LPN, status },
        to: { location: to, lpn: NO_LPN, status },
        qty: onHand,
        scan,
        ...taken,
      })),
  ]
}
