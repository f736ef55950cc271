import { createHash } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { sqlSite } from '../../test/support/sql-site.ts'
import { testSite } from '../../test/support/site.ts'
import type { ErpConnector, Inbound, InboundKind } from '../erp/connector.ts'
import { readRecords } from '../erp/inbound.ts'
import { baseQty } from '../erp/quantity.ts'
import { parcel } from '../erp/sim/drawing.ts'
import { openDatabase } from '../store/open.ts'
import { importRound, sweepItems } from './import.ts'
import type { ImportDeps } from './import.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const never = new AbortController().signal
const ID = derivedId<'connector'>('connector', 'import')

type Raw = Record<string, unknown> & { id: string }
/** An ERP that gives what it is given, each pull everything since the cursor, by the order of arrival. */
const feed = () => {
  const rows: { kind: InboundKind; record: Raw }[] = []
  const connector = {
    id: ID,
    caps: { kinds: ['item', 'salesOrder'] },
    pull: async (kind: InboundKind, cursor: string | null, limit: number) => {
      const from = Number(cursor ?? 0)
      const all = rows.map((row, n) => ({ ...row, n: n + 1 })).filter(row => row.n > from && row.kind === kind)
      const page = all.slice(0, limit)
      const read = readRecords(
        kind,
        page.map(({ record }) => ({ id: record.id, record })),
      )
      return { ...read, next: String(page.at(-1)?.n ?? from), more: all.length > page.length }
    },
    ids: async function* (kind: InboundKind) {
      for (const row of rows) if (row.kind === kind && row.record['active'] !== false) yield row.record.id
    },
    stock: async function* () {},
  } as unknown as ErpConnector
  return {
    connector,
    say: (kind: InboundKind, record: Raw): void => void rows.push({ kind, record }),
    forget: () => rows.splice(0),
  }
}

