import * as v from 'valibot'
import { dayOf } from '../../shared/time.ts'
import { ErpError } from './erp-error.ts'
import { ARCHIVED_TOO } from './tryton-rpc.ts'
import type { Rpc } from './tryton-rpc.ts'
import { UNIT_FIELDS, unitOf, unitRow } from './tryton-unit.ts'
import type { Unit } from './tryton-unit.ts'
import { dateValue, id, rowsOf, text } from './tryton-value.ts'

export type TrytonSettings = {
  url: string
  database: string
  user: string
  /** Code of the warehouse; '' = the only one. */
  warehouse: string
  /** Code of the party that goods without a purchase order are booked from; '' = such goods are not taken. */
  supplier: string
  /** Code of the party that returns without an order are booked from; '' = such returns are not taken. */
  customer: string
}

/** What an installation has besides the modules that we cannot do without. */
export type Features = {
  lots: boolean
  expiry: boolean
  packages: boolean
  packageTracking: boolean
  carriers: boolean
  weights: boolean
}

export type Site = {
  company: number
  currency: { id: number; code: string; digits: number }
  /** Of the company; null = Tryton goes by the clock of its machine. */
  timeZone: string | null
  warehouse: number
  storage: number
  output: number
  /** Where adjustments come from and go to, unless the reason names another place. */
  loss: number
  features: Features
  units: ReadonlyMap<number, Unit>
}

const OPTIONAL = {
  lots: ['stock.move', 'lot'],
  expiry: ['stock.lot', 'shelf_life_expiration_date'],
  packages: ['stock.shipment.out', 'packages'],
  packageTracking: ['stock.package', 'shipping_reference'],
  carriers: ['stock.shipment.out', 'carrier'],
  weights: ['product.template', 'weight'],
} as const satisfies Record<keyof Features, readonly [string, string]>

/** Its day: nothing is booked later than that, and stock is what is there by then. */
export const todayThere = async (
  rpc: Pick<Rpc, 'clock' | 'read'>,
  { timeZone }: Pick<Site, 'timeZone'>,
  signal: AbortSignal,
): Promise<string> =>
  timeZone === null ? rpc.read('model.ir.date.today', [], dateValue, signal) : dayOf(await rpc.clock(signal), timeZone)

/** Facts of the installation that change seldom: read at the first call, and again when `forget` was called. */
export type SiteReader = { read(signal: AbortSignal): Promise<Site>; forget(): void }

export const siteReader = (rpc: Rpc, settings: TrytonSettings): SiteReader => {
  let known: Promise<Site> | null = null
  return {
    read: async signal => {
      known ??= readSite(rpc, settings, signal)
      const mine = known
      return mine.catch((error: unknown) => {
        if (known === mine) known = null
        throw error
      })
    },
    forget: () => {
      known = null
    },
  }
}

const warehouseRow = v.object({ id, code: text, name: text, storage_location: id, output_location: id })

const readSite = async (rpc: Rpc, settings: TrytonSettings, signal: AbortSignal): Promise<Site> => {
  const { company } = await rpc.preferences(signal)
  if (company === null) throw new ErpError('config', `The Tryton user ${settings.user} belongs to no company.`)
  const warehouse = await readWarehouse(rpc, settings, signal)
  const [loss] = await rpc.read(
    'model.stock.location.search',
    [[['type', '=', 'lost_found']], 0, 1, [['id', 'ASC']]],
    v.array(id),
    signal,
  )
  if (loss === undefined) throw new ErpError('config', 'Tryton has no location of type Lost and Found.')
  const units = await rpc.read(
    'model.product.uom.search_read',
    [[], 0, null, null, [...UNIT_FIELDS]],
    rowsOf(unitRow),
    signal,
    { context: ARCHIVED_TOO },
  )
  return {
    company,
    ...(await readCompany(rpc, company, signal)),
    warehouse: warehouse.id,
    storage: warehouse.storage_location,
    output: warehouse.output_location,
    loss,
    features: await readFeatures(rpc, signal),
    units: new Map(units.map(row => [row.id, unitOf(row)])),
  }
}

const readWarehouse = async (rpc: Rpc, settings: TrytonSettings, signal: AbortSignal) => {
  const found = await rpc.read(
    'model.stock.location.search_read',
    [
      [['type', '=', 'warehouse'], ...(settings.warehouse === '' ? [] : [['code', '=', settings.warehouse]])],
      0,
      3,
      [['id', 'ASC']],
      ['code', 'name', 'storage_location', 'output_location'],
    ],
    rowsOf(warehouseRow),
    signal,
  )
  const [only, second] = found
  if (only === undefined) throw new ErpError('config', `Tryton has no warehouse ${settings.warehouse}.`)
  if (second !== undefined)
    throw new ErpError('config', 'Tryton has several warehouses: the connection must name the code of one.')
  return only
}

const companyRow = v.object({
  timezone: text,
  'currency.': v.object({ id, code: text, digits: v.pipe(v.number(), v.safeInteger()) }),
})
const readCompany = async (rpc: Rpc, company: number, signal: AbortSignal) => {
  const [row] = await rpc.read(
    'model.company.company.read',
    [[company], ['timezone', 'currency.code', 'currency.digits']],
    rowsOf(companyRow),
    signal,
  )
  if (row === undefined) throw new ErpError('config', 'The company of the Tryton user cannot be read.')
  return { currency: row['currency.'], timeZone: row.timezone === '' ? null : row.timezone }
}

const fieldRow = v.object({ name: text, 'model.': v.object({ model: text }) })
const readFeatures = async (rpc: Rpc, signal: AbortSignal): Promise<Features> => {
  const wanted = Object.values(OPTIONAL)
  const rows = await rpc.read(
    'model.ir.model.field.search_read',
    [
      [
        'OR',
        ...wanted.map(([model, name]) => [
          ['model.model', '=', model],
          ['name', '=', name],
        ]),
      ],
      0,
      null,
      null,
      ['name', 'model.model'],
    ],
    rowsOf(fieldRow),
    signal,
  )
  const has = ([model, name]: readonly [string, string]): boolean =>
    rows.some(row => row.name === name && row['model.'].model === model)
  return {
    lots: has(OPTIONAL.lots),
    expiry: has(OPTIONAL.expiry),
    packages: has(OPTIONAL.packages),
    packageTracking: has(OPTIONAL.packageTracking),
    carriers: has(OPTIONAL.carriers),
    weights: has(OPTIONAL.weights),
  }
}
