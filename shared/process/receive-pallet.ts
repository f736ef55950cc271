import type { Item, Line } from '../catalogue.ts'
import type { ClientId, DocumentId, LocationId, LpnId } from '../ids.ts'
import { NO_LPN } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow, StockStatus } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { photosIn } from './photo.ts'
import type { Moment } from './process.ts'
import { announcedOn, asnTrustOf, isBelievable, restOf } from './receive-asn.ts'
import { countedOnto } from './receive-lines.ts'
import type { Loose, ReceiveNext, ReceiveState } from './receive-state.ts'
import { statusAtDock } from './receive-status.ts'

export type Pallet = { lpn: LpnId; label: string; known: ClientId | null }

/** R6: a pallet label. What was received loose since the last one goes onto it, and so does what follows. */
export const stepPallet = (
  state: ReceiveState,
  pallet: Pallet,
  resolved: Resolved,
  view: View,
  moment: Moment,
): ReceiveNext => {
  const { lpn, label } = pallet
  const { client, dock } = state
  if (dock === null) return stay(state, 'wrong', 'rcv.noDock')
  const rows = view.stockOn(lpn).filter(row => row.onHand > 0)
  const trouble = labelRefused(state, pallet, rows, view)
  if (trouble !== null) return trouble
  const together = gathered(state, pallet, dock, rows[0]?.status ?? null, view)
  if (client !== null && asnTrustOf(view, client) === 'trust') {
    const taken = believed(state, pallet, client, together, resolved.scan.raw, view, moment)
    if (taken !== null) return taken
  }
  if (state.pallet?.id === lpn) return go(state, 'ok', 'rcv.onPallet', { lpn: label })
  const code = resolved.scan.text
  const isKnown = view.lpn(lpn) !== undefined || announcedOn(view, state.document, lpn).length > 0
  if (!isKnown && !confirmed(state, code, moment.monoMs, 'ask.newLpn'))
    return ask(state, code, moment.monoMs, 'ask.newLpn', { lpn: label })
  const { commands, loose, left } = together
  const next: ReceiveState = { ...state, pallet: { id: lpn, label }, last: null, loose, beyond: 0 }
  return left > 0
    ? go(next, 'warn', 'rcv.looseLeft', { lpn: label, n: left }, commands)
    : go(next, 'ok', 'rcv.onPallet', { lpn: label }, commands)
}

const labelRefused = (
  state: ReceiveState,
  { label, known }: Pallet,
  rows: readonly StockRow[],
  view: View,
): ReceiveNext | null => {
  const { client, dock } = state
  if (client !== null && [known, ...rows.map(row => row.client)].some(owner => owner !== null && owner !== client))
    return stay(state, 'wrong', 'other.client')
  const away = rows.find(row => row.location !== dock)
  if (away !== undefined)
    return stay(state, 'wrong', 'rcv.lpnElsewhere', { lpn: label, place: view.location(away.location)?.code ?? '' })
  return rows.some(row => row.status === 'damaged' || row.status === 'blocked')
    ? stay(state, 'wrong', 'rcv.lpnMixed', { lpn: label })
    : null
}

/** What a label takes along, what stays loose, and how many pieces did not come although they were counted here. */
type Together = { commands: readonly Gather[]; loose: readonly Loose[]; left: number }
type Gather = Extract<Draft, { type: 'move' }>

/**
 * Loose goods of one status go along; what may not stand beside them stays where it is, for another label. What the desk has
 * given another status, or others have put away, is no more of it.
 */
