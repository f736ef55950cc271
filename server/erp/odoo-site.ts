import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import { isoTime, remoteId } from './odoo-sweep.ts'

/** The warehouse over there that this connection serves, and the places outside of it that goods come from and go to. */
export type Site = {
  id: number
  name: string
  company: number
  /** The location above all of the warehouse's own. */
  root: number
  /** Where goods lie when nobody says where. */
  stock: number
  types: { incoming: number; outgoing: number; internal: number }
  outside: { supplier: number; customer: number; loss: number }
  steps: { reception: string; delivery: string }
}

const warehouseRow = v.object({
  id: number,
  name: text,
  company_id: reference,
  view_location_id: reference,
  lot_stock_id: reference,
  in_type_id: reference,
  out_type_id: reference,
  int_type_id: reference,
  reception_steps: text,
  delivery_steps: text,
})
const placeRow = v.object({ id: number, usage: text })

export const readSite = async (odoo: Odoo, code: string, signal: AbortSignal): Promise<Site> => {
  const domain = [['active', '=', true], ...(code === '' ? [] : [['code', '=', code]])]
  const [[warehouse], places] = await Promise.all([
    odoo.rows('stock.warehouse', warehouseRow, { domain, order: 'sequence,id', limit: 1 }, signal),
    odoo.rows(
      'stock.location',
      placeRow,
      {
        domain: [
          ['usage', 'in', ['supplier', 'customer', 'inventory']],
          ['active', '=', true],
        ],
        order: 'id',
        limit: 500,
      },
      signal,
    ),
  ])
  if (warehouse === undefined)
    throw new ErpError('config', `Odoo has no warehouse with the code "${code}" for this user`, {
      gap: { kind: 'warehouse', key: code },
    })
  const outside = (usage: string): number => {
    const place = places.find(row => row.usage === usage)
    if (place === undefined) throw new ErpError('config', `Odoo has no location of usage "${usage}" for this user`)
    return place.id
  }
  return {
    id: warehouse.id,
    name: warehouse.name,
    company: warehouse.company_id?.id ?? 0,
    root: warehouse.view_location_id?.id ?? 0,
    stock: warehouse.lot_stock_id?.id ?? 0,
    types: {
      incoming: warehouse.in_type_id?.id ?? 0,
      outgoing: warehouse.out_type_id?.id ?? 0,
      internal: warehouse.int_type_id?.id ?? 0,
    },
    outside: { supplier: outside('supplier'), customer: outside('customer'), loss: outside('inventory') },
    steps: { reception: warehouse.reception_steps, delivery: warehouse.delivery_steps },
  }
}

/** What the parts of the connector share. The warehouse is asked for once, and again after a failure. */
export type Base = {
  odoo: Odoo
  site(signal: AbortSignal): Promise<Site>
  zone(signal: AbortSignal): Promise<string>
  link(picking: number): string
}

export const makeBase = (odoo: Odoo, settings: { url: string; warehouse: string }): Base => ({
  odoo,
  site: once(signal => readSite(odoo, settings.warehouse, signal)),
  zone: async signal => (await odoo.user(signal)).zone,
  // An address that every version understands.
  link: picking => `${settings.url}/mail/view?model=stock.picking&res_id=${picking}`,
})

const once = <T>(ask: (signal: AbortSignal) => Promise<T>): ((signal: AbortSignal) => Promise<T>) => {
  let asked: Promise<T> | null = null
  return signal => {
    const answer = asked ?? ask(signal)
    asked = answer
    answer.catch(() => (asked = null))
    return answer
  }
}

const USER_KEY = 'res.users.apikeys'
const keyRow = v.object({ id: number, expiration_date: text })
/**
 * When the user's first key ends, null = never. Odoo does not say which key a call came with, so of several the first to end
 * counts. Keys have an end from 18 on.
 */
export const keyEnd = async (odoo: Odoo, uid: number, now: string, signal: AbortSignal): Promise<string | null> => {
  if (!(await odoo.fields(USER_KEY, signal)).has('expiration_date')) return null
  const rows = await odoo.rows(USER_KEY, keyRow, { domain: [['user_id', '=', uid]], limit: 100 }, signal)
  const ends = rows.flatMap(row => (row.expiration_date === '' ? [] : [isoTime(row.expiration_date)]))
  // One that has ended is not the one that we came with.
  return ends.filter(end => end > now).sort()[0] ?? null
}

export const placeOf = (location: number): string => remoteId('stock.location', location)
