import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import type { ErpConnector } from '../../../server/erp/connector.ts'
import { makeConnector } from '../../../server/erp/settings.ts'
import { tryton } from '../../../server/erp/tryton.ts'
import type { ErpPeer, Wanted } from '../fixture.ts'
import { decimal, logIn, today } from './rpc.ts'
import type { Person } from './rpc.ts'

export type Connection = { url: string; database: string; user: string; password: string; adminPassword: string }
export const connectionIn = (folder: string): Connection =>
  JSON.parse(readFileSync(path.join(folder, 'connection.json'), 'utf8')) as Connection

const idOf = (remote: string): number => Number(remote.split(',')[1])

export type TrytonPeer = Omit<ErpPeer, 'connect' | 'item'> & {
  connect(at: { url: string; password?: 'right' | 'wrong'; settings?: Record<string, unknown> }): ErpConnector
  item(wish?: { lot?: boolean; serial?: boolean; caseOf?: number; expires?: boolean }): Promise<string>
  /** The person logs in anew, after all sessions were ended. */
  signIn(): Promise<void>

  person: Person
  sql: Client
  connection: Connection
  place: (code: string) => string
}

/**
 * The real Tryton, with a fresh database of this name, as the kit sees it: people act through its own JSON-RPC, the auditor reads its database, so that stock is
 * known another way than the connector knows it.
 */