const gathered = (
  { loose, beyond, document }: ReceiveState,
  { lpn, label }: Pallet,
  dock: LocationId,
  status: StockStatus | null,
  view: View,
): Together => {
  const here = ({ status, ...row }: Loose): number => view.stock(keyOf({ ...row, ...looseAt(dock, status) })).onHand
  const rows = loose.map(row => ({ ...row, qty: Math.max(0, Math.min(row.qty, here(row))) })).filter(row => row.qty > 0)
  const same = status ?? rows.at(-1)?.status
  const from = looseAt(dock, same)
  const commands = rows
    .filter(row => row.status === same)
    .map(({ client, item, lot, serial, qty }): Gather => {
      const goods = { client, item, lot, serial, qty, ...(document === null ? {} : { document }) }
      return { type: 'move', process: 'receive', label, ...goods, task: null, line: null, from, to: { ...from, lpn } }
    })
  const stays = rows.filter(row => row.status !== same)
  const along = commands.reduce((sum, move) => sum + move.qty, 0)
  return { commands, loose: stays, left: beyond + loose.reduce((sum, row) => sum + row.qty, 0) - along }
}

/** Lines of the delivery as they are when what was counted loose counts on the pallet. */
const countedWith = (view: View, document: DocumentId, lpn: LpnId, moves: readonly Gather[]): readonly Line[] => {
  let lines = view.linesOf(document)
  for (const move of moves) {
    const changed = new Map(countedOnto(lines, move, lpn).map(line => [line.id, line]))
    lines = lines.map(line => changed.get(line.id) ?? line)
  }
  return lines.filter(line => line.lpn === lpn && line.state !== 'cancelled')
}

/**
 * Policy `trust`: one scan receives everything that was announced on the pallet and is not here yet. Null = nothing was
 * announced on it. What cannot be believed as it was announced is scanned by hand, with the pallet open; so is the rest of
 * goods that were counted loose before their label was read: whoever has begun to count them goes on.
 */
const believed = (
  state: ReceiveState,
  pallet: Pallet,
  client: ClientId,
  together: Together,
  scan: string,
  view: View,
  moment: Moment,
): ReceiveNext | null => {
  const { document, dock } = state
  const { lpn, label } = pallet
  if (document === null || dock === null || announcedOn(view, document, lpn).length === 0) return null
  if (state.pallet?.id === lpn && announcedOn(view, document, lpn).some(line => restOf(line) > 0)) return null
  const open = countedWith(view, document, lpn, together.commands).filter(line => restOf(line) > 0)
  if (open.length === 0 && state.loose.length > 0) return null
  if (open.length === 0) return stay(state, 'dup', 'dup', { scanned: label })
  const { commands, left, taken } = announcedIn(
    state,
    { document, dock, pallet, client },
    open,
    together,
    scan,
    moment,
    view,
  )
  const photos = commands.some(command => command.type === 'receive') ? [] : state.photos
  const next: ReceiveState = { ...state, last: null, hand: null, photos, loose: together.loose, beyond: 0 }
  // Received whole it is closed, whatever stays loose: what comes next is none of it.
  const after: ReceiveState = { ...next, pallet: left > 0 ? { id: lpn, label } : null }
  if (together.left > 0) return go(after, 'warn', 'rcv.looseLeft', { lpn: label, n: together.left }, commands)
  if (left > 0) return go(after, 'warn', 'rcv.asnPart', { lpn: label, n: left }, commands)
  return go(after, 'done', 'rcv.asnDone', { lpn: label, n: taken }, commands)
}

type At = { document: DocumentId; dock: LocationId; pallet: Pallet; client: ClientId }

