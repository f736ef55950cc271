import * as v from 'valibot'
import { msOf } from '../../shared/time.ts'
import { ErpError } from './erp-error.ts'
import { number, text, tick } from './erpnext-rpc.ts'
import type { Frappe } from './erpnext-rpc.ts'
import { nameOf, remoteId } from './erpnext-sweep.ts'

/** The company over there that this connection serves, and its warehouses. */
export type Site = {
  company: string
  currency: string
  zone: string
  /** Where goods lie when nobody says where; null = somebody has to say. */
  stock: string | null
  /** Warehouses that hold stock and are ours: all of the company, or those below the one that was chosen. */
  own: ReadonlySet<string>
}

export type Chosen = { company: string; warehouse: string }

const companyRow = v.object({ name: text, default_currency: text })
const warehouseRow = v.object({ name: text, lft: number, rgt: number, is_group: tick, disabled: tick })
const zoneAnswer = v.object({ time_zone: text })

export const readSite = async (frappe: Frappe, chosen: Chosen, signal: AbortSignal): Promise<Site> => {
  const named = chosen.company === '' ? [] : ([['name', '=', chosen.company]] as const)
  const companies = await frappe.rows('Company', companyRow, { filters: [...named], limit: 2 }, signal)
  const [company] = companies
  if (company === undefined || companies.length > 1)
    throw new ErpError(
      'config',
      company === undefined
        ? `ERPNext has no company "${chosen.company}" for this user`
        : 'ERPNext has several companies: name one in the settings',
      { gap: { kind: 'company', key: chosen.company } },
    )
  const filters = [['company', '=', company.name]] as const
  const rows = await frappe.rows('Warehouse', warehouseRow, { filters: [...filters] }, signal)
  const root = chosen.warehouse === '' ? undefined : rows.find(row => row.name === chosen.warehouse)
  if (chosen.warehouse !== '' && root === undefined)
    throw new ErpError('config', `ERPNext has no warehouse "${chosen.warehouse}" in ${company.name} for this user`, {
      gap: { kind: 'warehouse', key: chosen.warehouse },
    })
  // A warehouse that is no group holds stock itself; without it every place must be mapped.
  const below = rows.filter(row => !row.is_group && (root === undefined || within(row, root)))
  return {
    company: company.name,
    currency: company.default_currency,
    zone: await readZone(frappe, signal),
    stock: root !== undefined && !root.is_group ? root.name : below.length === 1 ? (below[0]?.name ?? null) : null,
    own: new Set(
      (root === undefined || root.is_group ? below : rows.filter(row => !row.is_group)).map(row => row.name),
    ),
  }
}

/** Warehouses are a tree that is kept as nested intervals. */
const within = (row: { lft: number; rgt: number }, root: { lft: number; rgt: number }): boolean =>
  row.lft >= root.lft && row.rgt <= root.rgt

const readZone = async (frappe: Frappe, signal: AbortSignal): Promise<string> => {
  const { time_zone: zone } = await frappe.method(
    { name: 'frappe.client.get_time_zone', phase: 'read' },
    zoneAnswer,
    signal,
  )
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone === '' ? 'UTC' : zone }).resolvedOptions().timeZone
  } catch {
    throw new ErpError('config', `ERPNext's time zone "${zone}" is not one that we know`)
  }
}

/** Warehouses are added and renamed over there while we run. */
const SITE_MS = 600_000

/** What the parts of the connector share. Company and warehouses are asked for again after ten minutes, or a failure. */
export type Base = {
  frappe: Frappe
  /** The field over there that holds our key. */
  keyField: string
  site(signal: AbortSignal): Promise<Site>
  link(doctype: string, name: string): string
}

export const makeBase = (
  frappe: Frappe,
  settings: Chosen & { url: string; keyField: string },
  now: () => string,
): Base => ({
  frappe,
  keyField: settings.keyField,
  site: kept(signal => readSite(frappe, settings, signal), now),
  link: (doctype, name) =>
    `${settings.url}/app/${doctype.toLowerCase().replaceAll(' ', '-')}/${encodeURIComponent(name)}`,
})

const kept = <T>(
  ask: (signal: AbortSignal) => Promise<T>,
  now: () => string,
): ((signal: AbortSignal) => Promise<T>) => {
  let held: { answer: Promise<T>; at: number } | null = null
  return signal => {
    const at = msOf(now())
    if (held !== null && Math.abs(at - held.at) < SITE_MS) return held.answer
    const asked = { answer: ask(signal), at }
    held = asked
    asked.answer.catch(() => {
      if (held === asked) held = null
    })
    return asked.answer
  }
}

/** The warehouse that a line names, or the one that goods lie in when nobody says where. */
export const warehouseOf = (site: Site, location: string | null): string => {
  const place = location === null ? site.stock : nameOf('Warehouse', location)
  if (place === null)
    throw new ErpError('config', 'No warehouse is named for these goods: map the place, or name one in the settings', {
      gap: { kind: 'location', key: '* *' },
    })
  return place
}
export const placeId = (warehouse: string): string => remoteId('Warehouse', warehouse)
