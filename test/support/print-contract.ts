import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { PrintStore } from '../../server/print-ports.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, PrinterId, PrintJobId, WorkerId } from '../../shared/ids.ts'
import type { Label } from '../../shared/label/label.ts'
import { SAMPLES, TURKISH } from './sample-labels.ts'
import { testSite } from './site.ts'
import { sqlSite } from './sql-site.ts'

const NOW = '2027-03-31T08:00:00.000Z'
const LATER = '2027-03-31T09:00:00.000Z'
const site = testSite('print')
export const PRINT_WAREHOUSE = site.warehouse.id
export const WORKER: WorkerId = derivedId('worker', 'print')
const at = {
  warehouse: PRINT_WAREHOUSE,
  worker: WORKER,
  device: derivedId('device', 'print') satisfies DeviceId,
  now: NOW,
}
const job = (name: string): PrintJobId => derivedId('print job', name)
export const printerOf = (name: string) => ({
  id: derivedId<'printer'>('printer', name) satisfies PrinterId,
  name,
  host: '127.0.0.1',
  port: 9100,
  kind: 'zpl' as const,
  dpi: 203 as const,
  size: '50x30' as const,
  active: true,
  station: null,
})

/** An empty queue with two printers on an opened database. */
export const printStore = async (opened: Pick<OpenDatabase, 'db'>): Promise<() => Promise<PrintStore>> => {
  const { print } = await sqlSite(opened, site)
  return async () => {
    await sql`delete from print_job`.execute(opened.db)
    await sql`delete from printer`.execute(opened.db)
    for (const name of ['dock', 'pack']) await print.putPrinter(at, printerOf(name), 0)
    return print
  }
}

const TOKEN = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'
const add = (print: PrintStore, names: readonly string[], printer = 'dock', label: Label = SAMPLES.item, most = 100) =>
  print.add(
    { ...at, most },
    names.map(name => ({
      id: job(name),
      printer: printerOf(printer).id,
      copies: 1,
      body: { label, captions: TURKISH },
    })),
  )
const claim = async (print: PrintStore, now = NOW, token = TOKEN) =>
  (await print.claim({ now, token, leaseUntil: new Date(Date.parse(now) + 60_000).toISOString(), limit: 10 })).map(
    one => one.id,
  )
const list = (print: PrintStore) => print.jobs(PRINT_WAREHOUSE, { state: null, printer: null, before: null, limit: 50 })

