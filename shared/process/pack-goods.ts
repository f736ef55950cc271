import type { Item, Location } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { go, stay } from './answer.ts'
import { openDraft } from './pack-open.ts'
import { boxed, orderOf, orderOfBox, ordersIn, packedFrom, sumOf, waiting } from './pack-state.ts'
import type { Packing, PackHand, PackNext, PackState } from './pack-state.ts'
import { amountOf, isMark, itemsIn, mistaken } from './readings.ts'

/** A2: goods into the open box, or what the mode says. */
export const stepVerify = (state: PackState, resolved: Resolved, view: View): PackNext => {
  const document = orderOf(state, view)
  const box = resolved.readings.find(r => r.kind === 'carton')
  if (box?.kind === 'carton') return otherBox(state, box.location, view)
  const hits = itemsIn(resolved)
  if (document === undefined || hits.length === 0) return mistaken(state, resolved, 'item')
  const mine = hits.filter(hit => hit.client === document.client)
  const [hit] = mine
  if (hit === undefined) return stay(state, 'wrong', 'other.client')
  if (new Set(mine.map(one => `${one.item}/${one.packaging}`)).size > 1) return stay(state, 'unknown', 'many')
  const item = view.item(hit.item)
  const amount = item === undefined ? null : amountOf(item, hit, resolved.fields)
  if (item === undefined || amount === null) return stay(state, 'wrong', 'qty.bad')
  const { lot = '', serial = '' } = resolved.fields
  const hand: PackHand = { item: item.id, ...amount, lot, serial, raw: resolved.scan.raw }
  return state.mode === 'extra' ? extra(state, hand, item, view) : identified(state, hand, item, view)
}

const otherBox = (state: PackState, id: LocationId, view: View): PackNext => {
  const box = view.location(id)
  const orders =
    state.tote === null ? [orderOf(state, view)] : [...ordersIn(view, state.tote), ...packedFrom(view, state.tote)]
  if (!orders.some(order => order?.id === box?.carton?.document) || box?.carton?.shipped === true)
    return stay(state, 'wrong', 'pack.cartonOther', { carton: box?.code ?? '' })
  return go({ ...state, carton: id }, 'ok', 'pack.inBox', { carton: box?.code ?? '' })
}

/** Rows of the order that the goods can come from: totes, or when unpacking the open box. */
const rowsFor = (state: PackState, view: View): Packing[] => {
  if (state.tote !== null && state.mode !== 'unpack') {
    const { tote } = state
    return ordersIn(view, tote).flatMap(order => waiting(view, order.id).filter(({ claim }) => claim.location === tote))
  }
  const document = orderOfBox(state, view)
  if (document === undefined) return []
  return state.mode === 'unpack'
    ? boxed(view, document.id).filter(({ claim }) => claim.location === state.carton)
    : waiting(view, document.id)
}

/** The answer to "Scan the lot" or "Scan the serial". */
export const stepMark = (state: PackState, text: string, resolved: Resolved | null, view: View): PackNext => {
  const item = state.hand === null ? undefined : view.item(state.hand.item)
  if (state.hand === null || item === undefined) return go({ ...state, at: 'verify' }, 'ok', 'pack.item')
  const kind = state.at === 'lot' ? 'lot' : 'serial'
  const mark = resolved?.fields[kind] ?? text
  if (!isMark(mark)) return stay(state, 'wrong', 'label.bad', { scanned: mark })
  // A code that means something else is no lot or serial, unless it is one that waits here.
  const isOther = resolved !== null && resolved.fields[kind] === undefined && resolved.readings.length > 0
  const isKnown = rowsFor(state, view).some(({ line, claim }) => line.item === item.id && claim[kind] === mark)
  if (isOther && !isKnown) return mistaken(state, resolved, kind)
  const hand = { ...state.hand, [kind]: mark }
  return state.mode === 'extra' ? extra(state, hand, item, view) : identified(state, hand, item, view)
}

const identified = (state: PackState, hand: PackHand, item: Item, view: View): PackNext => {
  const all = rowsFor(state, view).filter(({ line }) => line.item === item.id)
  if (all.length === 0) {
    const order = orderOfBox(state, view)
    const done = order === undefined ? [] : boxed(view, order.id).filter(({ line }) => line.item === item.id)
    return done.length > 0
      ? stay(state, 'wrong', 'over', { have: sumOf(done), wanted: sumOf(done), unit: item.unit })
      : stay(state, 'wrong', 'pack.notInOrder')
  }
  const inSerial = hand.serial === '' ? all : all.filter(({ claim }) => claim.serial === hand.serial)
  const fits = hand.lot === '' ? inSerial : inSerial.filter(({ claim }) => claim.lot === hand.lot)
  if (fits.length === 0)
    return hand.serial === ''
      ? stay(state, 'wrong', 'wrong.lot', { scanned: hand.lot, wanted: all[0]?.claim.lot ?? '' })
      : stay(
          state,
          packedSerial(state, hand, view) ? 'dup' : 'wrong',
          packedSerial(state, hand, view) ? 'dup' : 'wrong.serial',
          {
            scanned: hand.serial,
            wanted: all[0]?.claim.serial ?? '',
          },
        )
  if (new Set(fits.map(({ claim }) => claim.lot)).size > 1)
    return go({ ...state, at: 'lot', hand }, 'ok', 'scan.lot', { item: item.name })
  if (new Set(fits.map(({ claim }) => claim.serial)).size > 1)
    return go({ ...state, at: 'serial', hand }, 'ok', 'scan.serial', { item: item.name })
  return booked(state, hand, item, fits, view)
}

