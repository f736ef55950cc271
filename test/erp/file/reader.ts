import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { decodeText, encodeText, readCsv, writeCsv } from '../../../server/erp/file-csv.ts'
import type { SimErp } from '../../../server/erp/sim/erp.ts'
import { SimRefusal } from '../../../server/erp/sim/refusal.ts'
import type { SimDraft, SimDocument, SimOrder, SimStatus } from '../../../server/erp/sim/state.ts'
import { MAIN } from '../../../server/erp/sim/state.ts'

type Cells = ReadonlyMap<string, string>
/** As different exports write: each file in the manner of the next. */
const MANNERS = [
  { separator: ',', encoding: 'utf-8', comma: false },
  { separator: ';', encoding: 'windows-1254', comma: true },
  { separator: '\t', encoding: 'utf-8-bom', comma: true },
] as const

/**
 * The ERP's side of the shared folder, as somebody would write it over there in an afternoon: books what lies in `out/`, one
 * document a file, and exports what has changed.
 */
export const makeReader = (root: string, erp: SimErp) => {
  const at = (...parts: string[]): string => path.join(root, ...parts)
  let files = 0
  let told = { clock: 0, moves: 0 }
  const put = async (kind: string, rows: readonly (readonly (string | number)[])[]): Promise<void> => {
    const manner = MANNERS[files % MANNERS.length] ?? MANNERS[0]
    files += 1
    const shown = rows.map(row =>
      row.map(cell => (typeof cell === 'number' && manner.comma ? String(cell).replace('.', ',') : String(cell))),
    )
    const bytes = encodeText(writeCsv(shown, manner.separator), manner.encoding) ?? new Uint8Array()
    const name = `${kind}-${String(files).padStart(8, '0')}.csv`
    await writeFile(at('in', `.${name}`), bytes)
    await rename(at('in', `.${name}`), at('in', name))
  }
  const orderRows = (order: SimOrder): (string | number)[][] =>
    order.lines.map(line => {
      const head = [order.id, order.number, order.client, order.partner, order.state]
      return [...head, line.id, line.item, line.quantity, line.done]
    })
  /** Exports what has changed since the last time, and the whole stock. */
  const publish = async (): Promise<void> => {
    const { state } = erp
    const changed = <T extends { changed: number }>(all: Record<string, T>): T[] =>
      Object.values(all).filter(row => row.changed > told.clock)
    const items = changed(state.items).map(item => [
      item.id,
      item.client,
      item.sku,
      item.name,
      item.unit,
      item.barcodes.join('|'),
      item.packagings.map(p => `${p.name}=${p.quantity ?? ''}`).join('|'),
      ...[item.tracking.lot, item.tracking.serial, item.active].map(flag => (flag ? 'evet' : 'hayır')),
    ])
    const itemHead = ['id', 'client', 'sku', 'name', 'unit', 'barcodes', 'packagings', 'lot', 'serial', 'active']
    if (items.length > 0) await put('items', [itemHead, ...items])
    const orderHead = ['order', 'number', 'client', 'partner', 'state', 'line', 'item', 'quantity', 'done']
    for (const [kind, name] of [
      ['purchase', 'purchase-orders'],
      ['sales', 'sales-orders'],
    ] as const) {
      const orders = changed(state.orders).filter(order => order.kind === kind)
      if (orders.length > 0) await put(name, [orderHead, ...orders.flatMap(orderRows)])
    }
    const moves = state.moves.slice(told.moves)
    /** Its books have one number for a lot or a unit; in the files they are apart. */
    const named = (item: string, number: string): string[] =>
      erp.item(item).tracking.serial ? ['', number] : [number, '']
    const moveRows = moves.map(m => [
      m.n,
      m.at,
      m.item,
      ...named(m.item, m.lot),
      m.quantity,
      m.from ?? '',
      m.to ?? '',
      m.key,
      m.document ?? '',
    ])
    if (moves.length > 0)
      await put('movements', [
        ['id', 'at', 'item', 'lot', 'serial', 'quantity', 'from', 'to', 'key', 'document'],
        ...moveRows,
      ])
    told = { clock: state.clock, moves: state.moves.length }
    const asOf = new Date().toISOString()
    const rows = Object.values(state.stock).map(row => [
      row.item,
      row.place,
      ...named(row.item, row.lot),
      row.quantity,
      asOf,
    ])
    await put('stock', [['item', 'location', 'lot', 'serial', 'quantity', 'as_of'], ...rows])
  }
  const bookFile = async (name: string): Promise<void> => {
    const rows = await rowsIn(at('out', name))
    const [first] = rows
    if (first === undefined) return
    const type = first.get('type') as SimDraft['type']
    const key = first.get('key') ?? ''
    if (first.get('type') === 'orderStatus') {
      erp.tellStatus(wordOf(key, rows))
      return
    }
    // A key that is booked already is taken and not booked again.
    if (erp.byKey(key).some((document: SimDocument) => document.state === 'posted')) return
    const goods = rows.filter(cells => cells.get('row') === 'goods')
    const draft: SimDraft = {
      key,
      type,
      client: first.get('client') ?? '',
      order: first.get('order') || null,
      changeFrom: null,
      lines: goods.map(cells => ({
        item: cells.get('item') ?? '',
        lot: cells.get('lot') ?? '',
        serial: cells.get('serial') ?? '',
        expiry: cells.get('expiry') || null,
        quantity: Math.abs(Number(cells.get('quantity'))),
        line: null,
        ...sidesOf(type, cells),
      })),
      tracking: (first.get('tracking') ?? '').split('|').filter(text => text !== ''),
      reason: first.get('reason') || null,
    }
    const made = erp.draft(draft)
    const isRestWanted = first.get('shorts') === '' ? true : first.get('shorts') === 'backorder'
    try {
      erp.post(made.id, { backorder: isRestWanted, accept: [] })
    } catch (error) {
      erp.forget(made.id)
      throw error
    }
  }
  const take = async (): Promise<void> => {
    for (const name of (await readdir(at('out'))).filter(one => one.endsWith('.csv') && !one.startsWith('.')).sort()) {
      const refused = await bookFile(name).then(
        () => null,
        (error: unknown) => {
          if (error instanceof SimRefusal) return error.message
          throw error
        },
      )
      const to = refused === null ? 'taken' : 'refused'
      await mkdir(at('out', to), { recursive: true })
      if (refused !== null) await writeFile(at('out', to, `${name}.reason.txt`), refused)
      await rename(at('out', name), at('out', to, name))
    }
  }
  return {
    publish,
    /** One run of the job over there. */
    run: async (): Promise<void> => {
      await take()
      await publish()
    },
  }
}

