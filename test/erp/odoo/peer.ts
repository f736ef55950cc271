import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { makeConnector } from '../../../server/erp/settings.ts'
import { odoo } from '../../../server/erp/odoo.ts'
import type { ErpPeer, Wanted } from '../fixture.ts'
import { makeAdmin } from './admin.ts'

const connection = v.object({
  url: v.string(),
  database: v.string(),
  key: v.string(),
  adminKey: v.string(),
  endingKey: v.string(),
  endedKey: v.string(),
})
export type Connection = v.InferOutput<typeof connection>

/** The Odoo that `start.sh` brought up. */
export const readConnection = (): Connection => {
  const folder = process.env['ERP_FOLDER']
  if (folder === undefined) throw new Error('ERP_FOLDER is missing: run this by `npm run test:erp -- odoo`')
  return v.parse(connection, JSON.parse(readFileSync(path.join(folder, 'connection.json'), 'utf8')))
}

const numberOf = (remote: string): number => Number(remote.split(',')[1])

/** Odoo with its demo company, as the people in it and an auditor see it: over their own key, past the connector. */
export const startOdoo = async (settings: Record<string, unknown> = {}): Promise<ErpPeer> => {
  const at = readConnection()
  const admin = makeAdmin(at)
  const place = async (name: string): Promise<string> =>
    `stock.location,${await admin.one('stock.location', [['barcode', '=', `LOC-${name}`]])}`
  const [main, second] = [await place('A-01'), await place('B-01')]
  const loss = await admin.one('stock.location', [['usage', '=', 'inventory']])
  const supplier = await admin.one('res.partner', [['ref', '=', 'SUP01']])
  const customer = await admin.one('res.partner', [['ref', '=', 'CUS01']])
  const unit = await admin.one('uom.uom', [['name', '=', 'Units']])
  const run = `K${process.pid}${String(performance.now()).replace('.', '')}`
  let made = 0
  const rows = (lines: readonly Wanted[], quantity: string) =>
    lines.map(({ item, n }) => [0, 0, { product_id: numberOf(item), [quantity]: n, price_unit: 7 }])
  const lotOf = async (item: string, lot = ''): Promise<number | undefined> =>
    lot === '' ? undefined : admin.lot(numberOf(item), lot)
  /** An absolute count, as a person enters it; `n` is what is there more or less than before. */
  const count = async (item: string, at: string, n: number, lot?: string): Promise<void> => {
    const lotId = await lotOf(item, lot)
    const before = await onHand(item, at, lot)
    const values = {
      product_id: numberOf(item),
      location_id: numberOf(at),
      inventory_quantity: before + n,
      ...(lotId === undefined ? {} : { lot_id: lotId }),
    }
    const quant = await admin.create('stock.quant', values, { inventory_mode: true })
    await admin.call('stock.quant', 'action_apply_inventory', { ids: [quant] })
  }
  const onHand: ErpPeer['onHand'] = async (item, at, lot) => {
    const lotId = await lotOf(item, lot)
    const context = {
      ...(at === undefined ? {} : { location: numberOf(at) }),
      ...(lotId === undefined ? {} : { lot_id: lotId }),
    }
    const read = { ids: [numberOf(item)], fields: ['qty_available'], context }
    const [product] = (await admin.call('product.product', 'read', read)) as { qty_available: number }[]
    return product?.qty_available ?? Number.NaN
  }
  const packagingUnit = async (n: number): Promise<number> => {
    const name = `Case of ${n}`
    const [known] = await admin.ids('uom.uom', [['name', '=', name]])
    return known ?? admin.create('uom.uom', { name, relative_factor: n, relative_uom_id: unit })
  }

  return {
    url: at.url,
    connect: ({ url, password = 'right' }) =>
      makeConnector(odoo, {
        id: 'odoo',
        settings: { url, database: at.database, ...settings },
        secrets: { key: password === 'right' ? at.key : 'f'.repeat(40) },
      }),
    client: '',
    places: { main, second },
    reasons: { adjustment: `stock.location,${loss}`, return: 'unwanted' },
    item: async (wish = {}) => {
      made += 1
      const name = `${run}-${made}`
      const tracking = wish.lot === true ? 'lot' : wish.serial === true ? 'serial' : 'none'
      const packs = wish.caseOf === undefined ? {} : { uom_ids: [[6, 0, [await packagingUnit(wish.caseOf)]]] }
      const values = { name, default_code: name, type: 'consu', is_storable: true, tracking, ...packs }
      return `product.product,${await admin.create('product.product', values)}`
    },
    stockUp: count,
    purchase: async lines => {
      const order = await admin.create('purchase.order', {
        partner_id: supplier,
        order_line: rows(lines, 'product_qty'),
      })
      await admin.call('purchase.order', 'button_confirm', { ids: [order] })
      return `purchase.order,${order}`
    },
    sale: async lines => {
      const order = await admin.create('sale.order', {
        partner_id: customer,
        order_line: rows(lines, 'product_uom_qty'),
      })
      await admin.call('sale.order', 'action_confirm', { ids: [order] })
      return `sale.order,${order}`
    },
    cancel: async order => {
      const [model = ''] = order.split(',')
      const method = model === 'sale.order' ? 'action_cancel' : 'button_cancel'
      await admin.call(model, method, { ids: [numberOf(order)] })
    },
    moveByHand: (item, from, to, n) => admin.move(numberOf(item), numberOf(from), numberOf(to), n),
    adjustByHand: (item, at, delta) => count(item, at, delta),
    rename: (item, name) => admin.write('product.product', numberOf(item), { name }),
    archive: item => admin.write('product.product', numberOf(item), { active: false }),
    addBarcode: async (item, code) => {
      await admin.create('product.uom', { product_id: numberOf(item), uom_id: unit, barcode: code })
    },
    onHand,
    postedWith: async key => {
      const claims = (await admin.call('mail.message', 'search_read', {
        domain: [['message_id', '=', `<${key}@stockhand>`]],
        fields: ['res_id'],
      })) as { res_id: number }[]
      const ids = [...claims.map(row => row.res_id), ...(await admin.ids('stock.picking', [['origin', '=', key]]))]
      return (
        await admin.ids('stock.picking', [
          ['id', 'in', ids],
          ['state', '=', 'done'],
        ])
      ).length
    },
    bookAgain: async key => {
      const made = await admin.one('stock.picking', [['origin', '=', key]])
      const [copy] = (await admin.call('stock.picking', 'copy', { ids: [made], default: { origin: key } })) as number[]
      for (const step of ['action_confirm', 'action_assign', 'button_validate'])
        await admin.call('stock.picking', step, { ids: [copy] })
    },
    stop: async () => {},
  }
}
