import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import type { Document, Location } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { CONNECTOR } from '../../test/support/sql-site.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { placeId } from '../../test/support/site.ts'
import { emptyPage } from './import-port.ts'
import { carrierRound } from './carrier-labels.ts'

const ZPL = Buffer.from('^XA^FO20,20^FDcarrier^FS^XZ').toString('base64')
const PDF = Buffer.from('%PDF-1.7 carrier').toString('base64')

describe('labels of carriers', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { stores, site, people, key } = desk
  const at = { warehouse: site.warehouse.id, worker: people.sevda.id, device: null, now: desk.app.deps.now() }
  const station = placeId(site, 'PACK-1')

  const order = (name: string): Document => ({
    id: derivedId<'document'>('document', name),
    kind: 'order',
    client: key().client,
    number: name,
    partner: 'p',
    state: 'started',
    due: null,
    priority: 0,
    blind: false,
  })
  const box = (
    code: string,
    document: Document['id'],
    over: Partial<NonNullable<Location['carton']>> = {},
  ): Location => ({
    ...site.locations[0]!,
    id: derivedId<'location'>('box', code),
    kind: 'carton',
    code,
    sequence: 1,
    parent: station,
    carton: { document, type: null, weightG: null, size: null, tracking: null, closed: true, shipped: false, ...over },
  })
  const brings = (id: string, document: Document['id'], over: object = {}) =>
    stores.import.putPage(
      { warehouse: site.warehouse.id, connector: CONNECTOR, now: desk.app.deps.now() },
      {
        ...emptyPage('carrierLabel', id),
        labels: [
          { id, order: 'sale', package: null, tracking: 'TRK1', format: 'zpl', content: ZPL, document, ...over },
        ],
      },
      null,
    )
  let rung = 0
  const round = () =>
    carrierRound({
      labels: stores.carrierLabels,
      print: stores.print,
      now: desk.app.deps.now,
      ring: () => void (rung += 1),
    })
  const jobs = async () =>
    (await stores.print.jobs(site.warehouse.id, { state: null, printer: null, before: null, limit: 100 })).map(
      ({ printer, kind, code, state }) => ({ printer, kind, code, state }),
    )
  const boxOf = async (code: string) => {
    const { rows } = await sql<{ body: Location }>`select body from location where body->>'code' = ${code}`.execute(
      desk.opened.db,
    )
    return rows[0]?.body.carton
  }
  const printer = (name: string, over: object) => ({
    id: derivedId<'printer'>('printer', name),
    name,
    host: '127.0.0.1',
    port: 9100,
    kind: 'zpl' as const,
    dpi: 203 as const,
    size: '100x150' as const,
    active: true,
    station: null,
    ...over,
  })

  it('[PL24] waits for a closed box and for a printer, then comes out once at the box’s station', async () => {
    const sale = order('SO-C1')
    await desk.facts([{ ...NOTHING, documents: [sale], locations: [box('C1', sale.id, { closed: false })] }])
    await brings('label 1', sale.id)
    await round()
    expect([await jobs(), await boxOf('C1')]).toMatchObject([[], { tracking: null }])
    await desk.facts([{ ...NOTHING, locations: [box('C1', sale.id)] }])
    await stores.print.putPrinter(at, printer('items', { size: '50x30' }), 0)
    await round()
    // Small labels are none of a carrier's; the number is known all the same.
    expect([await jobs(), await boxOf('C1')]).toMatchObject([[], { tracking: 'TRK1' }])
    expect(rung).toBe(1)
    await stores.print.putPrinter(at, printer('any', {}), 0)
    await stores.print.putPrinter(at, printer('own', { station, size: '50x30' }), 0)
    await round()
    await round()
    const job = { printer: printer('own', {}).id, kind: 'carrier', code: 'C1', state: 'waiting' }
    expect(await jobs()).toEqual([job])
    const [claimed] = await stores.print.claim({
      now: desk.app.deps.now(),
      token: '00000000-0000-4000-8000-000000000001',
      leaseUntil: desk.app.deps.now(),
      limit: 5,
    })
    expect(claimed?.body).toEqual({ zpl: ZPL, code: 'C1' })
  })

  it('[N16] prints once more each time that the floor asks for it, and when the ERP brings another one', async () => {
    const before = (await jobs()).length
    const sale = order('SO-C1')
    const asked = (prints: number) => ({ ...NOTHING, locations: [box('C1', sale.id, { tracking: 'TRK1', prints })] })
    await desk.facts([asked(1)])
    await round()
    await round()
    expect((await jobs()).length).toBe(before + 1)
    await desk.facts([asked(2)])
    await round()
    expect((await jobs()).length).toBe(before + 2)
  })

  it('[PL23] names its box; without a name it is of the first; a number that was scanned stays', async () => {
    const sale = order('SO-C2')
    const boxes = [box('C2', sale.id), { ...box('C3', sale.id, { tracking: 'MINE' }), sequence: 2 }]
    await desk.facts([{ ...NOTHING, documents: [sale], locations: boxes }])
    await brings('first', sale.id, { tracking: 'TRK2' })
    await brings('named', sale.id, { package: 'C3', tracking: 'TRK3' })
    await round()
    expect([await boxOf('C2'), await boxOf('C3')]).toMatchObject([{ tracking: 'TRK2' }, { tracking: 'MINE' }])
    expect((await jobs()).map(one => one.code).sort()).toEqual(expect.arrayContaining(['C2', 'C3']))
  })

  it('[PL24] a PDF is no job; what has left is not due', async () => {
    const before = (await jobs()).length
    const [paper, gone] = [order('SO-C4'), order('SO-C5')]
    const locations = [box('C4', paper.id), box('C5', gone.id, { shipped: true })]
    await desk.facts([{ ...NOTHING, documents: [paper, gone], locations }])
    await brings('paper', paper.id, { format: 'pdf', content: PDF, tracking: 'TRK4' })
    await brings('gone', gone.id, { tracking: 'TRK5' })
    await round()
    expect([await boxOf('C4'), await boxOf('C5')]).toMatchObject([{ tracking: 'TRK4' }, { tracking: null }])
    expect((await jobs()).length).toBe(before)
    expect(await stores.carrierLabels.of(site.warehouse.id, paper.id)).toEqual([
      { remote: 'paper', format: 'pdf', content: PDF, tracking: 'TRK4' },
    ])
    expect(await stores.carrierLabels.due(10)).toEqual([])
  })

  it('[PL24] labels that no printer takes hold back none that one takes', async () => {
    await stores.print.putPrinter(at, printer('any', { active: false }), 1)
    const sales = Array.from({ length: 21 }, (_, n) => order(`SO-L${n}`))
    const locations = sales.map(({ id }, n) => ({ ...box(`L${n}`, id), parent: n === 20 ? station : null }))
    await desk.facts([{ ...NOTHING, documents: sales, locations }])
    for (const [n, { id }] of sales.entries())
      await brings(`late ${String(n).padStart(2, '0')}`, id, { tracking: `LATE${n}` })
    await round()
    await round()
    expect((await jobs()).map(one => one.code)).toContain('L20')
    expect([await boxOf('L0'), await boxOf('L19')]).toMatchObject([{ tracking: 'LATE0' }, { tracking: 'LATE19' }])
    expect((await jobs()).map(one => one.code)).not.toContain('L0')
  })
})
