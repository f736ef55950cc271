import { MAIN } from '../../../server/erp/sim/state.ts'
import type { SimDraft } from '../../../server/erp/sim/state.ts'
import { CLIENT } from './stage.ts'
import type { ErpStage } from './stage.ts'

const MINUTE = 60_000
const FIRST = 400

/** People in the ERP: they make items and orders, change and cancel them, and move goods without us. */
export const makeTheirs = (stage: ErpStage) => {
  const { dice, erp, state } = stage
  /** What they and the opening have done to stock, by `item|place|lot`: all but our messages. */
  const truth = new Map<string, number>()
  /** What may still leave without a figure below zero, which some ERPs refuse. */
  const free = new Map<string, number>()
  let n = 0
  const add = (book: Map<string, number>, item: string, place: string, lot: string, by: number): void => {
    const at = `${item}|${place}|${lot}`
    book.set(at, (book.get(at) ?? 0) + by)
  }
  const move = (item: string, lot: string, quantity: number, from: string | null, to: string | null): void => {
    const line = { item, lot, serial: '', expiry: null, quantity, line: null, from, to }
    const type: SimDraft['type'] = from !== null && to !== null ? 'transfer' : 'adjustment'
    erp.byHand(type, [line])
    if (from !== null) add(truth, item, from, lot, -quantity)
    if (to !== null) add(truth, item, to, lot, quantity)
  }
  const onHand = (item: string, place: string, lot: string): number => erp.onHand(item, place, lot)
  /** As much of it as is free, and from now on no longer. */
  const take = (item: string, place: string, lot: string, wanted: number): number => {
    const left = free.get(`${item}|${place}|${lot}`) ?? 0
    const taken = Math.min(wanted, Math.max(0, left))
    add(free, item, place, lot, -taken)
    return taken
  }
  const newItem = (): string => {
    n += 1
    const id = `item,${n}`
    const tracking = { lot: n % 3 === 0, serial: false, expiry: false }
    const about = { client: CLIENT, sku: `SKU-${n}`, name: `Item ${n}`, unit: 'pcs', barcodes: [], packagings: [] }
    erp.addItem({ id, ...about, tracking, active: true })
    return id
  }
  const stock = (id: string): void => {
    const lots = state.items[id]?.tracking.lot === true ? ['LOT-A', 'LOT-B'] : ['']
    for (const lot of lots) {
      move(id, lot, FIRST, null, MAIN)
      add(free, id, MAIN, lot, FIRST)
    }
  }
  const stocked = (): string[] => Object.keys(state.items)
  const newOrder = (kind: 'purchase' | 'sales'): void => {
    n += 1
    const wanted = [...new Set([dice.pick(stocked()), dice.pick(stocked())])]
    const lines = wanted.map((item, i) => ({
      id: `line,${n}/${i}`,
      item,
      quantity: 5 + dice.int(20),
      done: 0,
      closed: false,
    }))
    erp.addOrder({ kind, number: `${kind}-${n}`, client: CLIENT, partner: 'P', due: null, priority: 0, lines })
  }
  const open = (): string[] =>
    Object.values(state.orders).flatMap(order => (order.state === 'open' && order.exception !== true ? [order.id] : []))
  const events: readonly (() => void)[] = [
    () => newOrder('purchase'),
    () => newOrder('sales'),
    () => newOrder('sales'),
    () => {
      const id = newItem()
      stock(id)
    },
    () => void erp.changeItem(dice.pick(stocked()), { name: `Renamed ${(n += 1)}` }),
    () => void erp.addBarcode(dice.pick(stocked()), `86900${String((n += 1)).padStart(8, '0')}`),
    // Its transaction was slow: it commits now with the time at which it began.
    () => {
      const id = dice.pick(stocked())
      const at = new Date(stage.clock.ms() + stage.skewMs - dice.int(4 * MINUTE)).toISOString()
      state.items[id] = { ...erp.changeItem(id, { name: `Late ${(n += 1)}` }), at, childAt: at }
    },
    () => {
      const [order] = open().filter(() => dice.chance(0.5))
      if (order !== undefined && dice.chance(0.4)) void erp.cancelOrder(order)
    },
    () => {
      const [order] = open().filter(() => dice.chance(0.5))
      if (order === undefined) return
      const lines = erp.order(order).lines.map(line => ({ ...line, quantity: line.quantity + dice.int(5) }))
      void erp.changeOrder(order, { lines })
    },
    () => {
      const item = dice.pick(stocked())
      const lot = state.items[item]?.tracking.lot === true ? 'LOT-A' : ''
      const some = take(item, MAIN, lot, 1 + dice.int(6))
      if (some > 0) move(item, lot, some, MAIN, dice.pick(['DAMAGED', null]))
      else move(item, lot, 5, null, MAIN)
    },
  ]
  return {
    truth,
    stocked,
    onHand,
    take,
    open: (): void => {
      for (let i = 0; i < 5; i += 1) stock(newItem())
      newOrder('purchase')
      newOrder('sales')
    },
    act: (): void => dice.pick(events)(),
  }
}
export type Theirs = ReturnType<typeof makeTheirs>