const packedSerial = (state: PackState, hand: PackHand, view: View): boolean => {
  const order = orderOfBox(state, view)
  const done = order === undefined ? [] : boxed(view, order.id)
  return done.some(({ line, claim }) => line.item === hand.item && claim.serial === hand.serial)
}

/** One scan may take from several lines and totes; never more than waits there. */
const booked = (state: PackState, hand: PackHand, item: Item, rows: readonly Packing[], view: View): PackNext => {
  const there = sumOf(rows)
  const [first] = rows
  const trusts = policyFor(view.policies, item.client).pack.verify !== 'each' && state.mode === 'pack'
  const qty = trusts ? Math.max(hand.qty, sumOf(rows.filter(row => row.line.id === first?.line.id))) : hand.qty
  if (qty > there) return stay(state, 'wrong', 'over', { have: there, wanted: there, unit: item.unit })
  const commands: Draft[] = []
  let rest = qty
  for (const row of rows) {
    const n = Math.min(rest, row.claim.qty)
    if (n === 0) break
    rest -= n
    const drafts = draftsOf(state, hand, row, n, view)
    if (drafts === null) return stay(state, 'wrong', state.mode === 'damaged' ? 'pack.noAside' : 'pack.noTote')
    commands.push(...drafts)
  }
  const order = first === undefined ? undefined : view.document(first.line.document)
  const left = sumOf(rowsFor(state, view)) - qty
  const last = commands.findLast(draft => draft.type === 'pack')
  const box = state.tote !== null && state.mode === 'pack' && last !== undefined ? last.to.location : null
  const next: PackState = { ...state, at: 'verify', mode: 'pack', hand: null, carton: box ?? state.carton }
  const label = box === null ? '' : (view.location(box)?.code ?? freshLabel(commands))
  const said = { pack: 'pack.got', unpack: 'pack.out', damaged: 'pack.aside', extra: 'pack.aside' } as const
  return go(
    next,
    left === 0 && state.mode === 'pack' ? 'done' : 'ok',
    box === null ? said[state.mode] : 'pack.sorted',
    {
      item: item.name,
      n: qty,
      left,
      no: order?.number ?? '',
      carton: label,
    },
    commands,
  )
}

/** Of a box that is opened by the way. */
const freshLabel = (drafts: readonly Draft[]): string =>
  drafts.findLast(draft => draft.type === 'carton.open')?.label ?? ''

const draftsOf = (
  state: PackState,
  hand: PackHand,
  { line, claim }: Packing,
  qty: number,
  view: View,
): readonly Draft[] | null => {
  const { location, lpn, status, lot, serial } = claim
  const from = { location, lpn, status }
  const goods = { client: line.client, item: line.item, lot, serial }
  const entered = { n: hand.packaging === null ? qty : hand.n, packaging: hand.packaging }
  const body = { ...goods, qty, entered, scan: hand.raw, from }
  if (state.mode === 'damaged') {
    const aside = asideOf(view)
    if (aside === null) return null
    const to = { location: aside, lpn: NO_LPN, status: 'damaged' as const }
    return [{ type: 'move', process: 'pack', task: null, line: line.id, ...body, to, reason: 'DAMAGED' }]
  }
  const document = view.document(line.document)
  const open = state.mode === 'unpack' ? toteOf(view, line.document) : boxFor(state, line.document, view)
  // In a shared tote the next unit may be the first of its order: its box is opened by the way.
  const fresh = open === null && document !== undefined && state.mode === 'pack' ? openDraft(view, document) : null
  const goal = open ?? fresh?.carton ?? null
  if (goal === null) return null
  const to = { location: goal, lpn: NO_LPN, status: 'available' as const }
  const pack: Draft = { type: 'pack', document: line.document, line: line.id, ...body, to }
  return fresh === null ? [pack] : [fresh, pack]
}

/** In a shared tote every order has a box of its own; the prompt names it. */
const boxFor = (state: PackState, document: Packing['line']['document'], view: View): LocationId | null => {
  const open = state.carton === null ? undefined : view.location(state.carton)
  if (open?.carton?.document === document && !open.carton.closed) return open.id
  if (state.tote === null) return open?.id ?? null
  const others = [...view.locations()].filter(place => place.carton?.document === document && !place.carton.closed)
  return others[0]?.id ?? null
}

export const asideOf = (view: View): LocationId | null =>
  [...view.locations()].find((place: Location) => place.kind === 'aside' && place.active)?.id ?? null

const toteOf = (view: View, document: Packing['line']['document']): LocationId | null =>
  view.taskOf(document)?.tote ?? null

const extra = (state: PackState, hand: PackHand, item: Item, view: View): PackNext => {
  const aside = asideOf(view)
  if (aside === null) return stay(state, 'wrong', 'pack.noAside')
  if (item.tracking.lot && hand.lot === '')
    return go({ ...state, at: 'lot', hand }, 'ok', 'scan.lot', { item: item.name })
  const { lot, serial, qty, raw } = hand
  return go({ ...state, at: 'verify', mode: 'pack', hand: null }, 'warn', 'pack.aside', { item: item.name, n: qty }, [
    {
      type: 'extra',
      process: 'pack',
      client: item.client,
      item: item.id,
      lot,
      serial,
      document: state.document,
      to: { location: aside, lpn: NO_LPN, status: 'blocked' },
      qty,
      scan: raw,
    },
  ])
}
