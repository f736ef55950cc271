import type { Item } from '../catalogue.ts'
import { looseAt } from '../ledger/world.ts'
import type { StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { isQuantity } from '../quantity.ts'
import { mayDo } from '../roles.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import type { MessageKey } from './message.ts'
import { photosIn } from './photo.ts'
import type { Moment } from './process.ts'
import { amountOf, itemsIn, mistaken } from './readings.ts'
import { tooMany } from './receive-book.ts'
import { limitOf } from './receive-limit.ts'
import type { Aside, Hand, ReceiveNext, ReceiveState } from './receive-state.ts'
import { statusAtDock } from './receive-status.ts'

export const ASIDE_KEYS: Readonly<Record<string, Aside>> = { XCDMG: 'damaged', XCREJ: 'reject', XCASK: 'ask' }
export const ASIDE_ASKS = {
  damaged: 'rcv.scanDamaged',
  reject: 'rcv.scanReject',
  ask: 'rcv.scanAsk',
} as const satisfies Record<Aside, MessageKey>

const DAMAGED_REASONS = ['DAMAGED', 'EXPIRED', 'DEFECT', 'OTHER'] as const
const REJECT_REASONS = ['DAMAGED', 'WRONG_GOODS', 'OVER', 'UNEXPECTED', 'SHORT_LIFE', 'NO_PAPERS', 'OTHER'] as const
export const asideReasons = ({ aside }: ReceiveState) => (aside === 'reject' ? REJECT_REASONS : DAMAGED_REASONS)

/** DAMAGED, REJECT and ASK: the goods that are scanned next are not taken in like the others. */
export const stepAside = (state: ReceiveState, aside: Aside, view: View): ReceiveNext => {
  const isMade = state.document !== null && view.document(state.document) !== undefined
  // A delivery without document is made by the goods that come in; before them there is nothing to refuse them on.
  if (aside === 'reject' && !isMade) return stay(state, 'wrong', 'rcv.nothing')
  return go({ ...state, at: 'aside', aside, hand: null }, 'ok', ASIDE_ASKS[aside])
}

/** Everything about the goods is known; a serial is one piece, of all others it is asked how many. */
export const laidAside = (state: ReceiveState, item: Item): ReceiveNext => {
  const n = state.hand?.qty ?? 0
  return item.tracking.serial && state.aside !== 'ask'
    ? go({ ...state, at: 'reason' }, 'ok', 'why')
    : go({ ...state, at: 'amount' }, 'ok', 'how.many', { item: item.name, n })
}

/** How many: the same goods again add, a number sets, DONE takes what was scanned. */
export const stepAmount = (state: ReceiveState, resolved: Resolved, view: View): ReceiveNext => {
  const { hand } = state
  const hit = itemsIn(resolved).find(one => one.item === hand?.item)
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined || hit === undefined) return mistaken(state, resolved, 'item')
  const amount = amountOf(item, hit, resolved.fields)
  const { lot = hand.lot } = resolved.fields
  if (item.tracking.serial || (item.tracking.lot && lot !== hand.lot)) return mistaken(state, resolved, 'item')
  if (amount === null || !isQuantity(hand.qty + amount.qty)) return stay(state, 'wrong', 'qty.bad')
  const isSame = amount.packaging === hand.packaging
  const more = { qty: hand.qty + amount.qty, n: isSame ? hand.n + amount.n : hand.qty + amount.qty }
  const next: Hand = { ...hand, ...more, packaging: isSame ? hand.packaging : null }
  return go({ ...state, hand: next }, 'ok', 'got.number', { item: item.name, n: next.qty })
}

export const stepAmountNumber = (state: ReceiveState, value: number, view: View, moment: Moment): ReceiveNext => {
  const { hand } = state
  if (!isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  if (hand === null) return stay(state, 'wrong', 'first.item')
  const isPiece = view.item(hand.item)?.tracking.serial === true
  if (isPiece && value !== 1) return stay(state, 'wrong', 'which.serial')
  const set = { ...state, hand: { ...hand, qty: value, n: value, packaging: null } }
  return amountIs(state, set, view, moment)
}

/** The quantity stands: broken and refused goods have a reason, goods for a supervisor are taken after a question. */
export const amountIs = (before: ReceiveState, state: ReceiveState, view: View, moment: Moment): ReceiveNext => {
  const { hand, aside } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined || aside === null) return stay(before, 'wrong', 'first.item')
  if (aside === 'ask') return asked(state, hand, item, view, moment)
  const trouble = aside === 'damaged' ? tooMany(state, item, hand.qty, view) : null
  return trouble ?? go({ ...state, at: 'reason' }, 'ok', 'why')
}

