import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pullAll } from '../../test/erp/kit-pull.ts'
import { makeDelivery, never } from '../../test/erp/carry.ts'
import { lineOf } from '../../test/erp/operations.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { ErpConnector, InboundKind, StockRow } from './connector.ts'
import { isErpError } from './erp-error.ts'
import { readCsv } from './file-csv.ts'
import { MAX_BYTES } from './file-inbox.ts'
import { file } from './file.ts'
import { diskFolder } from './folder.ts'
import type { Folder } from './folder.ts'
import type { OutboundOp } from './operation.ts'
import { amountOf } from './quantity.ts'
import { makeConnector } from './settings.ts'

const KEY = '3f2b8c1e-0000-5000-8000-000000000001'
let root = ''
/** Files have the real time; the connector's clock stands where they are seen as new. */
let now = ''
const at = (name: string): string => path.join(root, 'erp', name)
const put = (name: string, text: string | Uint8Array): Promise<void> => writeFile(at(name), text)
const sum = (text: string): string => createHash('sha256').update(text).digest('hex')
const connect = (
  settings: object = {},
  folder: (name: string) => Folder = name => diskFolder(root, name),
): ErpConnector =>
  makeConnector(file, { id: 'file', settings: { folder: 'erp', ...settings }, secrets: {}, folder, now: () => now })
const pull = async <K extends InboundKind>(kind: K, connector = connect(), cursor: string | null = null) =>
  connector.pull(kind, cursor, 100, never)
const stockOf = async (connector: ErpConnector): Promise<Record<string, number>> => {
  const rows: StockRow[] = []
  for await (const row of connector.stock({ locations: [] }, never)) rows.push(row)
  const sums: Record<string, number> = {}
  for (const { item, location, quantity } of rows)
    sums[`${item} ${location}`] = (sums[`${item} ${location}`] ?? 0) + amountOf(quantity)
  return sums
}
const classOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'none',
    (error: unknown) => (isErpError(error) ? error.class : String(error)),
  )

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'stockhand-file-'))
  for (const name of ['erp', 'erp/in', 'erp/out', 'outside']) await mkdir(path.join(root, name))
  now = new Date().toISOString()
})
afterEach(() => rm(root, { recursive: true, force: true }))

const receipt = (over: Partial<OutboundOp> = {}): OutboundOp =>
  ({
    key: KEY,
    seq: 7,
    subject: 'receipt/x',
    at: '2026-11-23T08:00:00.000Z',
    by: 'Ayşe',
    client: 'demo',
    answers: {},
    type: 'receipt',
    order: { kind: 'purchaseOrder', id: 'purchaseOrder,PO-1' },
    lines: [lineOf({ item: 'A', n: 12, lot: 'L;1', line: 'purchaseOrder,PO-1,10', location: 'MAIN' })],
    final: true,
    ...over,
  }) as OutboundOp

