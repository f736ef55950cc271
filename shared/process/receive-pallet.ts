import type { Item } from '../catalogue.ts'
import type { ClientId, LpnId } from '../ids.ts'
import { NO_LPN } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockStatus } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { photosIn } from './photo.ts'
import type { Moment } from './process.ts'
import { announcedOn, asnTrustOf, isBelievable, restOf } from './receive-asn.ts'
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
  const { lpn, label, known } = pallet
  const { client, dock } = state
  if (dock === null) return stay(state, 'wrong', 'rcv.noDock')
  const rows = view.stockOn(lpn).filter(row => row.onHand > 0)
  if (client !== null && [known, ...rows.map(row => row.client)].some(owner => owner !== null && owner !== client))
    return stay(state, 'wrong', 'other.client')
  const away = rows.find(row => row.location !== dock)
  if (away !== undefined)
    return stay(state, 'wrong', 'rcv.lpnElsewhere', { lpn: label, place: view.location(away.location)?.code ?? '' })
  if (rows.some(row => row.status === 'damaged' || row.status === 'blocked'))
    return stay(state, 'wrong', 'rcv.lpnMixed', { lpn: label })
  if (client !== null && asnTrustOf(view, client) === 'trust') {
    const taken = believed(state, pallet, client, resolved, view, moment)
    if (taken !== null) return taken
  }
  if (state.pallet?.id === lpn) return go(state, 'ok', 'rcv.onPallet', { lpn: label })
  const code = resolved.scan.text
  const isKnown = view.lpn(lpn) !== undefined || announcedOn(view, state.document, lpn).length > 0
  if (!isKnown && !confirmed(state, code, moment.monoMs))
    return ask(state, code, moment.monoMs, 'ask.newLpn', { lpn: label })
  const { commands, loose } = gathered(state, pallet, rows[0]?.status ?? null, view)
  return go({ ...state, pallet: { id: lpn, label }, last: null, loose }, 'ok', 'rcv.onPallet', { lpn: label }, commands)
}

/** Loose goods of one status go along; what may not stand beside them stays where it is. */
const gathered = (
  { loose, dock }: ReceiveState,
  { lpn, label }: Pallet,
  status: StockStatus | null,
  view: View,
): { commands: readonly Draft[]; loose: readonly Loose[] } => {
  const same = status ?? loose.at(-1)?.status
  const commands: Draft[] = []
  if (dock === null) return { commands, loose }
  for (const row of loose.filter(one => one.status === same)) {
    const { client, item, lot, serial } = row
    const from = looseAt(dock, row.status)
    const qty = Math.min(row.qty, view.stock(keyOf({ client, item, lot, serial, ...from })).onHand)
    const goods = { client, item, lot, serial, task: null, line: null, from, to: { ...from, lpn }, qty }
    if (qty > 0) commands.push({ type: 'move', process: 'receive', label, ...goods })
  }
  return { commands, loose: loose.filter(one => one.status !== same) }
}

/**
 * Policy `trust`: one scan receives everything that was announced on the pallet and is not here yet. Null = nothing was
 * announced on it. What cannot be believed as it was announced is scanned by hand, with the pallet open.
 */
const believed = (
  state: ReceiveState,
  { lpn, label }: Pallet,
  client: ClientId,
  resolved: Resolved,
  view: View,
  moment: Moment,
): ReceiveNext | null => {
  const lines = announcedOn(view, state.document, lpn)
  const { document, dock } = state
  if (lines.length === 0 || document === null || dock === null) return null
  const open = lines.filter(line => restOf(line) > 0)
  if (open.length === 0) return stay(state, 'dup', 'dup', { scanned: label })
  if (state.pallet?.id === lpn) return null
  const commands: Draft[] = []
  let standing: StockStatus | null = view.stockOn(lpn).find(row => row.onHand > 0)?.status ?? null
  let left = 0
  let taken = 0
  for (const line of open) {
    const item = view.item(line.item)
    const qty = restOf(line)
    const status = item === undefined ? null : statusAtDock(view, item)
    const mayStand = standing === null || standing === status
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
    const photos = photosIn(commands.length === 0 ? state.photos : [])
    const scan = resolved.scan.raw
    commands.push({ type: 'receive', label, ...goods, blind: false, to, qty, entered, scan, ...photos })
  }
  const photos = commands.length === 0 ? state.photos : []
  const next: ReceiveState = { ...state, last: null, hand: null, photos }
  if (left > 0)
    return go({ ...next, pallet: { id: lpn, label } }, 'warn', 'rcv.asnPart', { lpn: label, n: left }, commands)
  return go({ ...next, pallet: null }, 'done', 'rcv.asnDone', { lpn: label, n: taken }, commands)
}

/** CLOSE: what follows stands loose. An announced pallet that is to be checked and lacks something takes CLOSE twice. */
export const closePallet = (state: ReceiveState, view: View, moment: Moment): ReceiveNext => {
  const { pallet, document, client } = state
  if (pallet === null) return stay(state, 'wrong', 'no.key')
  const lines = client !== null && asnTrustOf(view, client) !== 'off' ? announcedOn(view, document, pallet.id) : []
  const rest = lines.reduce((sum, line) => sum + restOf(line), 0)
  if (rest > 0 && !confirmed(state, 'XCCLS', moment.monoMs))
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

/** The rows that a later label may still gather. An old one is forgotten rather than that the state grows without end. */
const MOST_LOOSE = 100

export const withLoose = (loose: readonly Loose[], row: Loose): readonly Loose[] => {
  const isSame = (one: Loose): boolean =>
    one.item === row.item && one.lot === row.lot && one.serial === row.serial && one.status === row.status
  const before = loose.find(isSame)
  const rest = loose.filter(one => one !== before)
  return [...rest, { ...row, qty: row.qty + (before?.qty ?? 0) }].slice(-MOST_LOOSE)
}

export const lpnOf = ({ pallet, aside }: ReceiveState): LpnId => (aside === null && pallet ? pallet.id : NO_LPN)
