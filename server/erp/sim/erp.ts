import type * as v from 'valibot'
import { makeBooks } from './books.ts'
import { makeCounts } from './counts.ts'
import { makeDocuments } from './documents.ts'
import { PROFILES } from './profile.ts'
import type { Profile } from './profile.ts'
import { known, SimRefusal } from './refusal.ts'
import { makeShipping } from './shipping.ts'
import { makeWebhooks } from './webhooks.ts'
import type { SimDocument, SimDraft, SimItem, SimOrder, SimState } from './state.ts'
import type { postBody } from './wire.ts'

export type PostOptions = v.InferOutput<typeof postBody>
/** A person in the ERP has seen every question. */
const BY_HAND: PostOptions = { backorder: true, accept: ['no_origin'] }

/** What every ERP has: every write is whole, it changes the state once or throws and changes nothing. */
export const makeErp = (state: SimState, now: () => string, profile: Profile = PROFILES.plain) => {
  const books = makeBooks(state, now, profile)
  const { tick } = books
  const stamp = () => ({ changed: tick(), at: now(), childAt: now() })
  const item = (id: string): SimItem => known(state.items, id, 'item')
  const order = (id: string): SimOrder => known(state.orders, id, 'order')
  /** A change of a child; whether the header shows it is the profile's affair. */
  const touched = <T extends { at: string }>(header: T): T & { changed: number } => {
    const stamped = stamp()
    return { ...header, ...stamped, at: profile.quietHeaders ? header.at : stamped.at }
  }
  const hooks = makeWebhooks(profile, () => Date.parse(now()))
  const putItem = (made: SimItem): SimItem => {
    hooks.note('item', made)
    return (state.items[made.id] = made)
  }
  const changeOrder = (id: string, change: Partial<SimOrder>): SimOrder =>
    (state.orders[id] = { ...order(id), ...change, ...stamp() })
  /** An order learns what came or went; it closes when nothing is left, or when the rest will not come. */
  const deliver = (of: SimDocument, backorder: boolean): void => {
    if (of.order === null) return
    const before = order(of.order)
    const left = new Map<string, number>()
    if (of.type !== 'return')
      for (const line of of.lines) left.set(line.item, (left.get(line.item) ?? 0) + line.quantity)
    const lines = before.lines.map(line => {
      const n = Math.min(left.get(line.item) ?? 0, Math.max(0, line.quantity - line.done))
      left.set(line.item, (left.get(line.item) ?? 0) - n)
      return { ...line, done: line.done + n }
    })
    const isWhole = lines.every(line => line.done >= line.quantity)
    const ended = of.type === 'shipment' && !backorder
    const exception = profile.leavesException && ended && !isWhole ? { exception: true } : {}
    const over = isWhole || (ended && !profile.leavesException)
    state.orders[before.id] = { ...touched(before), lines, state: over ? 'closed' : before.state, ...exception }
  }
  const documents = makeDocuments({ state, now, profile, books, item, order, deliver })
  return {
    state,
    profile,
    now,
    item,
    order,
    ...books,
    ...documents,
    ...makeShipping({ state, profile, order, stamp }),
    hooks,
    ...makeCounts(profile, books),
    changeItem: (id: string, change: Partial<SimItem>): SimItem => putItem({ ...item(id), ...change, ...stamp() }),
    addBarcode: (id: string, code: string): SimItem =>
      putItem({ ...touched(item(id)), barcodes: [...item(id).barcodes, code] }),
    addItem: (made: Omit<SimItem, 'changed' | 'at' | 'childAt'>): SimItem => putItem({ ...made, ...stamp() }),
    addOrder: (draft: Omit<SimOrder, 'changed' | 'at' | 'childAt' | 'state' | 'id'>): SimOrder => {
      if (Object.values(state.orders).some(other => other.number === draft.number))
        throw new SimRefusal(409, `order ${draft.number} exists`)
      for (const line of draft.lines) item(line.item)
      const stamped = stamp()
      const made: SimOrder = { ...draft, id: `${draft.kind},${stamped.changed}`, state: 'open', ...stamped }
      return (state.orders[made.id] = made)
    },
    changeOrder,
    cancelOrder: (id: string): SimOrder => changeOrder(id, { state: 'cancelled' }),
    /** A person in the ERP does it, with no key of ours. */
    byHand: (type: SimDraft['type'], lines: SimDraft['lines'], of: string | null = null): SimDocument => {
      const head = { key: '', type, client: '', order: of, tracking: [], reason: null, changeFrom: null }
      return documents.post(documents.draft({ ...head, lines, number: `H-${tick()}` }).id, BY_HAND)
    },
  }
}
export type SimErp = ReturnType<typeof makeErp>