/**
 * ASK: what would be refused stands at the dock with status inspection until a supervisor has decided. A supervisor's own
 * yes takes it like other goods, unless it has expired. More than the delivery may take needs DONE twice.
 */
const asked = (state: ReceiveState, hand: Hand, item: Item, view: View, moment: Moment): ReceiveNext => {
  const { limit, received } = limitOf(view, state.document, item)
  const over = received + hand.qty - limit
  if (over > 0 && !confirmed(state, 'XCDNE', moment.monoMs, 'ask.over'))
    return ask(state, 'XCDNE', moment.monoMs, 'ask.over', { n: over })
  const isExpired = hand.expiry !== null && hand.expiry < moment.today
  const status = mayDo(moment.worker.roles, ['supervisor']) && !isExpired ? statusAtDock(view, item) : 'inspection'
  return taken(state, hand, item, status, over > 0 ? 'OVER' : null)
}

export const stepReason = (state: ReceiveState, n: number, view: View): ReceiveNext => {
  const reason = asideReasons(state)[n - 1]
  const { hand, aside, document } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (reason === undefined || hand === null || item === undefined) return stay(state, 'wrong', 'no.key')
  if (aside !== 'reject') return taken(state, hand, item, 'damaged', reason)
  if (document === null) return stay(state, 'wrong', 'rcv.nothing')
  const { lot, serial, qty, raw } = hand
  const goods = { client: item.client, item: item.id, lot, serial }
  const command: Draft = {
    type: 'reject',
    ...onLabel(state),
    ...goods,
    document,
    qty,
    reason,
    ...photosIn(state.photos),
    scan: raw,
  }
  return go(back(state), 'ok', 'rcv.rejected', { n: qty, item: item.name }, [command])
}

/** The open pallet is the one that they came on: they are a part of what was announced on it. */
const onLabel = ({ pallet }: ReceiveState): { label?: string } => (pallet === null ? {} : { label: pallet.label })

/** Never on the label of good goods, and never gathered by the next one. */
const taken = (
  state: ReceiveState,
  hand: Hand,
  item: Item,
  status: StockStatus,
  reason: string | null,
): ReceiveNext => {
  const { document, dock, blind, aside } = state
  if (document === null || dock === null) return stay(state, 'wrong', 'rcv.noDock')
  const { lot, serial, expiry, qty, n, packaging, raw } = hand
  const command: Draft = {
    type: 'receive',
    ...onLabel(state),
    client: item.client,
    item: item.id,
    lot,
    serial,
    document,
    blind,
    expiry,
    to: looseAt(dock, status),
    qty,
    entered: { n, packaging },
    scan: raw,
    ...(reason === null ? {} : { reason }),
    ...photosIn(state.photos),
  }
  const key = aside === 'ask' ? 'rcv.asked' : 'rcv.damaged'
  return go(back(state), 'ok', key, { n: qty, item: item.name }, [command])
}

const back = (state: ReceiveState): ReceiveState => ({
  ...state,
  at: 'line',
  hand: null,
  last: null,
  aside: null,
  photos: [],
})

/** One step back; nothing of goods that were put aside is booked before their reason. */
export const asideBack = (state: ReceiveState, view: View): ReceiveNext => {
  const { aside, hand } = state
  if (aside === null || state.at === 'aside') return go(back(state), 'ok', 'scan.recv')
  const isPiece = hand !== null && view.item(hand.item)?.tracking.serial === true
  return state.at === 'reason' && !isPiece
    ? go({ ...state, at: 'amount' }, 'ok', 'how.many')
    : go({ ...state, at: 'aside', hand: null }, 'ok', ASIDE_ASKS[aside])
}
