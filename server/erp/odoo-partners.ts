import * as v from 'valibot'
import type { Inbound } from './connector.ts'
import type { Address } from './inbound.ts'
import type { Raw } from './odoo-items.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import { remoteId } from './odoo-sweep.ts'
import type { Watched } from './odoo-sweep.ts'

const partnerRow = v.object({
  id: number,
  ref: text,
  display_name: text,
  name: text,
  street: text,
  street2: text,
  zip: text,
  city: text,
  state_id: reference,
  country_code: text,
  phone: text,
  mobile: v.optional(text, ''),
  email: text,
  active: v.boolean(),
  /** These come with accounting; both 0 = nobody has said yet. */
  supplier_rank: v.optional(number, 0),
  customer_rank: v.optional(number, 0),
})
type Partner = v.InferOutput<typeof partnerRow>

/** The company's own users are no partners of the warehouse. */
export const watchedPartners: Watched = {
  model: 'res.partner',
  domain: [['partner_share', '=', true]],
  watch: ['', 'state_id', 'country_id'],
}

const partnersOf = (odoo: Odoo, wanted: readonly number[], signal: AbortSignal): Promise<Partner[]> =>
  odoo.rows('res.partner', partnerRow, { domain: [['id', 'in', [...new Set(wanted)]]], order: 'id' }, signal)

export const readPartners = async (odoo: Odoo, wanted: readonly number[], signal: AbortSignal): Promise<Raw[]> =>
  (await partnersOf(odoo, wanted, signal)).map(partner => {
    const id = remoteId('res.partner', partner.id)
    const unsaid = partner.supplier_rank === 0 && partner.customer_rank === 0
    const record: Inbound['partner'] = {
      id,
      client: '',
      number: partner.ref === '' ? null : partner.ref,
      name: nameOf(partner),
      supplier: unsaid || partner.supplier_rank > 0,
      customer: unsaid || partner.customer_rank > 0,
      address: addressOf(partner),
      active: partner.active,
    }
    return { id, record }
  })

export const readAddresses = async (
  odoo: Odoo,
  wanted: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Address>> =>
  wanted.length === 0
    ? new Map()
    : new Map((await partnersOf(odoo, wanted, signal)).map(partner => [partner.id, addressOf(partner)]))

const nameOf = (partner: Partner): string => (partner.name === '' ? partner.display_name : partner.name)
const addressOf = (partner: Partner): Address => ({
  name: nameOf(partner),
  lines: [partner.street, partner.street2].filter(Boolean),
  postcode: partner.zip,
  city: partner.city,
  region: partner.state_id?.name ?? '',
  country: partner.country_code,
  phone: partner.phone === '' ? partner.mobile : partner.phone,
  email: partner.email,
})

const locationRow = v.object({
  id: number,
  name: text,
  complete_name: text,
  barcode: text,
  usage: text,
  location_id: reference,
  active: v.boolean(),
})
const USAGE: Readonly<Record<string, Inbound['location']['kind']>> = {
  internal: 'storage',
  view: 'view',
  inventory: 'loss',
  supplier: 'supplier',
  customer: 'customer',
  transit: 'transit',
}
export const watchedLocations: Watched = { model: 'stock.location', domain: [], watch: ['', 'location_id'] }

export const readLocations = async (odoo: Odoo, wanted: readonly number[], signal: AbortSignal): Promise<Raw[]> => {
  const rows = await odoo.rows('stock.location', locationRow, { domain: [['id', 'in', wanted]], order: 'id' }, signal)
  return rows.map(row => {
    const id = remoteId('stock.location', row.id)
    const record: Inbound['location'] = {
      id,
      code: row.barcode === '' ? row.complete_name : row.barcode,
      name: row.complete_name,
      parent: row.location_id === null ? null : remoteId('stock.location', row.location_id.id),
      kind: USAGE[row.usage] ?? 'other',
      active: row.active,
    }
    return { id, record }
  })
}