describe('what comes in from an ERP', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  const site = { ...testSite('import'), items: [] }
  const stores = await sqlSite(opened, site)
  const client = site.clients[0]?.id ?? derivedId<'client'>('client', '')
  let erp = feed()
  let deps: ImportDeps
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  beforeEach(async () => {
    for (const table of ['remote', 'import_cursor', 'erp_flaw', 'erp_waiting', 'item_code', 'item', 'work', 'lot'])
      await sql`delete from ${sql.table(table)}`.execute(opened.db)
    erp = feed()
    deps = {
      connector: erp.connector,
      id: ID,
      warehouse: site.warehouse.id,
      clientOf: key => (key === 'c' ? client : null),
      store: stores.import,
      sync: stores.sync,
      openingPlaces: async () => [],
      now: () => new Date((ms += 1000)).toISOString(),
      ring: () => {},
      log: quiet,
    }
  })
  const item = (n: number, more: Raw | Record<string, unknown> = {}): Raw => ({
    id: `item,${n}`,
    client: 'c',
    sku: `S${n}`,
    name: `Item ${n}`,
    unit: 'pcs',
    barcodes: [`X${n}`],
    packagings: [],
    tracking: { lot: false, serial: false, expiry: false },
    active: true,
    ...more,
  })
  const order = (n: number, items: string[], more: Record<string, unknown> = {}): Raw => ({
    id: `sale,${n}`,
    number: `SO-${n}`,
    client: 'c',
    partner: 'Shop',
    due: null,
    priority: 0,
    state: 'open',
    lines: items.map((of, i) => ({
      id: `l${n}.${i}`,
      item: of,
      quantity: baseQty(5),
      done: baseQty(0),
      closed: false,
    })),
    ...more,
  })
  const round = () => importRound(deps, never)
  const flaws = async () =>
    (await stores.import.flaws(ID, { after: null, limit: 100 })).map(f => [
      f.name,
      f.field,
      f.problem,
      f.value,
      f.effect,
    ])
  const tables = async () => {
    const found = emptyTables(site.warehouse.id)
    const device = site.devices[0]?.id ?? derivedId<'device'>('device', '')
    await stores.sync.snapshot({ warehouse: site.warehouse.id, device, worker: null, clients: null }, async rows => {
      for (const row of rows) putRow(found, row)
    })
    return found
  }
  const commits = async () => (await stores.sync.feed(site.warehouse.id)).seq
  const itemOf = async (n: number) => (await stores.import.itemsByRemote(ID, [`item,${n}`])).get(`item,${n}`)

  it('[PH30] a thumbnail is kept once by its content and carried by its items; what is none holds up no item', async () => {
    const png = Buffer.from(parcel(1), 'base64')
    const sha = createHash('sha256').update(png).digest('hex')
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString('base64')
    const large = Buffer.concat([png, Buffer.alloc(10_241)]).toString('base64')
    const pictures = [png.toString('base64'), png.toString('base64'), svg, large, 'no base64!', null, 7]
    for (const [n, picture] of pictures.entries()) erp.say('item', item(n, { picture }))
    await round()
    const kept = await Promise.all(pictures.map(async (_, n) => (await itemOf(n))?.picture ?? null))
    expect(kept).toEqual([sha, sha, null, null, null, null, null])
    expect(await flaws()).toEqual([])
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from picture`.execute(opened.db)
    expect(rows).toEqual([{ n: 1 }])
    const at = { warehouse: site.warehouse.id, sha }
    const found = await stores.catalogue.picture({ ...at, clients: null })
    expect(found?.type).toBe('image/png')
    expect(Buffer.from(found?.bytes ?? []).equals(png)).toBe(true)
    expect(await stores.catalogue.picture({ ...at, clients: [client] })).not.toBeNull()
    expect(await stores.catalogue.picture({ ...at, clients: [derivedId('client', 'another')] })).toBeNull()
    expect(await stores.catalogue.picture({ ...at, sha: '0'.repeat(64), clients: null })).toBeNull()
  })

  it('[E122] every flaw is named by record and field, and what can be used goes through', async () => {
    erp.say('item', item(1, { barcodes: ['8690000000011'] }))
    erp.say(
      'item',
      item(2, { barcodes: ['X1', 'X2'], packagings: [{ id: 'p', name: 'case', ratio: null, barcodes: [] }] }),
    )
    erp.say('item', item(3, { barcodes: ['X2'], sku: '' }))
    erp.say('item', item(4, { client: 'other' }))
    erp.say('item', item(5, { unit: 'x'.repeat(30) }))
    erp.say('item', item(6, { packagings: [{ id: 'p', name: 'third', ratio: { num: 1, den: 3 }, barcodes: [] }] }))
    erp.say('item', item(7, { barcodes: [] }))
    await round()
    expect(await flaws()).toEqual([
      ['S1', 'barcodes', 'barcode_check_digit', '8690000000011', 'kept'],
      ['S2', 'packagings', 'unit_ratio', 'case ?', 'part'],
      ['Item 3', 'barcodes', 'barcode_duplicate', 'X2', 'part'],
      ['Item 3', 'barcodes', 'barcode_missing', '', 'kept'],
      ['Item 3', 'sku', 'sku_missing', '', 'kept'],
      ['S4', 'client', 'client_unknown', 'other', 'waits'],
      ['', 'unit', 'unreadable', expect.stringContaining('xxx'), 'waits'],
      ['S6', 'packagings', 'unit_ratio', 'third 1/3', 'part'],
      ['S7', 'barcodes', 'barcode_missing', '', 'kept'],
    ])
    expect((await itemOf(2))?.codes).toEqual(['X1', 'X2'])
    expect([(await itemOf(3))?.codes, (await itemOf(3))?.sku]).toEqual([[], 'item,3'])
    expect([await itemOf(4), await itemOf(5)]).toEqual([undefined, undefined])
  })
  it('[E111] a flaw that was mended over there is gone from the report', async () => {
    erp.say('item', item(1, { barcodes: [] }))
    await round()
    expect(await stores.import.flawCounts(ID)).toEqual([{ problem: 'barcode_missing', effect: 'kept', n: 1 }])
    erp.say('item', item(1))
    await round()
    expect(await flaws()).toEqual([])
  })
  it('[GL10] an item that came by file is the one that the ERP names with its client and SKU, and keeps what only the file said', async () => {
    const mine = derivedId<'item'>('item', client, 'sku', 'S1')
    const read = await sql<{ hit: number }>`
      with made as (insert into item (uid, client_id, body) select ${mine}::uuid, c.id,
        ${JSON.stringify({ ...site.items, id: mine, client, sku: 'S1', name: 'By file', unit: 'pcs', packagings: [], codes: [], tracking: { lot: false, serial: false, expiry: false }, active: true, storage: 'cold' })}::jsonb
        from client c where c.uid = ${client} returning client_id)
      insert into item_code (client_id, code, item) select client_id, 'S1', ${mine}::uuid from made returning 1 as hit`.execute(
      opened.db,
    )
    expect(read.rows).toHaveLength(1)
    erp.say('item', item(1))
    erp.say('item', item(2, { sku: 'S1' }))
    await round()
    const bodies = await sql<{ uid: string; body: { name: string; storage?: string } }>`
      select uid, body from item order by body->>'name'`.execute(opened.db)
    expect(bodies.rows.map(({ uid, body }) => [uid === mine, body.name, body.storage])).toEqual([
      [true, 'Item 1', 'cold'],
      [false, 'Item 2', undefined],
    ])
    // Bound from here on, whatever its SKU becomes.
    erp.say('item', item(1, { sku: 'S9' }))
    await round()
    const after = await sql<{ body: { sku: string } }>`select body from item where uid = ${mine}`.execute(opened.db)
    expect(after.rows[0]?.body.sku).toBe('S9')
  })
  it('[E112] a document that names an unknown item waits alone, and goes through when the item comes', async () => {
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1', 'item,2']))
    erp.say('salesOrder', order(2, ['item,1']))
    erp.say(
      'salesOrder',
      order(3, ['item,1'], {
        lines: [{ id: 'x', item: 'item,1', quantity: { n: 25, num: 1, den: 10 }, done: baseQty(0), closed: false }],
      }),
    )
    await round()
    expect([...(await tables()).documents.values()].map(d => d.number)).toEqual(['SO-2'])
    expect(await flaws()).toEqual([
      ['SO-1', 'lines.2', 'line_item_unknown', 'item,2', 'waits'],
      ['SO-3', 'lines.1', 'quantity_fraction', 'x', 'waits'],
    ])
    erp.say('item', item(2))
    await round()
    expect([...(await tables()).documents.values()].map(d => d.number).sort()).toEqual(['SO-1', 'SO-2'])
    expect((await flaws()).map(f => f[0])).toEqual(['SO-3'])
  })
  it('[E113] records that come again, as overlapping cursors give them, write nothing', async () => {
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1']))
    await round()
    const before = await commits()
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1']))
    await round()
    expect(await commits()).toBe(before)
  })
  it('[E114] what we have shipped ourselves comes back as done and is no change of the order', async () => {
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1']))
    await round()
    await sql`update work set state = 'started', body = jsonb_set(body, '{state}', '"started"') where kind = 'document'`.execute(
      opened.db,
    )
    const line = (more: object) => [
      { id: 'l1.0', item: 'item,1', quantity: baseQty(5), done: baseQty(0), closed: false, ...more },
    ]
    erp.say('salesOrder', order(1, [], { lines: line({ done: baseQty(2) }) }))
    await round()
    const open = async () =>
      (await sql<{ kind: string }>`select kind from exception where state = 'open'`.execute(opened.db)).rows
    expect(await open()).toEqual([])
    erp.say('salesOrder', order(1, [], { lines: line({ quantity: baseQty(9) }) }))
    await round()
    expect(await open()).toEqual([{ kind: 'order_changed' }])
  })
  it('[E115] an announced delivery brings its lots, dates and pallets beforehand', async () => {
    erp.say('item', item(1, { tracking: { lot: true, serial: false, expiry: true } }))
    const line = { id: 'a1.0', item: 'item,1', quantity: baseQty(12), done: baseQty(0), closed: false }
    const announced = { lot: 'L1', expiry: '2027-01-31', lpn: '369000000000000018', orderLine: null, serial: null }
    erp.say(
      'asn',
      order(1, [], { id: 'asn,1', number: 'ASN-1', order: 'purchase,1', lines: [{ ...line, ...announced }] }),
    )
    await round()
    const { documents, lines, lpns } = await tables()
    expect([...documents.values()]).toMatchObject([{ kind: 'receipt', asn: true, number: 'ASN-1' }])
    expect([...lines.values()]).toMatchObject([{ lot: 'L1', expiry: '2027-01-31', lpn: [...lpns.values()][0]?.id }])
    expect([...lpns.values()].map(lpn => lpn.label)).toEqual(['369000000000000018'])
  })
  it('[E116] a cancellation that comes apart cancels the document; one of an unknown document is named', async () => {
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1']))
    await round()
    erp.say('cancellation', { id: 'x,1', of: 'salesOrder', document: 'sale,1', at: '2026-11-23', reason: 'paid back' })
    erp.say('cancellation', { id: 'x,2', of: 'salesOrder', document: 'sale,9', at: '2026-11-23' })
    await round()
    expect([...(await tables()).documents.values()].map(d => d.state)).toEqual(['cancelled'])
    expect(await flaws()).toEqual([['sale,9', 'document', 'order_unknown', 'sale,9', 'waits']])
  })
  it('[E117] what carriers say and the labels that the ERP has got are kept with the order', async () => {
    erp.say('item', item(1))
    erp.say(
      'salesOrder',
      order(1, ['item,1'], {
        carrier: 'Yurtiçi',
        shipTo: { name: 'Ayşe', lines: ['Sokak 1'], postcode: '34000', city: 'İstanbul', country: 'TR' },
      }),
    )
    await round()
    const [document] = [...(await tables()).documents.values()]
    if (!document) throw new Error('no document')
    expect(document.carrier).toBe('Yurtiçi')
    erp.say('delivery', {
      id: 'd,1',
      order: 'sale,1',
      carrier: 'Yurtiçi',
      tracking: 'T1',
      state: 'inTransit',
      at: '2026-11-23',
    })
    erp.say('delivery', {
      id: 'd,1',
      order: 'sale,1',
      carrier: 'Yurtiçi',
      tracking: 'T1',
      state: 'delivered',
      at: '2026-11-24',
    })
    erp.say('carrierLabel', { id: 'c,1', order: 'sale,1', format: 'zpl', content: 'XlhB' })
    await round()
    expect((await stores.import.deliveries(ID, document.id)).map(d => d.state)).toEqual(['delivered'])
    expect((await stores.import.labels(ID, document.id)).map(d => d.content)).toEqual(['XlhB'])
    const record = (await stores.import.known(ID, 'document', ['sale,1'])).get('sale,1')
      ?.record as Inbound['salesOrder']
    expect(record.shipTo?.city).toBe('İstanbul')
  })
  it('[E118] lots bring their dates and blocks', async () => {
    erp.say('item', item(1))
    erp.say('lot', { id: 'lot,1', item: 'item,1', lot: 'L1', expiry: '2027-01-31', blocked: true })
    erp.say('lot', { id: 'lot,2', item: 'item,9', lot: 'L9' })
    await round()
    expect([...(await tables()).lots.values()]).toMatchObject([{ lot: 'L1', expiry: '2027-01-31', blocked: true }])
  })
  it('[E136] what comes before the order or item that it names waits for it, and then has its effect once', async () => {
    erp.say('item', item(1))
    erp.say('lot', { id: 'lot,2', item: 'item,2', lot: 'L2', expiry: '2027-02-28', blocked: true })
    erp.say('salesOrder', order(1, ['item,2']))
    erp.say('cancellation', { id: 'x,1', of: 'salesOrder', document: 'sale,1', at: '2026-11-23' })
    const parcel = { carrier: 'Aras', tracking: 'T1', state: 'delivered', at: '2026-11-24' }
    erp.say('delivery', { id: 'd,1', order: 'sale,1', ...parcel })
    erp.say('carrierLabel', { id: 'c,1', order: 'sale,1', format: 'zpl', content: 'XlhB' })
    await round()
    expect((await flaws()).map(([, field, problem]) => [field, problem])).toEqual([
      ['document', 'order_unknown'],
      ['order', 'order_unknown'],
      ['order', 'order_unknown'],
      ['lines.1', 'line_item_unknown'],
    ])
    const before = await commits()
    await round()
    expect(await commits()).toBe(before)
    erp.say('item', item(2))
    await round()
    const [document] = [...(await tables()).documents.values()]
    if (!document) throw new Error('no document')
    expect(document.state).toBe('cancelled')
    expect([...(await tables()).lots.values()]).toMatchObject([{ lot: 'L2', expiry: '2027-02-28', blocked: true }])
    expect((await stores.import.deliveries(ID, document.id)).map(d => d.state)).toEqual(['delivered'])
    expect((await stores.import.labels(ID, document.id)).map(d => d.content)).toEqual(['XlhB'])
    expect(await flaws()).toEqual([])
    const after = await commits()
    await round()
    expect(await commits()).toBe(after)
  })
  it('[E134] a parcel of which only the number is known is that of the order with such a carton', async () => {
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1']))
    await round()
    const [document] = [...(await tables()).documents.values()]
    if (!document) throw new Error('no document')
    const carton = {
      document: document.id,
      type: null,
      weightG: null,
      size: null,
      tracking: 'T77',
      closed: true,
      shipped: true,
    }
    const box = {
      id: derivedId<'location'>('carton', 'T77'),
      kind: 'carton' as const,
      code: 'XC1',
      zone: null,
      sequence: 1,
    }
    await stores.sync.decide({ warehouse: site.warehouse.id, now: deps.now() }, tx =>
      tx.write({
        body: {},
        silent: true,
        effects: { ...NOTHING, locations: [{ ...box, parent: null, active: false, carton }] },
      }),
    )
    const about = { carrier: null, state: 'inTransit', at: '2026-11-24' }
    erp.say('delivery', { id: 'd,1', order: null, tracking: 'T77', ...about })
    erp.say('delivery', { id: 'd,2', order: 'unheard of', tracking: 'T77', ...about, state: 'delivered' })
    erp.say('delivery', { id: 'd,3', order: null, tracking: 'T78', ...about })
    erp.say('delivery', { id: 'd,4', order: null, tracking: null, ...about })
    await round()
    expect((await stores.import.deliveries(ID, document.id)).map(d => d.id).sort()).toEqual(['d,1', 'd,2'])
    expect((await flaws()).map(([, field, problem, value]) => [field, problem, value])).toEqual([
      ['tracking', 'order_unknown', 'T78'],
      ['', 'unreadable', expect.anything()],
    ])
  })
  it('[E119] the nightly search makes inactive what the ERP no longer has, and names what no change has told of', async () => {
    erp.say('item', item(1))
    erp.say('item', item(2))
    await round()
    erp.forget()
    erp.say('item', item(2))
    erp.say('item', item(3))
    expect(await sweepItems(deps, never)).toEqual({ deactivated: 1, missed: ['item,3'] })
    expect([(await itemOf(1))?.active, (await itemOf(2))?.active]).toEqual([false, true])
    erp.say('item', item(1))
    await round()
    expect((await itemOf(1))?.active).toBe(true)
  })
  it('[E119] an ERP that names no item at all is not believed', async () => {
    erp.say('item', item(1))
    await round()
    erp.forget()
    expect(await sweepItems(deps, never)).toEqual({ deactivated: 0, missed: [] })
    expect((await itemOf(1))?.active).toBe(true)
  })
  it('[EH13] an ERP that is not asked for items says nothing about which are gone', async () => {
    erp.say('item', item(1))
    await round()
    erp.forget()
    const caps = { ...deps.connector.caps, kinds: ['salesOrder'] as const }
    const silent = { ...deps, connector: { ...deps.connector, caps } }
    expect(await sweepItems(silent, never)).toEqual({ deactivated: 0, missed: [] })
    expect((await itemOf(1))?.active).toBe(true)
  })
  it('[E120] a hint is heard once, and forgotten after a week', async () => {
    const hear = (now: string) => stores.import.newHint(ID, 'h1', now)
    expect([await hear('2026-11-23T08:00:00.000Z'), await hear('2026-11-24T08:00:00.000Z')]).toEqual([true, false])
    expect(await hear('2026-12-01T08:00:00.000Z')).toBe(true)
  })
  it('[E121] a page and its cursor are one: when one cannot be written, neither is', async () => {
    erp.say('item', item(1))
    erp.say('salesOrder', order(1, ['item,1']))
    const broken = {
      ...stores.import,
      putPage: (...[at, page, run]: Parameters<typeof stores.import.putPage>) =>
        stores.import.putPage(
          at,
          page,
          run === null
            ? null
            : async tx => {
                await run(tx)
                throw new Error('the database is gone')
              },
        ),
    }
    await expect(importRound({ ...deps, store: broken }, never)).rejects.toThrow('the database is gone')
    expect([await stores.import.cursor(ID, 'salesOrder'), (await tables()).documents.size]).toEqual([null, 0])
    await round()
    expect((await tables()).documents.size).toBe(1)
  })
})
