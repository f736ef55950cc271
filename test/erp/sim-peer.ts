import type { SimErp } from '../../server/erp/sim/erp.ts'
import { makeConnector } from '../../server/erp/settings.ts'
import { sim } from '../../server/erp/sim.ts'
import { PROFILES } from '../../server/erp/sim/profile.ts'
import type { Profile, ProfileName } from '../../server/erp/sim/profile.ts'
import { serveSimErp } from '../../server/erp/sim/serve.ts'
import { emptyState, MAIN } from '../../server/erp/sim/state.ts'
import type { ErpPeer } from './fixture.ts'

type People = Pick<
  ErpPeer,
  | 'client'
  | 'places'
  | 'reasons'
  | 'item'
  | 'stockUp'
  | 'purchase'
  | 'sale'
  | 'cancel'
  | 'moveByHand'
  | 'adjustByHand'
  | 'rename'
  | 'archive'
  | 'addBarcode'
  | 'onHand'
  | 'postedWith'
> &
  Required<Pick<ErpPeer, 'bookAgain' | 'statusOf' | 'parcelSaid'>>

/** People who work in the sim's books directly. */
export const simPeople = (erp: SimErp): People => {
  const { state } = erp
  let n = 0
  const move = (item: string, from: string | null, to: string | null, quantity: number, lot = ''): void => {
    const line = { item, lot, serial: '', expiry: null, quantity, line: null, from, to }
    erp.byHand(from !== null && to !== null ? 'transfer' : 'adjustment', [line])
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
    client: 'demo',
    places: { main: MAIN, second: 'DAMAGED' },
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
    stockUp: async (item, at, quantity, lot) => move(item, null, at, quantity, lot),
    purchase: async lines => order('purchase', lines),
    sale: async lines => order('sales', lines),
    cancel: async id => void erp.cancelOrder(id),
    moveByHand: async (item, from, to, quantity) => move(item, from, to, quantity),
    adjustByHand: async (item, at, delta) => (delta > 0 ? move(item, null, at, delta) : move(item, at, null, -delta)),
    rename: async (item, words) => void erp.changeItem(item, { name: words }),
    archive: async item => void erp.changeItem(item, { active: false }),
    addBarcode: async (item, code) => void erp.addBarcode(item, code),
    onHand: async (item, at, lot) =>
      Object.values(state.stock)
        .filter(
          row => row.item === item && (at === undefined || row.place === at) && (lot === undefined || row.lot === lot),
        )
        .reduce((sum, row) => sum + row.quantity, 0),
    postedWith: async key =>
      Object.values(state.documents).filter(document => document.key === key && document.state === 'posted').length +
      (erp.status(key) === undefined ? 0 : 1),
    statusOf: async key => {
      const found = erp.status(key)
      if (found === undefined) return null
      return { status: found.status, tracking: found.tracking, cartons: found.packages.map(box => box.label) }
    },
    parcelSaid: async (of, said) => void erp.parcelSaid({ order: of, carrier: 'Aras', ...said }),
    bookAgain: async key => {
      const [document] = erp.byKey(key)
      if (document !== undefined) erp.book({ ...document, id: `again,${document.id}` })
    },
  }
}

/** The demo ERP in a profile as a peer of the kit: people act on its books directly, the connector over HTTP. */
export const startSim = async (name: ProfileName, over: Partial<Profile> = {}): Promise<ErpPeer> => {
  const state = emptyState()
  const profile = { ...PROFILES[name], ...over }
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  // Every look at the clock is a little later: records have times of their own.
  const now = (): string => new Date((ms += 7)).toISOString()
  let posts = 0
  const slow = (): boolean => (posts += 1) % 3 === 0
  const served = await serveSimErp({ state, save: async () => {}, now, token: 'right', profile, slow })
  const people = simPeople(served.erp)
  return {
    ...people,
    url: served.url,
    connect: ({ url, password = 'right' }) =>
      makeConnector(sim, { id: 'sim', settings: { url, profile: name }, secrets: { token: password }, now }),
    answers: { no_origin: 'yes' },
    postedWith: async key => (profile.adjust === 'absolute' ? null : people.postedWith(key)),
    settle: async () => {
      ms += profile.settleMs
      served.finishJobs()
    },
    stop: () => served.close(),
  }
}
