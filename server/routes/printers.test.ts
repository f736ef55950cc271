import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deskApp } from '../../test/support/desk-app.ts'
import { codesOfPdf, prepareDecoder } from '../../test/support/read-codes.ts'
import { SAMPLES, SHEET, SLIP, TURKISH } from '../../test/support/sample-labels.ts'
import { derivedId } from '../../shared/ids.ts'
import { MAX_LABELS } from '../../shared/desk/print.ts'
import { send } from './test-app.ts'

describe('printing over HTTP', async () => {
  const desk = await deskApp()
  beforeAll(() => prepareDecoder())
  afterAll(() => desk.close())
  const { people } = desk
  const id = derivedId('printer', 'dock')
  const printer = { id, expectedVersion: 0, name: 'Rampa', host: '10.0.0.9', dpi: 203, size: '50x30' }
  const job = (name: string) => derivedId('print job', name)
  const write = (path: string, body: object, who: { id: string } = people.sevda) =>
    desk.write(path, { worker: who.id, ...body })
  const print = (labels: readonly object[], more: object = {}, who: { id: string } = people.sevda) =>
    write('/api/print', { printer: id, captions: TURKISH, labels, ...more }, who)
  const jobs = (more = '') => desk.read(`/api/print/jobs?worker=${people.sevda.id}${more}`)

  it('[PL18] supervisors add printers and change them on the version that they saw', async () => {
    expect(await write('/api/printers', printer)).toMatchObject({ status: 200, body: { port: 9100, version: 1 } })
    expect(await write('/api/printers', printer)).toMatchObject({ status: 409, body: { code: 'stale' } })
    expect(await write('/api/printers', { ...printer, expectedVersion: 1, active: false })).toMatchObject({
      status: 200,
    })
    expect(await print([{ id: job('x'), label: SAMPLES.item }])).toMatchObject({ status: 404 })
    expect(await write('/api/printers', { ...printer, expectedVersion: 2 })).toMatchObject({ status: 200 })
    for (const wrong of [{ host: 'http://x/' }, { port: 80 }, { dpi: 204 }, { size: 'a4' }, { name: '' }])
      expect(await write('/api/printers', { ...printer, ...wrong })).toMatchObject({ status: 400 })
    expect(await desk.read(`/api/printers?worker=${people.sevda.id}`)).toMatchObject({
      body: { printers: [{ id, name: 'Rampa', version: 3, active: true }] },
    })
  })

  it('[PL21] supervisors and administrators print; labels that do not fit their limits are refused whole', async () => {
    const label = { id: job('limits'), label: SAMPLES.item }
    for (const who of [people.berk, people.integrator]) {
      expect(await print([label], {}, who)).toMatchObject({ status: 403, body: { code: 'role' } })
      expect(await desk.read(`/api/print/jobs?worker=${who.id}`)).toMatchObject({ status: 403 })
      expect(await desk.read(`/api/printers?worker=${who.id}`)).toMatchObject({ status: 403 })
      expect(await write('/api/printers', printer, who)).toMatchObject({ status: 403 })
      expect(await write(`/api/print/jobs/${job('a')}/again`, { id: job('r') }, who)).toMatchObject({ status: 403 })
      expect(await write('/api/labels.pdf', { what: 'sheet', captions: TURKISH, sheet: SHEET }, who)).toMatchObject({
        status: 403,
      })
    }
    const many = (n: number, copies = 1) =>
      Array.from({ length: n }, (_, i) => ({ id: job(`m${i}`), label: SAMPLES.item, copies }))
    for (const labels of [
      [],
      many(MAX_LABELS + 1),
      many(11, 100),
      [{ ...label, copies: 101 }],
      [label, { id: job('b'), label: { ...SAMPLES.item, code: 'XCDNE' } }],
    ])
      expect(await print(labels)).toMatchObject({ status: 400 })
    expect(await print([label], { captions: { ...TURKISH, lot: '' } })).toMatchObject({ status: 400 })
    expect(await jobs()).toMatchObject({ body: { jobs: [], before: null } })
    expect(await print(many(MAX_LABELS))).toMatchObject({ status: 200 })
    expect(await jobs('&limit=200')).toMatchObject({ body: { before: expect.any(Number) } })
  })

  it('[PL16] what waits is not printed again; who has asked, and for which printer, is in the list', async () => {
    const [newest] = ((await jobs('&limit=1')).body as { jobs: { id: string }[] }).jobs
    expect(newest).toMatchObject({ state: 'waiting', worker: people.sevda.id, printer: id, code: SAMPLES.item.code })
    const again = `/api/print/jobs/${newest?.id}/again`
    expect(await write(again, { id: job('r1') })).toMatchObject({ status: 409 })
    expect(await write(`/api/print/jobs/${job('nobody')}/again`, { id: job('r1') })).toMatchObject({ status: 404 })
    expect(await write('/api/print/jobs/x/again', { id: job('r1') })).toMatchObject({ status: 400 })
    expect(await jobs('&state=done')).toMatchObject({ body: { jobs: [] } })
  })

  it('[PL21] labels, sheets and slips come as PDF with the codes that were asked for', async () => {
    const session = derivedId('session', 'pdf')
    const pdf = async (body: object): Promise<string[]> => {
      const asked = { worker: people.sevda.id, session, captions: TURKISH, ...body }
      const response = await send(desk.app, desk.device, '/api/labels.pdf', asked)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/pdf'])
      return (await codesOfPdf(new Uint8Array(await response.arrayBuffer()))).flat()
    }
    const labels = [{ label: SAMPLES.location, copies: 3 }]
    const place = `]C0${SAMPLES.location.code}`
    expect(await pdf({ what: 'labels', size: 'a4-2x7', skip: 13, labels })).toEqual([place, place, place])
    expect(await pdf({ what: 'sheet', sheet: SHEET })).toHaveLength(24)
    expect(await pdf({ what: 'slips', size: 'a4', slips: [SLIP, SLIP] })).toEqual([']C0SO-1001', ']C0SO-1001'])
  })
})
