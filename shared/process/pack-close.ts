import type { Document } from '../catalogue.ts'
import type { LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { mayDo } from '../roles.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { boxed, cartonsOf, FRESH, orderOf, orderOfBox, ordersIn, packedFrom, sumOf, waiting } from './pack-state.ts'
import type { Packing, PackNext, PackState } from './pack-state.ts'
import { inBox } from './pack-open.ts'
import type { Moment } from './process.ts'
import { isMark } from './readings.ts'

/** A4: the open box is full. Weight and tracking are asked for as the policy and the carrier want them. */
export const stepClose = (state: PackState, view: View): PackNext => {
  const { carton } = state
  const document = orderOfBox(state, view)
  if (document === undefined || carton === null) return stay(state, 'wrong', 'pack.box')
  if (!view.stockAt(carton).some(row => row.onHand > 0)) return stay(state, 'wrong', 'pack.empty')
  return policyFor(view.policies, document.client).pack.weight === 'none'
    ? withWeight(state, null, document, view)
    : go({ ...state, at: 'weight', weightG: null }, 'ok', 'pack.weight')
}

/** Grams from the scale or the keypad; far from what the goods should weigh is questioned. */
export const stepWeight = (state: PackState, grams: number | null, view: View, moment: Moment): PackNext => {
  const document = orderOfBox(state, view)
  if (document === undefined) return go(FRESH, 'ok', 'pack.start')
  const { weight, weightTolerancePct } = policyFor(view.policies, document.client).pack
  if (grams === null)
    return weight === 'required' ? stay(state, 'wrong', 'pack.weight') : withWeight(state, null, document, view)
  if (!Number.isSafeInteger(grams) || grams < 0 || grams > 10_000_000) return stay(state, 'wrong', 'qty.bad')
  const expected = expectedG(state, document, view)
  const isOff = expected !== null && Math.abs(grams - expected) * 100 > expected * weightTolerancePct
  if (isOff && !confirmed(state, `${grams}`, moment.monoMs, 'ask.weight'))
    return ask(state, `${grams}`, moment.monoMs, 'ask.weight', { n: grams, wanted: expected })
  return withWeight(state, grams, document, view)
}

/** Null where the weight of any of the goods is not known. */
const expectedG = ({ carton }: PackState, document: Document, view: View): number | null => {
  const box = carton === null ? undefined : view.location(carton)
  const types = policyFor(view.policies, document.client).pack.cartons
  let sum = types.find(type => type.name === box?.carton?.type)?.emptyG ?? 0
  for (const row of carton === null ? [] : view.stockAt(carton)) {
    const weight = view.item(row.item)?.weightG ?? null
    if (weight === null) return null
    sum += weight * row.onHand
  }
  return sum
}

const needsTracking = (document: Document, view: View): boolean => {
  const { tracking, carriers } = policyFor(view.policies, document.client).pack
  if (tracking !== 'byCarrier') return tracking === 'required'
  return carriers.some(carrier => carrier.name === document.carrier && carrier.tracking)
}

const withWeight = (state: PackState, grams: number | null, document: Document, view: View): PackNext =>
  needsTracking(document, view)
    ? go({ ...state, at: 'tracking', weightG: grams }, 'ok', 'pack.tracking')
    : closeBox({ ...state, weightG: grams }, null, document, view)

/** A5: the number on the carrier's label: of the carrier's form, and never used before. */
export const stepTracking = (state: PackState, text: string, view: View): PackNext => {
  const document = orderOfBox(state, view)
  if (document === undefined) return go(FRESH, 'ok', 'pack.start')
  const carrier = policyFor(view.policies, document.client).pack.carriers.find(one => one.name === document.carrier)
  const isOdd = text.length < 6 || text.length > 80 || /\p{Cc}/u.test(text)
  if (isOdd || (carrier !== undefined && !text.startsWith(carrier.prefix)))
    return stay(state, 'wrong', 'pack.trackingBad', { scanned: text })
  for (const place of view.locations())
    if (place.carton?.tracking === text && place.id !== state.carton) return stay(state, 'dup', 'dup')
  return closeBox(state, text, document, view)
}

/** Nobody measures a box: its type says how large it is. */
const sizeOf = (carton: LocationId, { client }: Document, view: View) => {
  const type = view.location(carton)?.carton?.type ?? null
  return policyFor(view.policies, client).pack.cartons.find(one => one.name === type)?.size ?? null
}

const closeBox = (state: PackState, tracking: string | null, document: Document, view: View): PackNext => {
  const { carton, weightG } = state
  if (carton === null) return stay(state, 'wrong', 'pack.box')
  const left = sumOf(waiting(view, document.id))
  // In a shared tote the next unit opens the next box by the way.
  const next: PackState = {
    ...state,
    carton: null,
    weightG: null,
    at: left > 0 && state.tote === null ? 'carton' : 'verify',
  }
  const code = view.location(carton)?.code ?? ''
  const size = sizeOf(carton, document, view)
  return go(next, 'done', left > 0 ? 'pack.closed' : 'pack.allClosed', { carton: code, left }, [
    { type: 'carton.close', client: document.client, document: document.id, carton, weightG, size, tracking },
  ])
}

/** PRINT AGAIN: the carrier's label of the box that was closed last. */
export const stepPrint = (state: PackState, view: View): PackNext => {
  const document = orderOf(state, view)
  const box = document && cartonsOf(view, document.id).findLast(one => one.carton?.closed === true)
  if (document === undefined || box === undefined) return stay(state, 'wrong', 'pack.printNone')
  return go(state, 'ok', 'pack.print', { carton: box.code }, [
    { type: 'carton.print', client: document.client, document: document.id, carton: box.id },
  ])
}

/** A6: DONE: everything is packed and every box is closed; a rest only by SHIP SHORT, which is a supervisor's. */
export const stepDone = (state: PackState, isShort: boolean, view: View, moment: Moment): PackNext => {
  const document = orderOf(state, view)
  if (document === undefined) return stay(state, 'wrong', 'pack.start')
  const unsorted = state.tote === null ? 0 : sumOf(sorting(view, state.tote))
  if (unsorted > 0) return stay(state, 'wrong', 'pack.rest', { n: unsorted })
  const open = cartonsOf(view, document.id).find(box => box.carton?.closed === false)
  if (open !== undefined && view.stockAt(open.id).length > 0) return stepClose({ ...state, carton: open.id }, view)
  if (boxed(view, document.id).length === 0) return stay(state, 'wrong', 'pack.empty')
  const isPicking = view.linesOf(document.id).some(line => line.state === 'open')
  const left = sumOf(waiting(view, document.id))
  if (isShort && !mayDo(moment.worker.roles, ['supervisor']))
    return stay(state, 'wrong', 'role', { role: 'supervisor' })
  if (!isShort && (left > 0 || isPicking)) return stay(state, 'wrong', 'pack.rest', { n: left })
  const command: Draft = {
    type: 'close',
    process: 'pack',
    client: document.client,
    task: view.taskOf(document.id, 'pack')?.id ?? null,
    document: document.id,
    place: null,
    ...(isShort ? { reason: 'SHIP_SHORT' } : {}),
  }
  const more = state.tote === null ? [] : packedFrom(view, state.tote).filter(({ id }) => id !== document.id)
  const next: PackState = more.length === 0 ? { ...FRESH, key: state.key } : { ...state, carton: null }
  return {
    ...go(next, 'done', 'pack.ready', { no: document.number }, [command]),
    finished: more.length === 0,
  }
}

/** What orders still want of a shared tote. */
const sorting = (view: View, tote: LocationId): readonly Packing[] =>
  ordersIn(view, tote).flatMap(({ id }) => waiting(view, id).filter(({ claim }) => claim.location === tote))

/** Lines whose goods the tote should hold, for MISSING: one tile each. */
export const missable = (state: PackState, view: View): readonly Packing[] => {
  const document = orderOf(state, view)
  return document === undefined ? [] : waiting(view, document.id).slice(0, 9)
}

/** MISSING: what the tote lacks is in doubt from now on, and its line is picked again from elsewhere. */
export const stepMissing = (state: PackState, n: number, view: View): PackNext => {
  const row = missable(state, view)[n - 1]
  if (row === undefined) return stay(state, 'wrong', 'no.key')
  const { line, claim } = row
  const { location, lpn, status, lot, serial } = claim
  const item = view.item(line.item)?.name ?? ''
  return go(inBox({ ...state, mode: 'pack' }, view), 'warn', 'pack.missing', { item, n: claim.qty }, [
    {
      type: 'short',
      process: 'pack',
      client: line.client,
      item: line.item,
      lot,
      serial,
      task: view.taskOf(line.document)?.id ?? null,
      document: line.document,
      line: line.id,
      from: { location, lpn, status },
      reason: 'MISSING',
    },
  ])
}

export const isWeight = (text: string): boolean => isMark(text) && /^\d{1,8}$/.test(text)
