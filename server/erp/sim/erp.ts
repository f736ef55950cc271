import type { SimDocument, SimOrder, SimState } from './state.ts'
import { stockKey } from './state.ts'

export class SimRefusal extends Error {
  readonly status: 404 | 409 | 422
  constructor(status: 404 | 409 | 422, message: string) {
    super(message)
    this.status = status
  }
}

/** What the demo ERP can do. Every write is whole: it changes the state once, or throws a SimRefusal and changes nothing. */
export const makeErp = (state: SimState, now: () => string) => {
  const tick = (): number => (state.clock += 1)
  const item = (id: string) => {
    const found = state.items[id]
    if (!found) throw new SimRefusal(404, `no item ${id}`)
    return found
  }
  const order = (id: string): SimOrder => {
    const found = state.orders[id]
    if (!found) throw new SimRefusal(404, `no order ${id}`)
    return found
  }
  const book = (id: string, lot: string, expiry: string | null, quantity: number, key: string): void => {
    const at = stockKey(id, lot)
    const row = state.stock[at] ?? { item: id, lot, expiry, quantity: 0 }
    state.stock[at] = { ...row, expiry: row.expiry ?? expiry, quantity: row.quantity + quantity }
    state.moves.push({ n: tick(), item: id, lot, quantity, key, at: now() })
  }

  return {
    /** Things changed after `after`, oldest change first. */
    changed: <T extends { changed: number }>(
      all: Record<string, T>,
      after: number,
      limit: number,
    ): { items: T[]; next: number; more: boolean } => {
      const rows = Object.values(all)
        .filter(row => row.changed > after)
        .sort((a, b) => a.changed - b.changed)
      const page = rows.slice(0, limit)
      return { items: page, next: page.at(-1)?.changed ?? after, more: rows.length > page.length }
    },
    renameItem: (id: string, name: string) => {
      state.items[id] = { ...item(id), name, changed: tick() }
      return state.items[id]
    },
    addOrder: (draft: Omit<SimOrder, 'changed' | 'state' | 'id'>): SimOrder => {
      if (Object.values(state.orders).some(known => known.number === draft.number))
        throw new SimRefusal(409, `order ${draft.number} exists`)
      for (const line of draft.lines) item(line.item)
      const changed = tick()
      const made: SimOrder = { ...draft, id: `${draft.kind},${changed}`, state: 'open', changed }
      state.orders[made.id] = made
      return made
    },
    cancelOrder: (id: string): SimOrder => {
      const next: SimOrder = { ...order(id), state: 'cancelled', changed: tick() }
      state.orders[id] = next
      return next
    },
    document: (id: string): SimDocument => {
      const found = state.documents[id]
      if (!found) throw new SimRefusal(404, `no document ${id}`)
      return found
    },
    byKey: (key: string): SimDocument[] => Object.values(state.documents).filter(document => document.key === key),
    /** A draft has no effect on stock. The same key gives the same draft. */
    draft: (made: Omit<SimDocument, 'id' | 'state' | 'postedAt'>): SimDocument => {
      const known = Object.values(state.documents).find(document => document.key === made.key)
      if (known) return known
      for (const line of made.lines) item(line.item)
      if (made.order !== null) order(made.order)
      const document: SimDocument = { ...made, id: `${made.type},${tick()}`, state: 'draft', postedAt: null }
      state.documents[document.id] = document
      return document
    },
    /** The stock effect, once: posting again answers the same and does nothing. */
    post: (id: string): SimDocument => {
      const document = state.documents[id]
      if (!document) throw new SimRefusal(404, `no document ${id}`)
      if (document.state === 'posted') return document
      const sign = document.type === 'shipment' ? -1 : 1
      for (const line of document.lines) book(line.item, line.lot, line.expiry, sign * line.quantity, document.key)
      if (document.order !== null) deliver(order(document.order), document)
      const posted: SimDocument = { ...document, state: 'posted', postedAt: now() }
      state.documents[id] = posted
      return posted
    },
  }

  /** An order learns what came or went; it closes when nothing is left. */
  function deliver(before: SimOrder, document: SimDocument): void {
    const left = new Map<string, number>()
    for (const line of document.lines) left.set(line.item, (left.get(line.item) ?? 0) + line.quantity)
    const lines = before.lines.map(line => {
      const n = Math.min(left.get(line.item) ?? 0, Math.max(0, line.quantity - line.done))
      left.set(line.item, (left.get(line.item) ?? 0) - n)
      return { ...line, done: line.done + n }
    })
    const state_ = lines.every(line => line.done >= line.quantity) ? 'closed' : before.state
    state.orders[before.id] = { ...before, lines, state: state_, changed: tick() }
  }
}
export type SimErp = ReturnType<typeof makeErp>
