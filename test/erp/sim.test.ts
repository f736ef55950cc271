import { makeConnector } from '../../server/erp/settings.ts'
import { sim } from '../../server/erp/sim.ts'
import { makeErp } from '../../server/erp/sim/erp.ts'
import { serveSimErp } from '../../server/erp/sim/serve.ts'
import { emptyState, MAIN } from '../../server/erp/sim/state.ts'
import type { ErpPeer } from './fixture.ts'
import { runConnectorContract } from './kit.ts'

const now = (): string => new Date().toISOString()

/** The demo ERP as a peer of the kit: people act on its books directly, the connector over HTTP. */
const startSim = async (): Promise<ErpPeer> => {
  const state = emptyState()
  const erp = makeErp(state, now)
  const served = await serveSimErp({ state, save: async () => {}, now, token: 'right' })
  let n = 0
  const place = { main: MAIN, second: 'DAMAGED' }
  const byHand = (item: string, from: string | null, to: string | null, quantity: number, lot = ''): void => {
    const draft = { key: '', client: 'demo', order: null, reason: null, backorder: true } as const
    const line = { item, lot, serial: '', expiry: null, quantity, line: null, from, to }
    erp.post(erp.draft({ ...draft, type: 'adjustment', tracking: [], lines: [line] }).id)
  }
  const order = (kind: 'purchase' | 'sales', wanted: readonly { item: string; n: number }[]): string => {
    n += 1
    const lines = wanted.map((row, i) => ({
      id: `l${n}/${i}`,
      item: row.item,
      quantity: row.n,
      done: 0,
      closed: false,
    }))
    return erp.addOrder({ kind, number: `${kind}-${n}`, client: 'demo', partner: 'P', due: null, priority: 0, lines })
      .id
  }
  return {
    url: served.url,
    connect: ({ url, password = 'right' }) =>
      makeConnector(sim, { id: 'sim', settings: { url }, secrets: { token: password } }),
    client: 'demo',
    places: place,
    reasons: { adjustment: 'count', return: 'unwanted' },
    item: async (wish = {}) => {
      n += 1
      const tracking = { lot: wish.lot ?? false, serial: wish.serial ?? false, expiry: false }
      const id = `item,${n}`
      const packagings = wish.caseOf ? [{ id: 'case', name: 'case', quantity: wish.caseOf, barcodes: [] }] : []
      const sku = `SKU-${n}`
      erp.addItem({ id, client: 'demo', sku, name: sku, unit: 'pcs', barcodes: [], packagings, tracking, active: true })
      return id
    },
    stockUp: async (item, at, quantity, lot) => byHand(item, null, at, quantity, lot),
    purchase: async lines => order('purchase', lines),
    sale: async lines => order('sales', lines),
    cancel: async id => void erp.cancelOrder(id),
    moveByHand: async (item, from, to, quantity) => byHand(item, from, to, quantity),
    adjustByHand: async (item, at, delta) =>
      delta > 0 ? byHand(item, null, at, delta) : byHand(item, at, null, -delta),
    rename: async (item, name) => void erp.changeItem(item, { name }),
    archive: async item => void erp.changeItem(item, { active: false }),
    addBarcode: async (item, code) => void erp.changeItem(item, { barcodes: [...erp.item(item).barcodes, code] }),
    onHand: async (item, at, lot) =>
      Object.values(state.stock)
        .filter(
          row => row.item === item && (at === undefined || row.place === at) && (lot === undefined || row.lot === lot),
        )
        .reduce((sum, row) => sum + row.quantity, 0),
    postedWith: async key =>
      Object.values(state.documents).filter(document => document.key === key && document.state === 'posted').length,
    stop: () => served.close(),
  }
}

runConnectorContract({ name: 'the sim, profile plain', start: startSim })
