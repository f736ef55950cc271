import { erpnext } from '../../../server/erp/erpnext.ts'
import { makeConnector } from '../../../server/erp/settings.ts'
import type { ErpPeer, Wanted } from '../fixture.ts'
import { serveApp } from './fake-app.ts'
import type { AppDeps } from './fake-app.ts'
import type { Values } from './fake-db.ts'
import { COMPANY, makeErpnext } from './fake-erpnext.ts'
import type { Erpnext } from './fake-erpnext.ts'

export const MAIN = 'Stores - M'
export const SECOND = 'Damaged - M'
const GROUP = 'All Warehouses - M'
const ACCOUNT = 'Stock Adjustment - M'
const HOUR_MS = 3_600_000

export type FakePeer = ErpPeer & {
  erp: Erpnext
  /** Rights to take away: `Batch: create`. */
  denied: Set<string>
  with(
    settings: Record<string, unknown>,
    at?: { url: string; password?: 'right' | 'wrong' },
  ): ReturnType<ErpPeer['connect']>
}
export type PeerOptions = {
  version?: number
  /** The clock over there. */
  nowMs?: () => number
  /** Ours, where it is another. */
  oursMs?: () => number
  negative?: () => boolean
  closed?: () => boolean
  slow?: () => boolean
  keyField?: AppDeps['keyField']
  strangers?: AppDeps['strangers']
}

/** A simulated ERPNext over real HTTP: people act on its documents directly, the connector through its REST interface. */
export const startErpnext = async (options: PeerOptions = {}): Promise<FakePeer> => {
  const version = options.version ?? 15
  const nowMs = options.nowMs ?? Date.now
  const { negative = () => false, closed = () => false } = options
  const erp = makeErpnext({ nowMs, version, offsetMs: 3 * HOUR_MS, negative, closed })
  const denied = new Set<string>()
  seed(erp)
  const served = await serveApp({
    erp,
    nowMs,
    token: 'the-key:the-right-secret',
    version,
    zone: 'Europe/Istanbul',
    denied,
    strangers: options.strangers ?? (() => 'refused'),
    slow: options.slow ?? (() => false),
    keyField: options.keyField === undefined ? { unique: 1, no_copy: 1 } : options.keyField,
  })
  const connect: FakePeer['with'] = (settings, at = { url: served.url }) =>
    makeConnector(erpnext, {
      id: 'erpnext',
      now: () => new Date((options.oursMs ?? nowMs)()).toISOString(),
      settings: { url: at.url, warehouse: MAIN, ...settings },
      secrets: { key: 'the-key', secret: at.password === 'wrong' ? 'another-secret' : 'the-right-secret' },
    })
  return {
    erp,
    denied,
    with: connect,
    url: served.url,
    connect: at => connect({}, at),
    client: '',
    places: { main: `Warehouse,${MAIN}`, second: `Warehouse,${SECOND}` },
    reasons: { adjustment: `Account,${ACCOUNT}`, return: 'unwanted' },
    ...people(erp),
    settle: async () => served.finishJobs(),
    stop: () => served.close(),
  }
}

const seed = (erp: Erpnext): void => {
  const add = (doctype: string, values: Values): void => void erp.insert(doctype, values)
  add('Company', { company_name: COMPANY, default_currency: 'TRY' })
  add('Account', { account_name: ACCOUNT, company: COMPANY })
  add('Country', { country_name: 'Turkey', code: 'tr' })
  const warehouse = { company: COMPANY, disabled: 0, is_group: 0, parent_warehouse: GROUP }
  add('Warehouse', {
    ...warehouse,
    title: GROUP,
    warehouse_name: 'All',
    is_group: 1,
    lft: 1,
    rgt: 8,
    parent_warehouse: null,
  })
  add('Warehouse', { ...warehouse, title: MAIN, warehouse_name: 'Stores', lft: 2, rgt: 3 })
  add('Warehouse', { ...warehouse, title: SECOND, warehouse_name: 'Damaged', lft: 4, rgt: 5 })
  add('Warehouse', {
    ...warehouse,
    title: 'Transit - M',
    warehouse_name: 'Way',
    warehouse_type: 'Transit',
    lft: 6,
    rgt: 7,
  })
  add('UOM', { uom_name: 'Nos', must_be_whole_number: 0 })
  add('UOM', { uom_name: 'Box', must_be_whole_number: 1 })
  add('Address', {
    address_title: 'Liman',
    address_line1: 'Liman Cd. 4',
    city: 'İzmir',
    pincode: '35220',
    country: 'Turkey',
  })
  add('Supplier', { supplier_name: 'Ege Toptan', disabled: 0 })
  add('Customer', { customer_name: 'Köşe Market', customer_primary_address: 'Liman', disabled: 0 })
}

const nameOf = (remote: string): string => remote.slice(remote.indexOf(',') + 1)
let made = 0