describe('files that come in', () => {
  it('[EF1] what is being written, or does not fit its checksum, waits with all behind it, and is refused in the end', async () => {
    const text = 'sku,name\nA,Mug\n'
    await put('in/items-1.csv.part', text)
    await put('in/.items-2.csv', text)
    await put('in/items-3.csv', 'sku,name\nA,Mu')
    await put('in/items-3.csv.sha256', `${sum(text)}  items-3.csv`)
    await put('in/items-4.csv', 'sku,name\nA,Glass\n')
    expect((await pull('item')).items).toEqual([])
    await put('in/items-3.csv', text)
    expect((await pull('item')).items.map(item => item.name)).toEqual(['Mug', 'Glass'])
    await put('in/items-5.csv', text)
    await put('in/items-5.csv.sha256', sum('other'))
    expect(await pull('item', connect(), null)).toMatchObject({ flaws: [] })
    now = isoOf(msOf(now) + 400_000)
    expect((await pull('item')).flaws).toMatchObject([
      { id: 'items-5.csv', problem: expect.stringContaining('.sha256') },
    ])
    expect((await readdir(at('in/refused'))).map(name => name.slice(18)).sort()).toEqual([
      'items-5.csv',
      'items-5.csv.reason.txt',
      'items-5.csv.sha256',
    ])
  })
  it('[EF1] where checksums are required a file without one waits', async () => {
    await put('in/items-1.csv', 'sku,name\nA,Mug\n')
    const strict = connect({ checksums: 'required' })
    expect((await pull('item', strict)).items).toEqual([])
    await put('in/items-1.csv.sha256', sum('sku,name\nA,Mug\n').toUpperCase())
    expect((await pull('item', strict)).items).toHaveLength(1)
  })
  it('[EF2] columns have the ERP’s own names where the connection says so', async () => {
    await put('in/items-1.csv', 'Stok Kodu;Adı;Barkod\nA;Bardak;8690004020000|8690004020017\n')
    const columns = { 'items.sku': 'STOK KODU', name: 'Adı', 'items.barcodes': 'barkod', 'stock.item': 'Stok' }
    const { items } = await pull('item', connect({ columns }))
    expect(items).toMatchObject([
      { id: 'A', sku: 'A', name: 'Bardak', barcodes: ['8690004020000', '8690004020017'], unit: 'pcs', active: true },
    ])
  })
  it('[EF4] one row that cannot be read leaves its record out and is named; an order never comes in part', async () => {
    const head = 'order,line,item,quantity,state,due\n'
    const rows =
      'S1,1,A,2,,31.12.2026\nS1,2,B,1.250,,\nS2,1,A,3,,2026-12-31\nS3,1,A,1,lost,\n,1,A,1,,\nS4,,,,cancelled,\n'
    await put('in/sales-orders-1.csv', head + rows)
    const { items, flaws } = await pull('salesOrder')
    expect(items.map(order => [order.id, order.due, order.state, order.lines.length])).toEqual([
      ['salesOrder,S2', '2026-12-31', 'open', 1],
      ['salesOrder,S4', null, 'cancelled', 0],
    ])
    expect(flaws.map(({ id, field, value }) => [id, field, value])).toEqual([
      ['sales-orders-1.csv:6', 'id', ''],
      ['salesOrder,S1', 'quantity', '1.250'],
      ['salesOrder,S3', 'state', 'lost'],
    ])
    expect(flaws[1]?.problem).toContain('line 3 of sales-orders-1.csv')
  })
  it('[EF4] a decimal comma that shifts the cells of an order holds its file’s orders, items go on', async () => {
    await put('in/sales-orders-1.csv', 'order,line,item,quantity\nS1,1,A,2,5\nS1,2,B,1\n')
    expect(await pull('salesOrder')).toMatchObject({ items: [], flaws: [{ field: '' }] })
    await put('in/items-1.csv', 'sku,name\nA,Mug, blue\nB,Bowl\n')
    expect((await pull('item')).items.map(item => item.sku)).toEqual(['B'])
  })
  it('[EF5] what cannot be used goes aside with the reason, and the rest goes on', async () => {
    await put('in/items-1.csv', 'sku\nA\n')
    await put('in/items-2.csv', Uint8Array.of(0x73, 0x00, 0x01))
    await put('in/items-3.csv', new Uint8Array(MAX_BYTES + 1).fill(0x61))
    await put('in/items-4.csv', 'sku,name\nA,Mug\n')
    const { items, flaws } = await pull('item')
    expect(items).toHaveLength(1)
    expect(flaws.map(flaw => [flaw.id, flaw.problem])).toEqual([
      ['items-1.csv', 'it has no column name'],
      ['items-2.csv', 'its letters cannot be read in this encoding'],
      ['items-3.csv', `it has more than ${MAX_BYTES} bytes`],
    ])
    const [reason = ''] = (await readdir(at('in/refused'))).filter(name => name.endsWith('items-1.csv.reason.txt'))
    expect(await readFile(at(`in/refused/${reason}`), 'utf8')).toBe('it has no column name\r\n')
    expect((await pull('item')).flaws).toEqual([])
  })
  it('[EF6] a taken file is in the log under its time and hash, behind every cursor, although the clock went back', async () => {
    await put('in/items-9.csv', 'sku,name\nA,Mug\n')
    const connector = connect()
    const first = await pull('item', connector)
    const [name = ''] = await readdir(at('in/done'))
    expect(name).toMatch(new RegExp(`^\\d{17}-${sum('sku,name\nA,Mug\n').slice(0, 12)}-items-9\\.csv$`))
    now = isoOf(msOf(now) - 86_400_000)
    await put('in/items-1.csv', 'sku,name\nA,Glass\n')
    const second = await pull('item', connector, first.next)
    expect(second.items.map(item => item.name)).toEqual(['Glass'])
    await rm(at('in/done'), { recursive: true })
    await put('in/items-1.csv', 'sku,name\nA,Cup\n')
    expect((await pull('item', connector, second.next)).items.map(item => item.name)).toEqual(['Cup'])
  })
  it('[EF7] a full file ends what it does not name; one that was cut is held until its name says otherwise', async () => {
    const full = (n: number): string => `sku,name\n${Array.from({ length: n }, (_, i) => `S${i},N\n`).join('')}`
    const ids = async (): Promise<number> => {
      let n = 0
      for await (const _ of connector.ids('item', never)) n += 1
      return n
    }
    const connector = connect()
    await put('in/items-1.csv', 'sku,name\nOLD,N\n')
    await put('in/items-full-2.csv', full(100))
    await put('in/items-3.csv', 'sku,name,active\nS0,N,no\nNEW,N,yes\n')
    await pullAll(connector, 'item', null)
    expect(await ids()).toBe(100)
    await put('in/items-full-4.csv', full(79))
    expect((await pull('item', connector)).flaws).toMatchObject([{ problem: expect.stringContaining('79') }])
    await put('in/items-full-5-forced.csv', full(79))
    await pullAll(connector, 'item', null)
    expect(await ids()).toBe(79)
  })
})