const rowsIn = async (file: string): Promise<Cells[]> => {
  const text = decodeText(await readFile(file), 'auto') ?? ''
  const table = readCsv(text, 'auto', 10_000)
  if ('problem' in table) throw new Error(table.problem)
  return table.rows.map(row => row.cells)
}

/** An empty place is the main one. */
const sidesOf = (type: SimDraft['type'], cells: Cells): { from: string | null; to: string | null } => {
  const [from, to] = [cells.get('from') || null, cells.get('to') || null]
  switch (type) {
    case 'receipt':
    case 'return':
      return { from: null, to: to ?? MAIN }
    case 'shipment':
      return { from: from ?? MAIN, to: null }
    case 'transfer':
      return { from, to }
    case 'adjustment':
      return Number(cells.get('quantity')) > 0 ? { from: null, to: to ?? MAIN } : { from: from ?? MAIN, to: null }
  }
}

/** How far an order is, and its cartons. */
const wordOf = (key: string, rows: readonly Cells[]): SimStatus => {
  const head = rows.find(cells => cells.get('row') === 'status')
  return {
    key,
    order: head?.get('order') ?? '',
    status: (head?.get('status') ?? '') as SimStatus['status'],
    carrier: head?.get('carrier') || null,
    tracking: (head?.get('tracking') ?? '').split('|').filter(text => text !== ''),
    packages: rows
      .filter(cells => cells.get('row') === 'carton')
      .map(cells => ({
        label: cells.get('carton') ?? '',
        type: cells.get('carton_type') || null,
        weightG: Number(cells.get('weight_g')) || null,
        tracking: cells.get('tracking') || null,
      })),
  }
}
