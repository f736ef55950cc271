import * as v from 'valibot'
import type { Inbound } from './connector.ts'
import type { Raw } from './erpnext-items.ts'
import { text, tick } from './erpnext-rpc.ts'
import type { Frappe } from './erpnext-rpc.ts'
import { nameOf, remoteId } from './erpnext-sweep.ts'
import type { Watched } from './erpnext-sweep.ts'
import type { Address } from './inbound.ts'

const active = [['disabled', '=', 0]] as const
export const watchedPartners: Watched = {
  heads: [
    { doctype: 'Supplier', filters: [], active },
    { doctype: 'Customer', filters: [], active },
  ],
}

const partner = { name: text, disabled: tick }
const supplierRow = v.object({ ...partner, supplier_name: text, supplier_primary_address: v.optional(text, '') })
const customerRow = v.object({ ...partner, customer_name: text, customer_primary_address: v.optional(text, '') })

export const readPartners = async (frappe: Frappe, wanted: readonly string[], signal: AbortSignal): Promise<Raw[]> => {
  const named = (doctype: string) => {
    const names = wanted.flatMap(id => (id.startsWith(`${doctype},`) ? [nameOf(doctype, id)] : []))
    return { filters: [['name', 'in', names]] as const, any: names.length > 0 }
  }
  const [suppliers, customers] = [named('Supplier'), named('Customer')]
  const [sellers, buyers] = await Promise.all([
    suppliers.any ? frappe.rows('Supplier', supplierRow, suppliers, signal) : [],
    customers.any ? frappe.rows('Customer', customerRow, customers, signal) : [],
  ])
  const rows = [
    ...sellers.map(row => ({ ...row, kind: 'Supplier', title: row.supplier_name, at: row.supplier_primary_address })),
    ...buyers.map(row => ({ ...row, kind: 'Customer', title: row.customer_name, at: row.customer_primary_address })),
  ]
  const addresses = await readAddresses(
    frappe,
    rows.map(row => row.at),
    signal,
  )
  return rows.map(row => {
    const id = remoteId(row.kind, row.name)
    const name = row.title === '' ? row.name : row.title
    const found = addresses.get(row.at)
    const record: Inbound['partner'] = {
      id,
      client: '',
      number: row.name,
      name,
      supplier: row.kind === 'Supplier',
      customer: row.kind === 'Customer',
      address: found === undefined ? null : { ...found, name },
      active: !row.disabled,
    }
    return { id, record }
  })
}

const addressRow = v.object({
  name: text,
  address_title: text,
  address_line1: text,
  address_line2: text,
  city: text,
  state: text,
  pincode: text,
  country: text,
  phone: text,
  email_id: text,
})
const countryRow = v.object({ name: text, code: text })

/** Addresses by their name over there; a country is a word there and a code here. */
export const readAddresses = async (
  frappe: Frappe,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Address>> => {
  const names = [...new Set(wanted.filter(Boolean))]
  if (names.length === 0) return new Map()
  const rows = await frappe.rows('Address', addressRow, { filters: [['name', 'in', names]] }, signal)
  const words = [...new Set(rows.map(row => row.country).filter(Boolean))]
  const countries =
    words.length === 0 ? [] : await frappe.rows('Country', countryRow, { filters: [['name', 'in', words]] }, signal)
  const codes = new Map(countries.map(row => [row.name, row.code.toUpperCase()]))
  return new Map(
    rows.map(row => [
      row.name,
      {
        name: row.address_title,
        lines: [row.address_line1, row.address_line2].filter(Boolean),
        postcode: row.pincode,
        city: row.city,
        region: row.state,
        country: codes.get(row.country) ?? '',
        phone: row.phone,
        email: row.email_id,
      },
    ]),
  )
}

const warehouseRow = v.object({
  name: text,
  warehouse_name: text,
  parent_warehouse: text,
  warehouse_type: text,
  is_group: tick,
  disabled: tick,
})

export const watchedLocations = (company: string): Watched => ({
  heads: [{ doctype: 'Warehouse', filters: [['company', '=', company]], active }],
})

export const readLocations = async (frappe: Frappe, wanted: readonly string[], signal: AbortSignal): Promise<Raw[]> => {
  const names = wanted.map(id => nameOf('Warehouse', id))
  const rows = await frappe.rows('Warehouse', warehouseRow, { filters: [['name', 'in', names]] }, signal)
  return rows.map(row => {
    const id = remoteId('Warehouse', row.name)
    const record: Inbound['location'] = {
      id,
      code: row.name,
      name: row.warehouse_name === '' ? row.name : row.warehouse_name,
      parent: row.parent_warehouse === '' ? null : remoteId('Warehouse', row.parent_warehouse),
      kind: row.is_group ? 'view' : row.warehouse_type === 'Transit' ? 'transit' : 'storage',
      active: !row.disabled,
    }
    return { id, record }
  })
}