describe('stock that comes in', () => {
  const head = 'item,location,quantity,as_of\n'
  it('[EF8] a picture is taken whole or not at all, and without one there is no figure', async () => {
    const connector = connect()
    expect(await classOf(stockOf(connector))).toBe('config')
    await put('in/stock-1.csv', `${head}A,MAIN,10,\nA,MAIN,"2,5",\nB,MAIN,0,\n`)
    expect(await stockOf(connector)).toEqual({ 'A MAIN': 12.5, 'B MAIN': 0 })
    await put('in/stock-2.csv', `${head}A,MAIN,11,\nB,MAIN,1.000,\n`)
    expect(await stockOf(connector)).toEqual({ 'A MAIN': 12.5, 'B MAIN': 0 })
    expect((await readdir(at('in/refused'))).some(name => name.endsWith('stock-2.csv'))).toBe(true)
  })
  it('[EF8] what was sent and the picture cannot show yet is added, what it shows is not', async () => {
    const connector = connect()
    await put('in/stock-1.csv', `${head}A,MAIN,10,2026-11-23T06:00:00Z\n`)
    await connector.post(receipt(), await connector.prepare(receipt(), null, never), never)
    expect(await stockOf(connector)).toEqual({ 'A MAIN': 22 })
    // Where only what was taken counts, a document that waits is no part of the ERP's book.
    expect(await stockOf(connect({ confirm: 'taken' }))).toEqual({ 'A MAIN': 10 })
    const name = `receipt-${KEY}.csv`
    await mkdir(at('out/taken'))
    await rename(at(`out/${name}`), at(`out/taken/${name}`))
    for (const confirm of ['taken', 'written'])
      expect([confirm, await stockOf(connect({ confirm }))]).toEqual([confirm, { 'A MAIN': 22 }])
    await put('in/stock-2.csv', `${head}A,MAIN,22,2999-01-01T00:00:00Z\n`)
    expect(await stockOf(connector)).toEqual({ 'A MAIN': 22 })
  })
})