/** What people do over there, by hand. */
const people = (erp: Erpnext) => {
  const posted = (doctype: string, values: Values): string => {
    const { name } = erp.insert(doctype, { company: COMPANY, ...values })
    erp.submit(doctype, name)
    return name
  }
  const count = (item: string, place: string, delta: number, lot = ''): void => {
    const [code, warehouse] = [nameOf(item), nameOf(place)]
    const batch = lot === '' ? '' : batchOf(erp, code, lot)
    const before = erp.stock.onHandOf(code, warehouse, batch)
    const current = batch === '' ? erp.stock.onHand(code, warehouse) : before
    const row = { item_code: code, warehouse, qty: current + delta, current_qty: current, batch_no: batch }
    posted('Stock Reconciliation', { ...today(erp), items: [row] })
  }
  const line = ({ item, n }: Wanted) => ({
    item_code: nameOf(item),
    item_name: nameOf(item),
    qty: n,
    uom: 'Nos',
    stock_uom: 'Nos',
    conversion_factor: 1,
    rate: 7,
    warehouse: MAIN,
  })
  const order = { currency: 'TRY', transaction_date: '2026-11-23' }
  return {
    item: async (wish: { lot?: boolean; serial?: boolean; caseOf?: number } = {}) => {
      made += 1
      const code = `SKU-${made}`
      const uoms = [{ uom: 'Nos', conversion_factor: 1 }]
      const packed = wish.caseOf === undefined ? [] : [{ uom: 'Box', conversion_factor: wish.caseOf }]
      erp.insert('Item', {
        item_code: code,
        item_name: `Mug ${made}`,
        stock_uom: 'Nos',
        item_group: 'Mugs',
        is_stock_item: 1,
        has_variants: 0,
        disabled: 0,
        has_batch_no: wish.lot === true ? 1 : 0,
        has_serial_no: wish.serial === true ? 1 : 0,
        uoms: [...uoms, ...packed],
        barcodes: [],
      })
      return `Item,${code}`
    },
    stockUp: async (item: string, place: string, n: number, lot?: string) => {
      const code = nameOf(item)
      if (lot === undefined || erp.db.get('Item', code)['has_serial_no'] !== 1) return count(item, place, n, lot)
      erp.insert('Serial No', { serial_no: lot, item_code: code })
      const row = { item_code: code, qty: n, uom: 'Nos', t_warehouse: nameOf(place), serial_no: lot }
      posted('Stock Entry', { stock_entry_type: 'Material Receipt', purpose: 'Material Receipt', items: [row] })
    },
    purchase: async (lines: readonly Wanted[]) => {
      const head = { ...order, supplier: 'Ege Toptan', supplier_name: 'Ege Toptan', schedule_date: '2026-11-30' }
      return `Purchase Order,${posted('Purchase Order', { ...head, items: lines.map(line) })}`
    },
    sale: async (lines: readonly Wanted[]) => {
      const head = { ...order, customer: 'Köşe Market', customer_name: 'Köşe Market', delivery_date: '2026-11-27' }
      const more = { shipping_address_name: 'Liman', po_no: '4711' }
      return `Sales Order,${posted('Sales Order', { ...head, ...more, items: lines.map(line) })}`
    },
    cancel: async (id: string) => void erp.cancel(id.slice(0, id.indexOf(',')), nameOf(id)),
    moveByHand: async (item: string, from: string, to: string, n: number) => {
      const row = { item_code: nameOf(item), qty: n, uom: 'Nos', s_warehouse: nameOf(from), t_warehouse: nameOf(to) }
      posted('Stock Entry', { stock_entry_type: 'Material Transfer', purpose: 'Material Transfer', items: [row] })
    },
    adjustByHand: async (item: string, place: string, delta: number) => count(item, place, delta),
    rename: async (item: string, item_name: string) => void erp.update('Item', nameOf(item), { item_name }),
    archive: async (item: string) => void erp.update('Item', nameOf(item), { disabled: 1 }),
    addBarcode: async (item: string, barcode: string) => {
      const before = (erp.db.get('Item', nameOf(item))['barcodes'] ?? []) as Values[]
      erp.update('Item', nameOf(item), { barcodes: [...before, { barcode, uom: null }] })
    },
    onHand: async (item: string, place?: string, lot?: string) =>
      (place === undefined ? [MAIN, SECOND] : [nameOf(place)]).reduce((sum, warehouse) => {
        const code = nameOf(item)
        if (lot === undefined) return sum + erp.stock.onHand(code, warehouse)
        return sum + erp.stock.onHandOf(code, warehouse, batchOf(erp, code, lot))
      }, 0),
    postedWith: async (key: string) =>
      ['Purchase Receipt', 'Delivery Note', 'Stock Entry']
        .flatMap(doctype => erp.db.rowsOf(doctype))
        .filter(row => row['custom_stockhand_key'] === key && row.docstatus === 1).length,
  }
}

const today = (erp: Erpnext): Values => {
  const [posting_date, posting_time] = erp.db.now().split(' ')
  return { posting_date, posting_time }
}
/** A person names a batch as the box says; one that is there of another item gets the item behind it. */
const batchOf = (erp: Erpnext, item: string, lot: string): string => {
  for (const name of [lot, `${lot} / ${item}`])
    if (!erp.db.has('Batch', name)) return erp.insert('Batch', { batch_id: name, item, disabled: 0 }).name
    else if (erp.db.get('Batch', name)['item'] === item) return name
  return lot
}