export const describePrint = (engine: string, make: () => Promise<PrintStore>): void => {
  it(`[PL13] one label at a time for each printer, in the order of asking: ${engine}`, async () => {
    const print = await make()
    await add(print, ['a', 'b'])
    await add(print, ['c'], 'pack')
    expect((await claim(print)).toSorted()).toEqual([job('a'), job('c')].toSorted())
    expect(await claim(print, NOW, OTHER)).toEqual([])
    const end = { words: null, now: NOW, nextAt: NOW }
    await print.finish(job('c'), TOKEN, { ...end, state: 'done' })
    // What waits for its next try holds back what is behind it.
    expect(await print.finish(job('a'), TOKEN, { ...end, state: 'waiting', words: 'away', nextAt: LATER })).toBe(true)
    expect(await claim(print)).toEqual([])
    expect(await claim(print, LATER)).toEqual([job('a')])
    await print.finish(job('a'), TOKEN, { ...end, state: 'done' })
    expect(await claim(print)).toEqual([job('b')])
  })

  it(`[PL13] two workers never claim one job, and a lease that another has writes nothing: ${engine}`, async () => {
    const print = await make()
    await add(print, ['a', 'b', 'c'])
    const claimed = await Promise.all([TOKEN, OTHER].map(token => claim(print, NOW, token)))
    expect(claimed.flat()).toEqual([job('a')])
    const loser = claimed[0]?.length === 0 ? TOKEN : OTHER
    expect(await print.touch(job('a'), loser)).toBe(false)
    expect(await print.finish(job('a'), loser, { state: 'done', words: null, now: NOW, nextAt: NOW })).toBe(false)
    expect((await list(print)).find(one => one.id === job('a'))).toMatchObject({ state: 'sending' })
  })

  it(`[PL14] after a worker died, what had not begun waits again, what had begun is unknown: ${engine}`, async () => {
    const print = await make()
    await add(print, ['a'])
    await add(print, ['b'], 'pack')
    await claim(print)
    expect(await print.touch(job('b'), TOKEN)).toBe(true)
    expect(await claim(print, LATER, OTHER)).toEqual([job('a')])
    const states = Object.fromEntries((await list(print)).map(one => [one.id, [one.state, one.attempts]]))
    expect(states).toEqual({ [job('a')]: ['sending', 2], [job('b')]: ['unknown', 1] })
    expect(await claim(print, LATER, OTHER)).toEqual([])
  })

  it(`[PL15] the same ids again add nothing; a queue that is full takes nothing of a request: ${engine}`, async () => {
    const print = await make()
    expect([await add(print, ['a', 'b']), await add(print, ['b', 'a'])]).toEqual(['added', 'added'])
    expect((await list(print)).map(one => one.id)).toEqual([job('b'), job('a')])
    expect(await add(print, ['c', 'd'], 'dock', SAMPLES.item, 3)).toBe('full')
    expect(await list(print)).toHaveLength(2)
  })

  it(`[PL16] a reprint is a job of its own that names the first one and counts, once for its id: ${engine}`, async () => {
    const print = await make()
    await add(print, ['a'])
    expect(await print.again(at, job('a'), job('r0'))).toEqual({ kind: 'running' })
    expect(await print.again(at, job('nobody'), job('r0'))).toEqual({ kind: 'none' })
    const print1 = async (name: string, state: 'done' | 'unknown' | 'failed', touch = true) => {
      expect(await claim(print)).toEqual([job(name)])
      if (touch) await print.touch(job(name), TOKEN)
      await print.finish(job(name), TOKEN, { state, words: null, now: NOW, nextAt: NOW })
    }
    await print1('a', 'failed', false)
    // Nothing had gone out: the same job, no reprint.
    expect(await print.again(at, job('a'), job('r0'))).toMatchObject({ job: { id: job('a'), state: 'waiting' } })
    await print1('a', 'unknown')
    const first = { kind: 'done', job: { id: job('r1'), reprintOf: job('a'), reprintNo: 1, worker: WORKER } }
    expect(await print.again(at, job('a'), job('r1'))).toMatchObject(first)
    expect(await print.again(at, job('a'), job('r1'))).toMatchObject(first)
    await print1('r1', 'done')
    expect(await print.again(at, job('r1'), job('r2'))).toMatchObject({ job: { reprintOf: job('a'), reprintNo: 2 } })
    expect(await list(print)).toHaveLength(3)
  })

  it(`[PL17] the code of a badge or set-up code is in no list, and not kept once it is printed: ${engine}`, async () => {
    const print = await make()
    await add(print, ['a'], 'dock', SAMPLES.badge)
    expect(JSON.stringify(await list(print))).not.toContain(SAMPLES.badge.code)
    const [claimed] = await print.claim({ now: NOW, token: TOKEN, leaseUntil: LATER, limit: 1 })
    expect(claimed?.body).toMatchObject({ label: { code: SAMPLES.badge.code } })
    await print.touch(job('a'), TOKEN)
    await print.finish(job('a'), TOKEN, { state: 'done', words: null, now: NOW, nextAt: NOW })
    expect(await print.again(at, job('a'), job('r'))).toEqual({ kind: 'secret' })
  })

  it(`[PL18] a printer is changed on the version that was seen, in its own warehouse only: ${engine}`, async () => {
    const print = await make()
    const dock = printerOf('dock')
    expect(await print.putPrinter(at, { ...dock, dpi: 300 }, 1)).toMatchObject({ dpi: 300, version: 2 })
    for (const version of [0, 1]) expect(await print.putPrinter(at, dock, version)).toBeNull()
    expect(await print.putPrinter(at, printerOf('new'), 3)).toBeNull()
    // Out of use, it is sent nothing.
    await print.putPrinter(at, { ...dock, active: false }, 2)
    await add(print, ['a'])
    expect(await claim(print)).toEqual([])
    expect((await print.printers(PRINT_WAREHOUSE)).map(one => [one.name, one.active])).toEqual([
      ['dock', false],
      ['pack', true],
    ])
  })
}