describe('documents that go out', () => {
  const name = `receipt-${KEY}.csv`
  const send = async (connector: ErpConnector, op = receipt()): Promise<void> =>
    connector.post(op, await connector.prepare(op, null, never), never)
  it('[EF9] one file by type and key, the same bytes when it is sent again, and never seen before it is whole', async () => {
    const seen: string[] = []
    const watched = (folder: string): Folder => {
      const disk = diskFolder(root, folder)
      const write: Folder['write'] = async (to, bytes) => {
        seen.push(to)
        await disk.write(to, bytes)
      }
      return { ...disk, write }
    }
    await send(connect({}, watched))
    const first = await readFile(at(`out/${name}`))
    await rm(at(`out/${name}`))
    await send(connect({}, watched))
    expect(await readFile(at(`out/${name}`))).toEqual(first)
    await send(connect({}, watched))
    expect(seen).toEqual([`out/.${name}.part`, `out/.${name}.part`])
    expect(await readdir(at('out'))).toEqual([name])
  })
  it('[EF10] it counts when it is written, or only when the ERP has taken it', async () => {
    const [written, taken] = [connect(), connect({ confirm: 'taken' })]
    expect(await written.find(receipt(), null, never)).toEqual({ state: 'absent' })
    await send(taken)
    const lines = [{ item: 'A', lot: 'L;1', serial: '', qty: { n: 12, num: 1, den: 1 } }]
    expect(await written.find(receipt(), null, never)).toMatchObject({ state: 'posted', lines })
    expect(await taken.find(receipt(), null, never)).toMatchObject({ state: 'draft' })
    await mkdir(at('out/taken'))
    await rename(at(`out/${name}`), at(`out/taken/${name}`))
    for (const one of [written, taken]) {
      await send(one)
      expect(await one.find(receipt(), null, never)).toMatchObject({ state: 'posted', lines })
    }
    expect((await readdir(at('out'))).sort()).toEqual(['taken'])
    expect([written.caps.takesLater, taken.caps.takesLater]).toEqual([false, true])
  })
  it('[EF10] a refused one is told with its reason and not written again by itself', async () => {
    await mkdir(at('out/refused'))
    await send(connect())
    await rename(at(`out/${name}`), at(`out/refused/${name}`))
    await put(`out/refused/${name}.reason.txt`, 'dönem kapalı\r\n')
    const taken = connect({ confirm: 'taken' })
    await send(taken)
    expect(await readdir(at('out'))).toEqual(['refused'])
    expect(await taken.find(receipt(), null, never).catch((error: unknown) => String(error))).toContain('dönem kapalı')
    expect(await classOf(taken.find(receipt(), null, never))).toBe('rejected')
    expect(await connect().find(receipt(), null, never)).toMatchObject({ state: 'cancelled' })
  })
  it('[ER34] a closed period: a person reads the ERP’s reason; once the refused file is taken away it is written again, once', async () => {
    const delivery = makeDelivery(connect({ confirm: 'taken' }))
    delivery.send(receipt())
    await delivery.run(1)
    await mkdir(at('out/refused'))
    await rename(at(`out/${name}`), at(`out/refused/${name}`))
    await put(`out/refused/${name}.reason.txt`, 'dönem kapalı\r\n')
    await delivery.run()
    const dead = await delivery.row(receipt())
    expect([dead?.state, dead?.errorClass, dead?.question]).toEqual([
      'dead',
      'rejected',
      expect.stringContaining('dönem kapalı'),
    ])
    const { store } = delivery.outbox
    const replay = () => store.settle({ connector: delivery.deps.id }, { kind: 'replay' }, 'sevda', delivery.now())
    expect(await replay()).toBe(1)
    await delivery.run()
    expect([(await delivery.row(receipt()))?.state, await readdir(at('out'))]).toEqual(['dead', ['refused']])
    await rm(at('out/refused'), { recursive: true })
    expect(await replay()).toBe(1)
    await delivery.run(2)
    await mkdir(at('out/taken'))
    await rename(at(`out/${name}`), at(`out/taken/${name}`))
    await delivery.run()
    expect([(await delivery.row(receipt()))?.state, await readdir(at('out/taken'))]).toEqual(['posted', [name]])
  })
  it('[EF13] orders and lines as the ERP calls them, goods, cartons and contents apart', async () => {
    const lines = [lineOf({ item: 'A', n: 3, line: 'salesOrder,S-1,20', location: 'MAIN' })]
    const order = { kind: 'salesOrder', id: 'salesOrder,S-1' }
    const size = { l: 400, w: 300, h: 200 }
    const packages = [{ label: 'XC1', type: 'M', weightG: 900, size, tracking: 'T1', lines }]
    const body = {
      type: 'shipment',
      order,
      lines,
      packages,
      shipping: { carrier: 'Aras', tracking: ['T1'] },
      shorts: 'cancel',
    }
    const connector = connect({ outSeparator: 'semicolon', outEncoding: 'windows-1254' })
    await send(connector, receipt(body as Partial<OutboundOp>))
    const text = new TextDecoder('windows-1254').decode(await readFile(at(`out/shipment-${KEY}.csv`)))
    const table = readCsv(text, 'semicolon', 10)
    const shown =
      'problem' in table
        ? []
        : table.rows.map(({ cells }) => Object.fromEntries([...cells].filter(([, cell]) => cell !== '')))
    const head = { key: KEY, type: 'shipment', seq: '7', at: receipt().at, by: 'Ayşe', client: 'demo', order: 'S-1' }
    expect(shown).toEqual([
      {
        ...head,
        row: 'goods',
        order_line: '20',
        item: 'A',
        quantity: '3',
        from: 'MAIN',
        shorts: 'cancel',
        carrier: 'Aras',
        tracking: 'T1',
      },
      {
        ...head,
        row: 'carton',
        carton: 'XC1',
        carton_type: 'M',
        weight_g: '900',
        length_mm: '400',
        width_mm: '300',
        height_mm: '200',
        tracking: 'T1',
      },
      { ...head, row: 'content', carton: 'XC1', order_line: '20', item: 'A', quantity: '3' },
    ])
    const japanese = receipt({ lines: [lineOf({ item: '漢', n: 1 })] })
    expect(await classOf(connector.prepare(japanese, null, never))).toBe('config')
  })
  it('[EF12] a lost answer while naming is an unknown outcome, a full disk transient, a missing right configuration', async () => {
    const failing = (what: 'write' | 'move' | 'state', code: string) =>
      connect({}, folder => ({
        ...diskFolder(root, folder),
        [what]: () => Promise.reject(Object.assign(new Error(code), { code })),
      }))
    const ends: [Parameters<typeof failing>[0], string, string][] = [
      ['move', 'EIO', 'unknownOutcome'],
      ['move', 'ENOENT', 'unknownOutcome'],
      ['move', 'ENOSPC', 'transient'],
      ['write', 'EIO', 'transient'],
      ['write', 'EACCES', 'config'],
      ['state', 'EIO', 'transient'],
      ['state', 'EPERM', 'config'],
    ]
    for (const [what, code, end] of ends)
      expect([what, code, await classOf(send(failing(what, code)))]).toEqual([what, code, end])
  })
})

