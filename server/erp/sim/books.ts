import { numberOf } from '../effect.ts'
import type { Profile } from './profile.ts'
import { known, SimRefusal } from './refusal.ts'
import type { SimDocument, SimState, SimStock } from './state.ts'
import { stockKey } from './state.ts'

type Place = { item: string; place: string; lot: string }

/** Stock and movements. Every movement is written with its figure, whoever made it. */
export const makeBooks = (state: SimState, now: () => string, profile: Profile) => {
  const tick = (): number => (state.clock += 1)
  /** Of an ERP that writes a second row for one place when two post at once: here every fifth posting does. */
  const rowOf = (): number => (profile.splitRows && state.clock % 5 === 0 ? 1 : 0)
  const add = (at: Omit<SimStock, 'quantity' | 'row'>, quantity: number): void => {
    const row = rowOf()
    const key = stockKey(at.item, at.place, at.lot, row)
    const before = state.stock[key] ?? { ...at, row, quantity: 0 }
    state.stock[key] = { ...before, expiry: before.expiry ?? at.expiry, quantity: before.quantity + quantity }
  }
  const onHand = (item: string, place: string, lot: string): number =>
    [0, 1].reduce((sum, row) => sum + (state.stock[stockKey(item, place, lot, row)]?.quantity ?? 0), 0)
  return {
    tick,
    onHand,
    book: (of: SimDocument): void => {
      for (const { item, expiry, quantity, from, to, ...goods } of of.lines) {
        const lot = numberOf(goods)
        if (from !== null) add({ item, place: from, lot, expiry }, -quantity)
        if (to !== null) add({ item, place: to, lot, expiry }, quantity)
        state.moves.push({ n: tick(), item, lot, quantity, from, to, key: of.key, document: of.id, at: now() })
      }
    },
    /** Overwrites a figure, for ERPs that know nothing better. `changeFrom` null = whatever it is. */
    setLevel: ({ item, place, lot }: Place, quantity: number, changeFrom: number | null): void => {
      const before = onHand(item, place, lot)
      if (changeFrom !== null && before !== changeFrom) throw new SimRefusal(409, 'CHANGE_FROM_QUANTITY_STALE')
      known(state.places, place, 'place')
      if (quantity === before) return
      add({ item, place, lot, expiry: null }, quantity - before)
      const sides = quantity > before ? { from: null, to: place } : { from: place, to: null }
      const n = Math.abs(quantity - before)
      state.moves.push({ n: tick(), item, lot, quantity: n, ...sides, key: '', document: null, at: now() })
    },
    /** A document that would take more than is there. */
    notEnough: (of: SimDocument): SimRefusal | null => {
      const taken = new Map<string, { at: [string, string, string]; n: number }>()
      for (const { item, from, quantity, ...goods } of of.lines) {
        if (from === null) continue
        const lot = numberOf(goods)
        const key = stockKey(item, from, lot)
        taken.set(key, { at: [item, from, lot], n: (taken.get(key)?.n ?? 0) + quantity })
      }
      const short = [...taken.values()].find(({ at, n }) => n > onHand(...at))
      return short === undefined ? null : new SimRefusal(422, `not enough on hand at ${short.at.join(' ')}`)
    },
  }
}
export type SimBooks = ReturnType<typeof makeBooks>
