import * as v from 'valibot'
import type { Inbound } from './inbound.ts'
import { ARCHIVED_TOO } from './tryton-rpc.ts'
import type { Rpc } from './tryton-rpc.ts'
import type { Features, Site } from './tryton-site.ts'
import { baseName, basesIn } from './tryton-unit.ts'
import type { Unit } from './tryton-unit.ts'
import { dateValue, decimalValue, flag, id, remoteId, rowsOf, text } from './tryton-value.ts'

/** A record as it was found, to be read by the port's schema, with the number that pages go by. */
export type Raw = { n: number; id: string; record: unknown }
/** A kind of record: which model, what counts as a change of it, which are ours, and how a page of rows is read. */
export type Source = {
  model: string
  /** Paths to the children whose change is a change of the record. */
  children: readonly string[]
  domain: (site: Site) => readonly unknown[]
  /** Further conditions for the first pass and for `ids`: what is over is of no interest there. */
  alive: readonly unknown[]
  fields: (features: Features) => readonly string[]
  read: (rows: readonly unknown[], site: Site, rpc: Rpc, signal: AbortSignal) => Promise<readonly Raw[]>
}

const nameRow = v.object({ id, name: text })

const itemRow = v.object({
  id,
  code: text,
  active: flag,
  cost_price: v.nullish(decimalValue, null),
  identifiers: v.array(id),
  'template.': v.object({
    name: text,
    default_uom: id,
    purchase_uom: v.nullish(id, null),
    sale_uom: v.nullish(id, null),
    categories: v.optional(v.array(id), []),
    lot_required: v.nullish(v.array(v.string()), null),
    shelf_life_state: v.optional(text, ''),
    expiration_state: v.optional(text, ''),
    shelf_life_time: v.nullish(v.number(), null),
    weight: v.nullish(v.number(), null),
    weight_uom: v.nullish(id, null),
  }),
})
type ItemRow = v.InferOutput<typeof itemRow>
const identifierRow = v.object({ id, code: text })

/** Goods; services and other things that no shelf holds are left out. */
export const items: Source = {
  model: 'product.product',
  children: ['', 'template.', 'identifiers.'],
  domain: () => [['template.type', '=', 'goods']],
  alive: [],
  fields: features => [
    'code',
    'active',
    'cost_price',
    'identifiers',
    ...['name', 'default_uom', 'purchase_uom', 'sale_uom', 'categories'].map(name => `template.${name}`),
    ...(features.lots ? ['template.lot_required'] : []),
    ...(features.expiry ? ['template.shelf_life_state', 'template.expiration_state', 'template.shelf_life_time'] : []),
    ...(features.weights ? ['template.weight', 'template.weight_uom'] : []),
  ],
  read: async (rows, site, rpc, signal) => {
    const read = v.parse(rowsOf(itemRow), rows)
    const codes = await byId(
      rpc,
      'product.identifier',
      read.flatMap(row => row.identifiers),
      ['code'],
      identifierRow,
      signal,
    )
    const groups = await byId(
      rpc,
      'product.category',
      read.flatMap(row => row['template.'].categories),
      ['name'],
      nameRow,
      signal,
    )
    return read.map(row => ({
      n: row.id,
      id: remoteId(items.model, row.id),
      record: itemOf(row, site, {
        codes: row.identifiers.flatMap(n => codes.get(n)?.code ?? []),
        category: row['template.'].categories.map(n => groups.get(n)?.name ?? '').find(name => name !== '') ?? null,
      }),
    }))
  },
}

const itemOf = (row: ItemRow, site: Site, found: { codes: string[]; category: string | null }): unknown => {
  const template = row['template.']
  const own = site.units.get(template.default_uom)
  const others = [...new Set([template.purchase_uom, template.sale_uom])].flatMap(n =>
    n === null || n === own?.id ? [] : (site.units.get(n) ?? []),
  )
  const expires = [template.shelf_life_state, template.expiration_state].includes('required')
  return {
    id: remoteId(items.model, row.id),
    client: '',
    sku: row.code,
    name: template.name,
    // A unit that is not known is a flaw of this record.
    unit: own === undefined ? null : baseName(own),
    barcodes: found.codes,
    category: found.category,
    packagings: own === undefined ? [] : packagingsOf(own, others),
    tracking: { lot: (template.lot_required ?? []).length > 0, serial: false, expiry: expires },
    value: own === undefined || row.cost_price === null ? null : valueOf(row.cost_price, own, site),
    weightG: own === undefined ? null : weightOf(template, own, site),
    shelfLifeDays: template.shelf_life_time,
    active: row.active,
  } satisfies Record<keyof Omit<Inbound['item'], 'picture'>, unknown>
}

/** Units that the item is bought and sold in. A unit with digits has its own whole as a packaging: 1 kg = 100 × 0.01 kg. */
const packagingsOf = (own: Unit, others: readonly Unit[]) =>
  [...(own.digits > 0 ? [own] : []), ...others].map(unit => ({
    id: remoteId('product.uom', unit.id),
    name: unit.name,
    ratio: basesIn(unit, own),
    barcodes: [],
  }))

const valueOf = (price: string, own: Unit, site: Site) => {
  const minor = Math.round((Number(price) * 10 ** site.currency.digits) / 10 ** own.digits)
  return Number.isSafeInteger(minor) ? { minor, currency: site.currency.code } : null
}

