import type { SimDocument, SimDraft, SimItem, SimOrder, SimState, SimStock } from './state.ts'
import { stockKey } from './state.ts'

export class SimRefusal extends Error {
  readonly status: 404 | 409 | 422
  constructor(status: 404 | 409 | 422, message: string) {
    super(message)
    this.status = status
  }
}

/** What the sim does besides the bare books; each profile switches its own on. */
export type Rules = {
  negative: 'accepted' | 'refused'
  /** Whether a second document with the same key is the first one, another one, or refused. */
  sameKey: 'same' | 'another' | 'refused'
  /** Whether what is posted on an order raises the order's own change number. */
  childrenTouchHeader: boolean
}
export const PLAIN: Rules = { negative: 'accepted', sameKey: 'same', childrenTouchHeader: true }

/** What every ERP has: every write is whole, it changes the state once or throws a SimRefusal and changes nothing. */
export const makeErp = (state: SimState, now: () => string, rules: Rules = PLAIN) => {
  const byKey = new Map<string, string[]>()
  for (const document of Object.values(state.documents)) remember(byKey, document)
  const tick = (): number => (state.clock += 1)
  const stamp = () => ({ changed: tick(), at: now() })
  const item = (id: string): SimItem => known(state.items, id, 'item')
  const order = (id: string): SimOrder => known(state.orders, id, 'order')
  const put = (document: SimDocument): SimDocument => (state.documents[document.id] = document)
  const add = (row: Omit<SimStock, 'quantity'>, quantity: number): void => {
    const at = stockKey(row.item, row.place, row.lot)
    const before = state.stock[at] ?? { ...row, quantity: 0 }
    state.stock[at] = { ...before, expiry: before.expiry ?? row.expiry, quantity: before.quantity + quantity }
  }

  return {
    state,
    now,
    tick,
    stamp,
    item,
    order,
    document: (id: string): SimDocument => known(state.documents, id, 'document'),
    byKey: (key: string): SimDocument[] =>
      (byKey.get(key) ?? []).flatMap(id => {
        const found = state.documents[id]
        return found === undefined ? [] : [found]
      }),
    changeItem: (id: string, change: Partial<SimItem>): SimItem =>
      (state.items[id] = { ...item(id), ...change, ...stamp() }),
    addItem: (made: Omit<SimItem, 'changed' | 'at'>): SimItem => (state.items[made.id] = { ...made, ...stamp() }),
    addOrder: (draft: Omit<SimOrder, 'changed' | 'at' | 'state' | 'id'>): SimOrder => {
      if (Object.values(state.orders).some(other => other.number === draft.number))
        throw new SimRefusal(409, `order ${draft.number} exists`)
      for (const line of draft.lines) item(line.item)
      const stamped = stamp()
      const made: SimOrder = { ...draft, id: `${draft.kind},${stamped.changed}`, state: 'open', ...stamped }
      return (state.orders[made.id] = made)
    },
    cancelOrder: (id: string): SimOrder => (state.orders[id] = { ...order(id), state: 'cancelled', ...stamp() }),
    /** A draft has no effect on stock. */
    draft: (made: SimDraft): SimDocument => {
      const [first] = byKey.get(made.key) ?? []
      if (first !== undefined && made.key !== '' && rules.sameKey === 'same') return known(state.documents, first, '')
      if (first !== undefined && made.key !== '' && rules.sameKey === 'refused')
        throw new SimRefusal(409, `document ${made.key} exists`)
      for (const line of made.lines) {
        if (item(line.item).tracking.lot && line.lot === '') throw new SimRefusal(422, `lot missing for ${line.item}`)
        for (const place of [line.from, line.to]) if (place !== null) known(state.places, place, 'place')
      }
      if (made.order !== null) open(order(made.order))
      const stamped = stamp()
      const number = `${made.type.slice(0, 3).toUpperCase()}-${stamped.changed}`
      const document: SimDocument = {
        ...made,
        id: `${made.type},${stamped.changed}`,
        number,
        state: 'draft',
        postedAt: null,
        ...stamped,
      }
      remember(byKey, document)
      return put(document)
    },
    cancel: (id: string): SimDocument => {
      const document = known(state.documents, id, 'document')
      if (document.state === 'posted') throw new SimRefusal(422, `${id} is posted`)
      return put({ ...document, state: 'cancelled', ...stamp() })
    },
    /** The stock effect, once: posting again answers the same and does nothing. */
    post: (id: string): SimDocument => {
      const document = known(state.documents, id, 'document')
      if (document.state === 'posted') return document
      if (document.state === 'cancelled') throw new SimRefusal(422, `${id} is cancelled`)
      if (document.order !== null) open(order(document.order))
      if (rules.negative === 'refused') enough(state, document)
      for (const line of document.lines) {
        const { item: of, lot, expiry, quantity, from, to } = line
        if (from !== null) add({ item: of, place: from, lot, expiry }, -quantity)
        if (to !== null) add({ item: of, place: to, lot, expiry }, quantity)
        state.moves.push({ n: tick(), item: of, lot, quantity, from, to, key: document.key, document: id, at: now() })
      }
      if (document.order !== null) deliver(order(document.order), document)
      return put({ ...document, state: 'posted', postedAt: now(), ...stamp() })
    },
  }

  function open(of: SimOrder): void {
    if (of.state === 'cancelled') throw new SimRefusal(409, `${of.number} is cancelled`)
  }

  /** An order learns what came or went; it closes when nothing is left, or when the rest will not come. */
  function deliver(before: SimOrder, document: SimDocument): void {
    const left = new Map<string, number>()
    for (const line of document.lines) left.set(line.item, (left.get(line.item) ?? 0) + line.quantity)
    const sign = document.type === 'return' ? 0 : 1
    const lines = before.lines.map(line => {
      const n = sign * Math.min(left.get(line.item) ?? 0, Math.max(0, line.quantity - line.done))
      left.set(line.item, (left.get(line.item) ?? 0) - n)
      return { ...line, done: line.done + n }
    })
    const over =
      lines.every(line => line.done >= line.quantity) || (document.type === 'shipment' && !document.backorder)
    const touched = rules.childrenTouchHeader ? stamp() : {}
    state.orders[before.id] = { ...before, lines, state: over ? 'closed' : before.state, ...touched }
  }
}
export type SimErp = ReturnType<typeof makeErp>

const known = <T>(all: Readonly<Record<string, T>>, id: string, what: string): T => {
  const found = all[id]
  if (found === undefined) throw new SimRefusal(404, `no ${what} ${id}`)
  return found
}

const remember = (index: Map<string, string[]>, document: SimDocument): void => {
  if (document.key !== '') index.set(document.key, [...(index.get(document.key) ?? []), document.id])
}

/** Refuses a document that would take more than is there, before anything is written. */
const enough = (state: SimState, document: SimDocument): void => {
  const taken = new Map<string, number>()
  for (const line of document.lines) {
    if (line.from === null) continue
    const at = stockKey(line.item, line.from, line.lot)
    taken.set(at, (taken.get(at) ?? 0) + line.quantity)
  }
  for (const [at, n] of taken)
    if (n > (state.stock[at]?.quantity ?? 0)) throw new SimRefusal(422, `not enough on hand at ${at}`)
}