describe('the shared folder', () => {
  it('[EF11] a name that leads up, and a link that leads out, are refused', async () => {
    for (const folder of ['../outside', 'erp/../..', '/etc', 'a\\b', '.', ''])
      expect(() => connect({ folder })).toThrow('folder is not as it must be')
    await writeFile(path.join(root, 'outside', 'items-1.csv'), 'sku,name\nA,Mug\n')
    await symlink(path.join(root, 'outside', 'items-1.csv'), at('in/items-1.csv'))
    expect((await pull('item')).items).toEqual([])
    const inner = (name: string): Folder => diskFolder(at(''), name)
    await symlink(path.join(root, 'outside'), at('way-out'))
    expect(await classOf(pull('item', connect({ folder: 'way-out' }, inner)))).toBe('config')
    await rm(at('out'), { recursive: true })
    await symlink(path.join(root, 'outside'), at('out'))
    const held = connect({ folder: 'x' }, () => diskFolder(at(''), ''))
    expect(await classOf(held.post(receipt(), { kind: 'file', id: '' }, never))).toBe('config')
    expect(await readdir(path.join(root, 'outside'))).toEqual(['items-1.csv'])
    const odd = receipt({ key: '../../x' })
    expect(await classOf(connect().prepare(odd, null, never))).toBe('config')
    expect(await classOf(connect().find(odd, null, never))).toBe('config')
  })
  it('[EF15] a share that is not mounted is trouble, not a folder without files', async () => {
    await put('in/items-full-1.csv', 'sku,name\nA,Mug\n')
    const ids = async (): Promise<string[]> => {
      const all: string[] = []
      for await (const id of connect().ids('item', never)) all.push(id)
      return all
    }
    expect([(await pull('item')).items.length, await ids()]).toEqual([1, ['A']])
    await rename(at(''), path.join(root, 'away'))
    await mkdir(at(''))
    const runs = [() => pull('item'), ids, () => stockOf(connect()), () => connect().find(receipt(), null, never)]
    for (const run of runs) expect(await classOf(run())).toBe('transient')
  })
  it('[EF14] the check names what is not there; without a root there is no such connection', async () => {
    expect(await connect().check(never)).toMatchObject({ ok: true, problems: [], company: 'erp', serverTime: now })
    await rm(at('out'), { recursive: true })
    expect(await connect().check(never)).toMatchObject({ ok: false, problems: [{ kind: 'setting', subject: 'out' }] })
    expect(() => makeConnector(file, { id: 'file', settings: { folder: 'erp' }, secrets: {} })).toThrow(
      'STOCKHAND_FILE_ROOT',
    )
  })
})