export const startTryton = async (database: string): Promise<TrytonPeer> => {
  const folder = process.env['ERP_FOLDER']
  if (folder === undefined) throw new Error('ERP_FOLDER is missing: run this by `npm run test:erp -- tryton`')
  const connection = { ...connectionIn(folder), database }
  await makeDatabase(folder, database)
  const sql = clientOf(folder, database)
  await sql.connect()
  const signIn = () => logIn({ ...connection, user: 'admin', password: connection.adminPassword })
  let session = await signIn()
  const call: Person['call'] = (method, ...args) => session.call(method, ...args)
  const person: Person = { user: session.user, call }
  const first = async (model: string, domain: readonly unknown[]): Promise<number> =>
    ((await call(`${model}.search`, domain, 0, 1, null)) as number[])[0] ?? 0
  const rows = await sql.query<{ id: number; code: string | null; type: string }>(
    'select id, code, type from stock_location',
  )
  const byCode = new Map(rows.rows.map(row => [row.code ?? row.type, row.id]))
  const place = (code: string): string => `stock.location,${byCode.get(code) ?? 0}`
  const lost = byCode.get('lost_found') ?? 0
  const unit = await first('product.uom', [['name', '=', 'Unit']])
  const category = await first('product.category', [['name', '=', 'Account goods']])
  const term = await first('account.invoice.payment_term', [])
  const party = async (code: string) => {
    const id = await first('party.party', [['code', '=', code]])
    return { id, address: await first('party.address', [['party', '=', id]]) }
  }
  const [supplier, customer] = [await party('SUP01'), await party('CUS01')]
  let made = 0
  const move = async (item: string, from: number, to: number, quantity: number, lot?: string): Promise<void> => {
    const values = {
      product: idOf(item),
      uom: unit,
      quantity,
      from_location: from,
      to_location: to,
      company: 1,
      planned_date: today(),
    }
    const [id] = (await call('stock.move.create', [
      { ...values, ...(lot === undefined || lot === '' ? {} : { lot: await lotOf(item, lot) }) },
    ])) as number[]
    await call('stock.move.do', [id])
  }
  const lotOf = async (item: string, number: string): Promise<number> =>
    (await first('stock.lot', [
      ['product', '=', idOf(item)],
      ['number', '=', number],
    ])) ||
    ((await call('stock.lot.create', [{ product: idOf(item), number }])) as number[])[0] ||
    0
  const templateOf = async (item: string): Promise<number> =>
    (await sql.query<{ template: number }>('select template from product_product where id = $1', [idOf(item)])).rows[0]
      ?.template ?? 0
  const caseOf = async (n: number): Promise<number> =>
    (await first('product.uom', [['name', '=', `Case of ${n}`]])) ||
    (
      (await call('product.uom.create', [
        {
          name: `Case of ${n}`,
          symbol: `c${n}`,
          category: 1,
          factor: n,
          rate: Number((1 / n).toFixed(12)),
          rounding: 1,
          digits: 0,
        },
      ])) as number[]
    )[0] ||
    0
  const order = async (model: string, values: Record<string, unknown>, lines: readonly Wanted[]): Promise<number> => {
    const rowsOf = lines.map(({ item, n }) => ({
      type: 'line',
      product: idOf(item),
      quantity: n,
      unit,
      unit_price: decimal('7.5'),
    }))
    const [id = 0] = (await call(`${model}.create`, [
      {
        payment_term: term,
        warehouse: byCode.get('WH'),
        invoice_method: 'order',
        ...values,
        lines: [['create', rowsOf]],
      },
    ])) as number[]
    await call(`${model}.quote`, [id])
    await call(`${model}.confirm`, [id])
    return id
  }
  return {
    person,
    sql,
    connection,
    place,
    url: connection.url,
    connect: ({ url, password = 'right', settings = {} }) =>
      makeConnector(tryton, {
        id: 'tryton',
        settings: {
          url,
          database: connection.database,
          user: connection.user,
          supplier: 'SUP01',
          customer: 'CUS01',
          ...settings,
        },
        secrets: { password: password === 'right' ? connection.password : 'no such password' },
      }),
    client: '',
    places: { main: place('A-01'), second: place('A-02') },
    reasons: { adjustment: '', return: '' },
    item: async (wish = {}) => {
      made += 1
      const code = `KIT-${process.pid}-${made}`
      const lots = {
        ...(wish.lot ? { lot_required: ['storage', 'supplier', 'customer'] } : {}),
        ...(wish.expires ? { shelf_life_state: 'required' } : {}),
      }
      const bought = wish.caseOf === undefined ? unit : await caseOf(wish.caseOf)
      const [template] = (await call('product.template.create', [
        {
          name: code,
          code,
          type: 'goods',
          default_uom: unit,
          purchase_uom: bought,
          sale_uom: unit,
          purchasable: true,
          salable: true,
          list_price: decimal('12.5'),
          cost_price_method: 'fixed',
          account_category: category,
          products: [['create', [{ cost_price: decimal('7') }]]],
          ...lots,
        },
      ])) as number[]
      const found = await sql.query<{ id: number }>('select id from product_product where template = $1', [template])
      return `product.product,${found.rows[0]?.id ?? 0}`
    },
    stockUp: (item, at, n, lot) => move(item, lost, idOf(at), n, lot),
    purchase: async lines =>
      `purchase.purchase,${await order('purchase.purchase', { party: supplier.id, invoice_address: supplier.address, purchase_date: today() }, lines)}`,
    sale: async lines => {
      const who = { party: customer.id, invoice_address: customer.address, shipment_address: customer.address }
      const id = await order('sale.sale', { ...who, sale_date: today(), shipment_method: 'order' }, lines)
      const [sale] = (await call('sale.sale.read', [id], ['shipments'])) as { shipments: number[] }[]
      return `stock.shipment.out,${sale?.shipments[0] ?? 0}`
    },
    cancel: async of => void (await call(`${of.split(',')[0] ?? ''}.cancel`, [idOf(of)])),
    moveByHand: (item, from, to, n) => move(item, idOf(from), idOf(to), n),
    adjustByHand: (item, at, delta) =>
      delta > 0 ? move(item, lost, idOf(at), delta) : move(item, idOf(at), lost, -delta),
    rename: async (item, name) => void (await call('product.template.write', [await templateOf(item)], { name })),
    archive: async item => void (await call('product.product.write', [idOf(item)], { active: false })),
    addBarcode: async (item, code) =>
      void (await call('product.identifier.create', [{ product: idOf(item), type: null, code }])),
    onHand: async (item, at, lot) => {
      const { rows: found } = await sql.query<{ n: number | null }>(
        `select sum(case when t.type = 'storage' and ($2::int is null or t.id = $2) then m.internal_quantity else 0 end
                  - case when f.type = 'storage' and ($2::int is null or f.id = $2) then m.internal_quantity else 0 end) as n
         from stock_move m join stock_location f on f.id = m.from_location join stock_location t on t.id = m.to_location
         left join stock_lot l on l.id = m.lot
         where m.state = 'done' and m.product = $1 and ($3::text is null or l.number = $3)`,
        [idOf(item), at === undefined ? null : idOf(at), lot ?? null],
      )
      return found[0]?.n ?? 0
    },
    postedWith: async key => {
      const tables = ['stock_shipment_in', 'stock_shipment_internal', 'stock_shipment_out_return']
      const union = tables.map(
        table => `select id from ${table} where reference = $1 and state in ('received', 'shipped', 'done')`,
      )
      const { rows: found } = await sql.query(union.join(' union all '), [key])
      // A customer shipment is Tryton's own document and does not carry our key.
      return found.length === 0 ? null : found.length
    },
    bookAgain: async key => {
      const made = await first('stock.shipment.internal', [['reference', '=', key]])
      const [copy] = (await call('stock.shipment.internal.copy', [made], { reference: key })) as number[]
      for (const step of ['wait', 'assign_try', 'done']) await call(`stock.shipment.internal.${step}`, [copy])
    },
    signIn: async () => {
      session = await signIn()
    },
    stop: () => sql.end(),
  }
}

/** A copy of the clean database under this name; Tryton serves every database by its name. */
const makeDatabase = async (folder: string, name: string): Promise<void> => {
  const admin = clientOf(folder, 'postgres')
  await admin.connect()
  await admin.query(`drop database if exists ${name} with (force)`)
  await admin.query(`create database ${name} template clean`)
  await admin.end()
}
const clientOf = (folder: string, database: string): Client =>
  new Client({ host: path.join(folder, 'run'), port: 5432, user: dbUser(), database })

/** The scripts run the database as this user. */
const dbUser = (): string => (process.getuid?.() === 0 ? 'postgres' : (process.env['USER'] ?? ''))