const GRAMS_A_KILOGRAM = 1000
/** The reference unit of weights is the kilogram. */
const weightOf = (template: ItemRow['template.'], own: Unit, site: Site): number | null => {
  const unit = template.weight_uom === null ? undefined : site.units.get(template.weight_uom)
  if (template.weight === null || unit?.ratio === undefined || unit.ratio === null) return null
  return Math.round((template.weight * unit.ratio.num * GRAMS_A_KILOGRAM) / unit.ratio.den / 10 ** own.digits)
}

/** Rows of a model by number, each read once. Whoever is gone meanwhile is left out. */
export const byId = async <T extends v.GenericSchema<unknown, { id: number }>>(
  rpc: Rpc,
  model: string,
  wanted: readonly number[],
  fields: readonly string[],
  row: T,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, v.InferOutput<T>>> => {
  const ids = [...new Set(wanted)]
  if (ids.length === 0) return new Map()
  const args = [[['id', 'in', ids]], 0, null, null, fields]
  const rows = await rpc.read(`model.${model}.search_read`, args, rowsOf(row), signal, { context: ARCHIVED_TOO })
  return new Map(rows.map(found => [found.id, found]))
}

const addressRow = v.object({
  party_name: v.optional(text, ''),
  street: text,
  postal_code: text,
  city: text,
  'country.': v.nullish(v.object({ code: text }), null),
  'subdivision.': v.nullish(v.object({ name: text }), null),
})
export const ADDRESS_FIELDS = [
  'party_name',
  'street',
  'postal_code',
  'city',
  'country.code',
  'subdivision.name',
] as const
export const addressSchema = addressRow
export const addressOf = (
  row: v.InferOutput<typeof addressRow>,
  party: { name: string; phone: string; mobile: string; email: string },
) => ({
  name: row.party_name === '' ? party.name : row.party_name,
  lines: row.street
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .slice(0, 6),
  postcode: row.postal_code,
  city: row.city,
  region: row['subdivision.']?.name ?? '',
  country: row['country.']?.code ?? '',
  phone: party.phone === '' ? party.mobile : party.phone,
  email: party.email,
})
export const PARTY_FIELDS = ['name', 'phone', 'mobile', 'email'] as const
export const partySchema = v.object({ id, name: text, phone: text, mobile: text, email: text })

const partyRow = v.object({
  ...partySchema.entries,
  code: text,
  active: flag,
  addresses: v.array(id),
})
export const partners: Source = {
  model: 'party.party',
  children: ['', 'addresses.', 'contact_mechanisms.'],
  domain: () => [],
  alive: [],
  fields: () => ['code', 'active', 'addresses', ...PARTY_FIELDS],
  read: async (rows, _site, rpc, signal) => {
    const read = v.parse(rowsOf(partyRow), rows)
    const withId = v.object({ id, ...addressRow.entries })
    const addresses = await byId(
      rpc,
      'party.address',
      read.flatMap(row => row.addresses.slice(0, 1)),
      ADDRESS_FIELDS,
      withId,
      signal,
    )
    return read.map(row => {
      const address = addresses.get(row.addresses[0] ?? 0)
      return {
        n: row.id,
        id: remoteId(partners.model, row.id),
        record: {
          id: remoteId(partners.model, row.id),
          number: row.code === '' ? null : row.code,
          name: row.name,
          // Tryton does not tell: every party may be both.
          supplier: true,
          customer: true,
          address: address === undefined ? null : addressOf(address, row),
          active: row.active,
        },
      }
    })
  },
}

const KIND_OF_LOCATION: Readonly<Record<string, Inbound['location']['kind']>> = {
  storage: 'storage',
  view: 'view',
  warehouse: 'view',
  lost_found: 'loss',
  supplier: 'supplier',
  customer: 'customer',
}
const locationRow = v.object({ id, code: text, name: text, type: text, parent: v.nullish(id, null), active: flag })
export const locations: Source = {
  model: 'stock.location',
  children: [''],
  domain: () => [],
  alive: [],
  fields: () => ['code', 'name', 'type', 'parent', 'active'],
  read: async rows =>
    v.parse(rowsOf(locationRow), rows).map(row => ({
      n: row.id,
      id: remoteId(locations.model, row.id),
      record: {
        id: remoteId(locations.model, row.id),
        code: row.code,
        name: row.name,
        parent: row.parent === null ? null : remoteId(locations.model, row.parent),
        kind: KIND_OF_LOCATION[row.type] ?? 'other',
        active: row.active,
      },
    })),
}

const lotRow = v.object({
  id,
  number: text,
  product: id,
  shelf_life_expiration_date: v.nullish(dateValue, null),
  expiration_date: v.nullish(dateValue, null),
})
export const LOT_DATES = ['shelf_life_expiration_date', 'expiration_date'] as const
export const lots: Source = {
  model: 'stock.lot',
  children: [''],
  domain: () => [],
  alive: [],
  fields: features => ['number', 'product', ...(features.expiry ? LOT_DATES : [])],
  read: async rows =>
    v.parse(rowsOf(lotRow), rows).map(row => ({
      n: row.id,
      id: remoteId(lots.model, row.id),
      record: {
        id: remoteId(lots.model, row.id),
        item: remoteId(items.model, row.product),
        lot: row.number,
        expiry: row.shelf_life_expiration_date ?? row.expiration_date,
      },
    })),
}
