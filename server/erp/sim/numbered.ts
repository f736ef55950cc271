import { stockKey } from './state.ts'
import type { SimState, SimStock } from './state.ts'

/** Books of before stock was kept by the numbers of units: the documents that moved them say where each of them is. */
export const numbered = (state: SimState): SimState => {
  if (state.byNumber === true) return state
  const stock: Record<string, SimStock> = { ...state.stock }
  const add = (item: string, place: string, lot: string, n: number): void => {
    const key = stockKey(item, place, lot)
    const before = stock[key] ?? { item, place, lot, expiry: null, quantity: 0, row: 0 }
    stock[key] = { ...before, quantity: before.quantity + n }
  }
  for (const { state: end, lines } of Object.values(state.documents))
    for (const { item, lot, serial, quantity, from, to } of lines) {
      if (end !== 'posted' || serial === '') continue
      for (const [place, n] of [
        [from, -quantity],
        [to, quantity],
      ] as const) {
        if (place === null) continue
        add(item, place, lot, -n)
        add(item, place, serial, n)
      }
    }
  return { ...state, stock, byNumber: true }
}
