import type { Connection } from './peer.ts'

/** A person in Odoo: over the administrator's key, past the connector that is tested. */
export const makeAdmin = (at: Connection) => {
  const call = async (model: string, method: string, body: Record<string, unknown>): Promise<unknown> => {
    const response = await fetch(`${at.url}/json/2/${model}/${method}`, {
      method: 'POST',
      headers: {
        authorization: `bearer ${at.adminKey}`,
        'x-odoo-database': at.database,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${model}/${method}: ${response.status} ${text.slice(0, 400)}`)
    return JSON.parse(text)
  }
  const ids = (model: string, domain: readonly unknown[]): Promise<number[]> =>
    call(model, 'search', { domain, order: 'id' }) as Promise<number[]>
  const create = async (model: string, values: Record<string, unknown>, context = {}): Promise<number> => {
    const [id] = (await call(model, 'create', { vals_list: [values], context })) as number[]
    if (id === undefined) throw new Error(`${model}: nothing was made`)
    return id
  }
  const one = async (model: string, domain: readonly unknown[]): Promise<number> => {
    const [id] = await ids(model, domain)
    if (id === undefined) throw new Error(`${model}: nothing found`)
    return id
  }
  return {
    call,
    ids,
    one,
    create,
    write: async (model: string, id: number, vals: Record<string, unknown>): Promise<void> => {
      await call(model, 'write', { ids: [id], vals })
    },
    /** The lot of that name, made when it is not there. */
    lot: async (item: number, name: string): Promise<number> => {
      const domain = [
        ['product_id', '=', item],
        ['name', '=', name],
      ]
      return (await ids('stock.lot', domain))[0] ?? create('stock.lot', { product_id: item, name })
    },
    /** An internal transfer, entered and posted in the ERP. */
    move: async (item: number, from: number, to: number, n: number): Promise<void> => {
      const type = await one('stock.picking.type', [['code', '=', 'internal']])
      const places = { location_id: from, location_dest_id: to }
      const move = { product_id: item, product_uom_qty: n, ...places }
      const picking = await create('stock.picking', { picking_type_id: type, ...places, move_ids: [[0, 0, move]] })
      await call('stock.picking', 'action_confirm', { ids: [picking] })
      await call('stock.picking', 'action_assign', { ids: [picking] })
      await call('stock.picking', 'button_validate', { ids: [picking] })
    },
  }
}
export type Admin = ReturnType<typeof makeAdmin>
