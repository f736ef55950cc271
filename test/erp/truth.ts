import { expect } from 'vitest'
import type { ErpConnector } from '../../server/erp/connector.ts'
import { effectsOf, stockText } from '../../server/erp/effect.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { baseOf } from '../../server/erp/quantity.ts'
import { never } from './carry.ts'
import type { ErpPeer } from './fixture.ts'

/** What happened on the floor and by hand: the ERP must end with exactly this, each message once. */
export const makeTruth = (peer: ErpPeer, connector: ErpConnector) => {
  const stock = new Map<string, number>()
  const keys = new Set<string>()
  const add = (at: string, n: number): void => void stock.set(at, (stock.get(at) ?? 0) + n)
  return {
    /** Somebody in the ERP did it. */
    byHand: (item: string, place: string, n: number, lot = ''): void => add(`${item}|${place}|${lot}`, n),
    /** It must have its effect exactly once. */
    posted: (op: OutboundOp): void => {
      for (const effect of effectsOf(op, peer.places.main)) add(stockText(effect), effect.n)
      keys.add(op.key)
    },
    /** It must have no effect. */
    refused: (op: OutboundOp): void => {
      for (const effect of effectsOf(op, peer.places.main)) add(stockText(effect), 0)
    },
    stockUp: async (item: string, place: string, n: number, lot = ''): Promise<void> => {
      await peer.stockUp(item, place, n, lot)
      add(`${item}|${place}|${lot}`, n)
    },
    check: async (): Promise<void> => {
      await peer.settle?.()
      for (const [at, n] of stock) {
        const [item = '', place = '', lot = ''] = at.split('|')
        expect(await peer.onHand(item, place, lot === '' ? undefined : lot), `on hand of ${at}`).toBe(n)
      }
      for (const key of keys) expect([1, null], `documents with ${key}`).toContain(await peer.postedWith(key))
      await checkStock(connector, stock)
    },
  }
}
export type Truth = ReturnType<typeof makeTruth>

/** `connector.stock` must say the same, summed over rows of one (item, place, lot). */
const checkStock = async (connector: ErpConnector, truth: ReadonlyMap<string, number>): Promise<void> => {
  const rows = [...truth.keys()].map(at => at.split('|'))
  if (rows.length === 0) return
  const items = [...new Set(rows.map(([item = '']) => item))]
  const locations = [...new Set(rows.map(([, place = '']) => place))]
  const seen = new Map<string, number>()
  for await (const row of connector.stock({ locations, items }, never)) {
    const at = `${row.item}|${row.location}|${row.lot}`
    expect(seen.has(at), `one row for ${at}`).toBe(false)
    seen.set(at, baseOf(row.quantity) ?? Number.NaN)
  }
  for (const [at, n] of truth) expect(seen.get(at) ?? 0, `stock() of ${at}`).toBe(n)
}
