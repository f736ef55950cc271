import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId, LpnId } from '../ids.ts'
import type { Address } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import type { MessageKey, Values } from './message.ts'
import { labelOf, palletIn } from './lpn.ts'
import { emptyHanded } from './move-state.ts'
import type { Goal, Load, MoveNext, MoveState } from './move-state.ts'
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

/** What a process says to a place that is allowed: yes, yes with a note, only by a second scan, or no. */
export type GoalRule = (
  state: MoveState,
  goal: Goal,
  view: View,
) => { say: 'yes' | 'note' | 'ask' | 'no' | 'reason'; key: MessageKey; values: Values }

const ANYWHERE: GoalRule = () => ({ say: 'yes', key: 'move.done', values: {} })

/** M4: a place, a cart, or a pallet to put the goods onto. */
export const stepTo = (
  state: MoveState,
  resolved: Resolved,
  view: View,
  moment: Moment,
  rule: GoalRule = ANYWHERE,
): MoveNext => {
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
  const isSure = (key: MessageKey): boolean => confirmed(state, text, moment.monoMs, key)
  if (!isSure('ask.newLpn') && goal.label !== null && view.lpn(goal.lpn) === undefined)
    return ask(state, text, moment.monoMs, 'ask.newLpn', { lpn: goal.label })
  const room = roomAt(view, place)
  const isFull = load.kind === 'goods' ? load.qty > room.units : load.kind === 'pallet' && room.lpns < 1
  if (isFull && !isSure('put.full')) return ask(state, text, moment.monoMs, 'put.full', { place: code })
  const said = rule(state, goal, view)
  const values = { place: code, ...said.values }
  if (said.say === 'no') return stay(state, 'wrong', said.key, { scanned: code, ...values })
  if (said.say === 'ask' && !isSure(said.key)) return ask(state, text, moment.monoMs, said.key, values)
  const chosen = { goal, scan: resolved.scan.raw }
  if (said.say === 'reason') return go({ ...state, at: 'reason', chosen }, 'ok', 'why')
  return put(state, chosen, view, said.say === 'note' ? said.key : null)
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
      return { location: r.location, lpn: state.load?.kind === 'pallet' ? state.load.lpn : NO_LPN, label: null }
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

/** Books what is in hand; `note` says that it went elsewhere than planned. */
export const put = (
  state: MoveState,
  { goal, scan }: NonNullable<MoveState['chosen']>,
  view: View,
  note: MessageKey | null = null,
  reason: string | null = null,
): MoveNext => {
  const commands = draftsOf(state, goal, scan, view, reason)
  const place = view.location(goal.location)?.code ?? ''
  const left = state.from === null ? [] : view.stockAt(state.from).filter(row => row.onHand > 0)
  const { load } = state
  // More of the place may follow; a pallet, a tote and a whole place are done with.
  const goesOn = load?.kind === 'goods' && left.some(row => row.item !== load.item || row.onHand > load.qty)
  const next: MoveState = { ...emptyHanded(state), at: goesOn ? 'goods' : 'from', from: goesOn ? state.from : null }
  const verdict = note === null ? (goesOn ? 'ok' : 'done') : 'warn'
  return go(next, verdict, note ?? 'move.done', { place }, commands)
}

const draftsOf = (state: MoveState, goal: Goal, scan: string, view: View, why: string | null): Draft[] => {
  const { load, from, takenAt } = state
  const taken = { ...(takenAt === null ? {} : { takenAt }), ...(why === null ? {} : { reason: why }) }
  if (load === null) return []
  switch (load.kind) {
    case 'mobile':
      return [
        { type: 'park', process: 'move', client: null, mobile: load.mobile, place: goal.location, task: null, scan },
      ]
    case 'pallet':
      return from === null ? [] : [palletDraft(state, load, from, goal.location, scan, taken)]
    case 'goods':
      return from === null ? [] : [looseDraft(state, load, from, goal, taken)]
    case 'whole':
      return from === null ? [] : wholeDrafts(state, from, goal, scan, taken, view)
  }
}

type Taken = { takenAt?: string; reason?: string }
type LooseLoad = Omit<Extract<Load, { kind: 'goods' }>, 'kind' | 'raw'> & { raw?: string }

const looseDraft = (
  { process, task, line }: MoveState,
  load: LooseLoad,
  from: LocationId,
  goal: Goal,
  taken: Taken,
): Draft => {
  const { client, item, lot, serial, lpn, status, qty, n, packaging, raw } = load
  const body = {
    client,
    item,
    lot,
    serial,
    task,
    from: { location: from, lpn, status },
    to: { location: goal.location, lpn: goal.lpn, status },
    ...(goal.label === null ? {} : { label: goal.label }),
    qty,
    entered: { n, packaging },
    ...(raw === undefined ? {} : { scan: raw }),
    ...taken,
  }
  return process === 'putaway' ? { type: 'putaway', ...body } : { type: 'move', process, line, ...body }
}

const palletDraft = (
  { process, task }: MoveState,
  load: { client: Extract<Load, { kind: 'pallet' }>['client']; lpn: LpnId; label: string },
  from: LocationId,
  to: LocationId,
  scan: string,
  taken: Taken,
): Draft => ({
  type: 'lpn.move',
  process,
  client: load.client,
  lpn: load.lpn,
  label: load.label,
  task,
  fromPlace: from,
  toPlace: to,
  scan,
  ...taken,
})

/** WHOLE PLACE: every pallet as a whole, every loose row as it is, in one transaction. */
const wholeDrafts = (
  state: MoveState,
  from: LocationId,
  goal: Goal,
  scan: string,
  taken: Taken,
  view: View,
): Draft[] => {
  const rows = view.stockAt(from).filter(row => row.onHand > 0)
  const pallets = new Map(rows.filter(row => row.lpn !== NO_LPN).map(row => [row.lpn, row]))
  return [
    ...[...pallets.values()].map(({ client, lpn }) =>
      palletDraft(state, { client, lpn, label: labelOf(view, lpn) }, from, goal.location, scan, taken),
    ),
    ...rows
      .filter(row => row.lpn === NO_LPN)
      .map(row => looseDraft(state, { ...row, qty: row.onHand, n: row.onHand, packaging: null }, from, goal, taken)),
  ]
}
