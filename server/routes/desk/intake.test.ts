import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { goingLiveSchema, intakeAnswerSchema, MAX_FILE_BYTES } from '../../../shared/desk/intake.ts'
import type { IntakeAnswer, IntakeKind } from '../../../shared/desk/intake.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { audit } from '../../store/audit.ts'
import { browserOf } from './test-browser.ts'

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

describe('files of places, items and stock', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, site, opened } = desk
  const { db } = opened
  await desk.account(people.admin, 'admin')
  await desk.account(people.sevda, 'sevda')
  const page = browserOf(app.app, '10.0.0.3')
  await page.logIn('admin', PASSWORD)
  const client = site.clients[0]!
  const ask = async (path: string, text: string | Uint8Array<ArrayBuffer>): Promise<IntakeAnswer> => {
    const response = await page.file(path, typeof text === 'string' ? bytesOf(text) : text)
    return v.parse(intakeAnswerSchema, await response.json())
  }
  const show = (kind: IntakeKind, text: string) => ask(`/api/desk/intake/preview?kind=${kind}`, text)
  const take = async (kind: IntakeKind, text: string): Promise<IntakeAnswer> => {
    const { hash } = await show(kind, text)
    return ask(`/api/desk/intake/apply?kind=${kind}&hash=${hash}&name=${kind}.csv`, text)
  }
  const wrong = async (kind: IntakeKind, text: string): Promise<unknown[]> =>
    (await show(kind, text)).problems.map(({ row, column, code, about }) => [row, column, code, about])
  const balance = async (sku: string) =>
    (
      await sql<{ place: string; lot: string; serial: string; status: string; n: number }>`
        select l.body->>'code' as place, b.lot, b.serial, b.status, b.on_hand as n from balance b
        join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id join item i on i.id = b.item_id
        where i.body->>'sku' = ${sku} order by 1, 2, 3`.execute(db)
    ).rows
  const feed = async (): Promise<number> => (await desk.stores.sync.feed(site.warehouse.id)).seq

  it('[GL4] places are shown, then taken over; the same file again changes nothing, another one only what it names', async () => {
    const text = 'code;kind;zone;capacity_units\nG-01;toplama;G;100\nG-02;reserve;G;\nXT0011Z;dock;;\n'
    const shown = await show('places', text)
    expect(shown).toMatchObject({ outcome: 'shown', rows: 3, added: 3, changed: 0, problemCount: 0 })
    expect(shown.sample[0]).toEqual(['G-01', 'toplama', 'G', '100'])
    expect(await take('places', text)).toMatchObject({ outcome: 'done', added: 3 })
    expect(await take('places', 'code,sequence\nG-01,7\nG-02,2\n')).toMatchObject({
      outcome: 'done',
      added: 0,
      changed: 2,
    })
    const { rows } = await sql<{ body: object }>`select body from location where body->>'code' = 'G-01'`.execute(db)
    expect(rows).toHaveLength(1)
    expect(rows[0]?.body).toMatchObject({
      kind: 'pickable',
      zone: 'G',
      sequence: 7,
      capacity: { units: 100, lpns: null },
    })
    expect(await show('places', 'code,zone\nG-01,G\nG-02,\n')).toMatchObject({ added: 0, changed: 1, same: 1 })
  })

  it('[GL3] [GL4] each wrong place is told with its row and column, and nothing is taken over', async () => {
    const sku = site.items[0]!.sku
    const text = `code,kind,sequence,mix\nH-1,shelf,1,\nH-1,,,\n,,,\nH-2,,1.5,\nH-3,,x,both\nSUPPLIER,,,\nXCDNE,,,\n${sku},,,\n`
    expect(await wrong('places', text)).toEqual([
      [2, 'kind', 'choice', expect.stringContaining('pickable')],
      [3, 'code', 'twice', '2'],
      [5, 'sequence', 'fraction', ''],
      [6, 'mix', 'choice', 'item, lot, client'],
      [6, 'sequence', 'number', ''],
      [7, 'code', 'reserved', ''],
      [8, 'code', 'reserved', ''],
      [9, 'code', 'code_taken', ''],
    ])
    const before = await feed()
    expect(await take('places', text)).toMatchObject({ outcome: 'refused', problemCount: 8 })
    expect(await feed()).toBe(before)
    expect((await sql`select 1 from location where body->>'code' like 'H-%'`.execute(db)).rows).toEqual([])
  })

  it('[GL5] items come with barcodes, packagings, tracking, cost and pick face; an unknown client is made and named', async () => {
    const text =
      'sku,name,client,barcodes,pack1_name,pack1_quantity,pack1_barcodes,track_lot,track_expiry,unit_cost,face,face_min,face_max\n' +
      `I-1,Mug,${client.name},8690000000036,case,12,18690000000033,,,"42,50",G-01,5,50\n` +
      'I-2,Yoghurt,Yeni Firma,,,,,evet,yes,,,,\n'
    expect(await show('items', text)).toMatchObject({ added: 2, clients: ['Yeni Firma'], problems: [] })
    expect(await take('items', text)).toMatchObject({ outcome: 'done' })
    const { rows } = await sql<{ body: object; cost: number | null }>`
      select body, cost from item where body->>'sku' in ('I-1', 'I-2') order by body->>'sku'`.execute(db)
    expect(rows).toMatchObject([
      {
        cost: 4250,
        body: { codes: ['8690000000036'], packagings: [{ id: 'case', quantity: 12, codes: ['18690000000033'] }] },
      },
      { cost: null, body: { tracking: { lot: true, serial: false, expiry: true }, unit: 'pcs' } },
    ])
    const face = await sql<{
      face: object
    }>`select body->'face' as face from location where body->>'code' = 'G-01'`.execute(db)
    expect(face.rows[0]?.face).toMatchObject({ client: client.id, min: 5, max: 50 })
    // The handhelds get it: a new catalogue, and the client among the changes.
    const catalogue = await desk.stores.catalogue.manifest(site.warehouse.id)
    expect(Object.keys(catalogue.families).length).toBeGreaterThan(2)
    expect((await desk.stores.site.clients(site.warehouse.id)).map(one => one.name)).toContain('Yeni Firma')
    // Without the columns of before, what they said stays.
    expect(await take('items', `sku,name,client\nI-1,Blue mug,${client.name}\n`)).toMatchObject({
      added: 0,
      changed: 1,
    })
    expect(
      (await sql`select 1 from item where cost = 4250 and body->>'name' = 'Blue mug'`.execute(db)).rows,
    ).toHaveLength(1)
  })

  it('[GL5] [GL3] wrong items: codes, check digits, packagings, faces', async () => {
    const head = 'sku,name,client,barcodes,pack1_name,pack1_quantity,face,face_min,face_max\n'
    const row = (...cells: string[]) => `${cells.join(',')}\n`
    const c = client.name
    const text =
      head +
      row('J-1', 'A', c, '8690000000037', '', '', '', '', '') +
      row('J-2', '', c, '', 'case', '', '', '', '') +
      row('J-3', 'C', c, '08690000000036', '', '', '', '', '') +
      row('J-4', 'D', c, 'J-5', '', '', 'NOWHERE', '1', '2') +
      row('J-5', 'E', c, '', '', '', 'G-02', '1', '2') +
      row('J-5', 'E', c, '', '', '', '', '', '') +
      row('J-6', 'F', '', 'G-01', '', '', 'G-01', '9', '2') +
      row('J-7', 'G', c, 'G-01 XBAYSE', 'case', '1', '', '', '')
    expect(await wrong('items', text)).toEqual([
      [2, 'barcodes', 'check_digit', '6'],
      [3, 'name', 'missing', ''],
      [3, 'pack1_quantity', 'pack_needs', ''],
      [4, 'barcodes', 'code_taken', ''],
      [5, 'face', 'unknown_place', ''],
      [6, 'sku', 'code_taken', ''],
      [6, 'face', 'no_shelf', 'reserve'],
      [7, 'sku', 'twice', '6'],
      [8, 'client', 'missing', ''],
      [9, 'barcodes', 'code_taken', ''],
      [9, 'pack1_quantity', 'range', '2–1000000'],
      [9, 'pack1_quantity', 'pack_needs', ''],
    ])
  })

  it('[GL6] opening stock is booked out of ADJUSTMENT with lot, date, pallet and status; the ERP is told nothing', async () => {
    const before = await sql<{ n: number }>`select count(*) as n from outbox`.execute(db)
    const text =
      'place;sku;client;quantity;lot;expiry;pallet;status\n' +
      `G-01;I-1;${client.name};48;;;;\n` +
      `G-02;I-1;${client.name};240,00;;;386900000000000020;\n` +
      'G-02;I-2;Yeni Firma;30;L1;31.01.2027;;hasarlı\n'
    expect(await show('stock', text)).toMatchObject({ added: 3, units: 318, problems: [] })
    expect(await take('stock', text)).toMatchObject({ outcome: 'done', units: 318 })
    expect(await balance('I-1')).toMatchObject([
      { place: 'ADJUSTMENT', n: -288 },
      { place: 'G-01', n: 48, status: 'available' },
      { place: 'G-02', n: 240 },
    ])
    expect(await balance('I-2')).toMatchObject([
      { place: 'ADJUSTMENT' },
      { place: 'G-02', lot: 'L1', status: 'damaged', n: 30 },
    ])
    const lots = await sql<{ body: object }>`select body from lot where lot = 'L1'`.execute(db)
    expect(lots.rows[0]?.body).toMatchObject({ expiry: '2027-01-31', blocked: false })
    const lpns = await sql<{ body: object }>`select body from work where kind = 'lpn'`.execute(db)
    expect(lpns.rows[0]?.body).toMatchObject({ label: '386900000000000020', client: client.id })
    expect(await sql<{ n: number }>`select count(*) as n from outbox`.execute(db)).toEqual(before)
    expect(await audit(db)).toEqual([])
  })

  it('[GL6] [GL3] wrong stock: unknown things, tracking, dates, pallets, rows that have stock', async () => {
    const c = client.name
    const text =
      'place,sku,client,quantity,lot,expiry,serial,pallet\n' +
      `G-01,I-1,${c},5,,,,\n` +
      `NOWHERE,I-9,${c},5,,,,\n` +
      `G-01,I-2,Yeni Firma,0,,,,\n` +
      `G-01,I-2,Yeni Firma,1,L1,2028-01-01,,\n` +
      `G-01,I-2,Yeni Firma,1,L2,2028-02-30,,\n` +
      `G-02,I-1,${c},1.200,X,,S1,386900000000000021\n` +
      `G-01,I-1,${c},7,,,,386900000000000020\n` +
      `G-02,I-1,Nobody,7,,,,\n` +
      `G-02,I-1,${c},5,,,,XP00\n` +
      `G-02,I-1,${c},5,,,,PAL-1\nG-02,I-1,${c},6,,,,PAL-1\n`
    expect(await wrong('stock', text)).toEqual([
      [2, 'quantity', 'has_stock', ''],
      [3, 'sku', 'unknown_item', ''],
      [3, 'place', 'unknown_place', ''],
      [4, 'quantity', 'range', '1–1000000000'],
      [5, 'expiry', 'lot_date', '2027-01-31'],
      [6, 'expiry', 'date', ''],
      [7, 'quantity', 'ambiguous', ''],
      [8, 'pallet', 'pallet_place', ''],
      [9, 'client', 'unknown_client', ''],
      [10, 'pallet', 'label_check', ''],
      [12, 'quantity', 'twice', '11'],
    ])
    expect(await wrong('items', `sku,name,client,track_serial\nI-1,Mug,${c},yes\n`)).toEqual([
      [2, 'track_lot', 'tracking_stock', ''],
    ])
  })

  it('[GL6] a serial is one piece in one place', async () => {
    expect(await take('items', `sku,name,client,track_serial\nS-1,Drill,${client.name},1\n`)).toMatchObject({
      outcome: 'done',
    })
    const head = 'place,sku,client,quantity,serial\n'
    const rows = (...list: string[]) => head + list.map(one => `G-01,S-1,${client.name},${one}\n`).join('')
    expect(await wrong('stock', rows('1,', '2,N1', '1,N2', '1,N2'))).toEqual([
      [2, 'serial', 'missing', ''],
      [3, 'quantity', 'serial_one', ''],
      [5, 'quantity', 'twice', '4'],
    ])
    expect(await take('stock', rows('1,N2'))).toMatchObject({ outcome: 'done' })
    expect(await wrong('stock', `${head}G-02,S-1,${client.name},1,N2\n`)).toEqual([[2, 'serial', 'serial_taken', '']])
  })

  it('[GL7] the same content in another encoding and order of columns is done once, also of two tries at once', async () => {
    app.wait(1_000)
    const text = 'code,zone\nK-01,Ş\n'
    const { hash } = await show('places', text)
    const path = `/api/desk/intake/apply?kind=places&hash=${hash}&name=k.csv`
    const both = await Promise.all([ask(path, text), ask(path, text)])
    expect(both.map(one => one.outcome).sort()).toEqual(['before', 'done'])
    const again = Uint8Array.from(Buffer.from('\ufeffbölge;kod\r\nŞ;K-01\r\n', 'utf16le'))
    expect(await ask('/api/desk/intake/preview?kind=places', again)).toMatchObject({
      outcome: 'before',
      hash,
      before: { at: app.deps.now(), worker: people.admin.id },
    })
    const { rows } = await sql<{ kind: string; subject: string; worker: string }>`
      select kind, subject, worker from audit where kind like 'intake.%' and subject = 'k.csv'`.execute(db)
    expect(rows).toEqual([{ kind: 'intake.places', subject: 'k.csv', worker: people.admin.id }])
  })

  it('[GL7] another file than the one that was shown is refused', async () => {
    const { hash } = await show('places', 'code\nL-01\n')
    const other = await page.file(`/api/desk/intake/apply?kind=places&hash=${hash}`, bytesOf('code\nL-02\n'))
    expect(other.status).toBe(409)
  })

  it('[GL3] too many bytes are refused before they are read; only an administrator takes files over', async () => {
    const big = await page.file('/api/desk/intake/preview?kind=places', new Uint8Array(MAX_FILE_BYTES + 1))
    expect([big.status, ((await big.json()) as { code: string }).code]).toEqual([413, 'too_large'])
    const other = browserOf(app.app, '10.0.0.4')
    await other.logIn('sevda', PASSWORD)
    expect((await other.file('/api/desk/intake/preview?kind=places', bytesOf('code\nA\n'))).status).toBe(403)
  })

  it('[GL8] the templates can be taken over as they are, one after another', async () => {
    for (const kind of ['places', 'items', 'stock'] as const) {
      const response = await page.get(`/api/desk/intake/template?kind=${kind}&separator=semicolon`)
      expect(response.headers.get('content-disposition')).toContain(`${kind}.csv`)
      const bytes = new Uint8Array(await response.arrayBuffer())
      // With its mark, so that Excel reads the letters right.
      expect(bytes.slice(0, 3)).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf))
      const { hash, problems } = await ask(`/api/desk/intake/preview?kind=${kind}`, bytes)
      expect([kind, problems]).toEqual([kind, []])
      expect(await ask(`/api/desk/intake/apply?kind=${kind}&hash=${hash}`, bytes)).toMatchObject({ outcome: 'done' })
    }
    expect((await balance('YOG-500')).map(({ place, n }) => [place, n])).toEqual([
      ['A-01-2', 30],
      ['ADJUSTMENT', -30],
    ])
  })

  it('[GL9] steps are done by what is there, or ticked off by hand', async () => {
    const look = async () => v.parse(goingLiveSchema, await (await page.get('/api/desk/going-live')).json())
    const before = await look()
    const state = (answer: typeof before, step: string) => answer.steps.find(one => one.step === step)?.state
    expect(state(before, 'places')).toBe('done')
    expect(state(before, 'labels')).toBe('open')
    expect(before.files[0]).toMatchObject({ kind: 'places', name: 'k.csv', rows: 1 })
    expect((await page.post('/api/desk/going-live', { step: 'labels', done: true })).status).toBe(200)
    expect(state(await look(), 'labels')).toBe('marked')
    expect((await page.post('/api/desk/going-live', { step: 'labels', done: false })).status).toBe(200)
    expect(state(await look(), 'labels')).toBe('open')
    expect((await page.post('/api/desk/going-live', { step: 'places', done: true })).status).toBe(400)
  })
})