/** What is received of these lines as it was announced, and how much of them is left to be scanned. */
const announcedIn = (
  state: ReceiveState,
  { document, dock, pallet, client }: At,
  open: readonly Line[],
  together: Together,
  scan: string,
  moment: Moment,
  view: View,
): { commands: readonly Draft[]; left: number; taken: number } => {
  const { lpn, label } = pallet
  const counted = new Set(state.loose.map(row => row.item))
  const commands: Draft[] = [...together.commands]
  let standing = together.commands[0]?.to.status ?? view.stockOn(lpn).find(row => row.onHand > 0)?.status ?? null
  let left = 0
  let taken = together.commands.reduce((sum, move) => sum + move.qty, 0)
  let { photos } = state
  for (const line of open) {
    const item = view.item(line.item)
    const qty = restOf(line)
    const status = item === undefined ? null : statusAtDock(view, item)
    const isCounted = counted.has(line.item) || state.beyond > 0
    const mayStand = (standing === null || standing === status) && !isCounted
    if (item === undefined || status === null || !mayStand || !isBelievable(view, item, line, moment.today)) {
      left += qty
      continue
    }
    standing = status
    taken += qty
    const to = { location: dock, lpn, status }
    const { lot = null, expiry = null } = line
    const goods = { client, item: item.id, lot: item.tracking.lot ? (lot ?? '') : '', serial: '', document, expiry }
    const entered = { n: qty, packaging: null }
    commands.push({ type: 'receive', label, ...goods, blind: false, to, qty, entered, scan, ...photosIn(photos) })
    photos = []
  }
  return { commands, left, taken }
}

/** CLOSE: what follows stands loose. An announced pallet that is to be checked and lacks something takes CLOSE twice. */
export const closePallet = (state: ReceiveState, view: View, moment: Moment): ReceiveNext => {
  const { pallet, document, client } = state
  if (pallet === null) return stay(state, 'wrong', 'no.key')
  const lines = client !== null && asnTrustOf(view, client) !== 'off' ? announcedOn(view, document, pallet.id) : []
  const rest = lines.reduce((sum, line) => sum + restOf(line), 0)
  if (rest > 0 && !confirmed(state, 'XCCLS', moment.monoMs, 'ask.lpnRest'))
    return ask(state, 'XCCLS', moment.monoMs, 'ask.lpnRest', { n: rest, lpn: pallet.label })
  return go({ ...state, pallet: null, last: null }, 'ok', 'rcv.lpnClosed', { lpn: pallet.label })
}

/** Why goods of this status may not be put onto the open pallet, or not stand without one; null = they may. */
export const palletTrouble = (state: ReceiveState, item: Item, status: StockStatus, view: View): ReceiveNext | null => {
  const { pallet, dock } = state
  if (state.aside !== null) return null
  if (pallet === null)
    return policyFor(view.policies, item.client).receive.lpnRequired ? stay(state, 'wrong', 'rcv.lpnFirst') : null
  const known = view.lpn(pallet.id)
  const rows = view.stockOn(pallet.id).filter(row => row.onHand > 0)
  if ((known !== undefined && known.client !== item.client) || rows.some(row => row.client !== item.client))
    return stay(state, 'wrong', 'other.client')
  const away = rows.find(row => row.location !== dock)
  if (away !== undefined)
    return stay(state, 'wrong', 'rcv.lpnElsewhere', {
      lpn: pallet.label,
      place: view.location(away.location)?.code ?? '',
    })
  return rows.some(row => row.status !== status) ? stay(state, 'wrong', 'rcv.lpnMixed', { lpn: pallet.label }) : null
}

/** The rows that a later label may still gather, so that the state does not grow without end; of others the pieces are counted. */
const MOST_LOOSE = 100

export const withLoose = (
  { loose, beyond }: Pick<ReceiveState, 'loose' | 'beyond'>,
  row: Loose,
): Pick<ReceiveState, 'loose' | 'beyond'> => {
  const isSame = (one: Loose): boolean =>
    one.item === row.item && one.lot === row.lot && one.serial === row.serial && one.status === row.status
  const before = loose.find(isSame)
  const all = [...loose.filter(one => one !== before), { ...row, qty: row.qty + (before?.qty ?? 0) }]
  const [oldest] = all
  return all.length > MOST_LOOSE && oldest !== undefined
    ? { loose: all.slice(1), beyond: beyond + oldest.qty }
    : { loose: all, beyond }
}

export const lpnOf = ({ pallet, aside }: ReceiveState): LpnId => (aside === null && pallet ? pallet.id : NO_LPN)
