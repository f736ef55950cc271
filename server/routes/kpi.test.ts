import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deskApp } from '../../test/support/desk-app.ts'
import { figuresBySql } from '../../test/support/kpi-sql.ts'
import { seedKpi } from '../../test/support/kpi-site.ts'
import { CONNECTOR } from '../../test/support/sql-site.ts'
import { get } from './test-app.ts'
import type { KpiAnswer, KpiDaysAnswer, KpiRowsAnswer } from '../../shared/desk/kpi.ts'
import { TABLE_NAMES } from '../../shared/desk/kpi-tables.ts'
import { UTC } from '../../shared/time.ts'
import { makeKpiRound } from '../workers/kpi.ts'

const never = new AbortController().signal
const START = '2026-11-20T00:00:00.000Z'

describe('figures over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, site, stores } = desk
  const round = makeKpiRound({ warehouses: async () => [site.warehouse], kpi: stores.kpiWork, now: app.deps.now })
  const rounds = async (): Promise<void> => {
    while (await round(never));
  }
  const from = '2026-11-20'
  const query = (more = '', who = people.sevda): string => `worker=${who.id}&from=${from}&to=2026-11-23${more}`
  const figures = async (more = '', who = people.sevda) => {
    const { status, body } = await desk.read(`/api/kpi?${query(more, who)}`)
    return { status, ...(body as KpiAnswer & { code?: string }) }
  }
  const text = async (path: string): Promise<{ type: string | null; name: string; text: string }> => {
    const response = await get(app, desk.device, path)
    const bytes = Buffer.from(await response.arrayBuffer())
    const name = response.headers.get('content-disposition') ?? ''
    return { type: response.headers.get('content-type'), name, text: bytes.toString('utf8') }
  }
  const byName = (answer: KpiAnswer) =>
    new Map(answer.figures.map(figure => [`${figure.name} ${figure.split}`.trim(), figure]))

  beforeAll(async () => {
    await seedKpi(desk.opened.db, site, { start: START, days: 3, orders: 330, counts: 240, exceptions: 120 })
    await sql`insert into connector (uid, warehouse_id, name) select md5('connector0')::uuid, id, 'first' from warehouse where uid = ${site.warehouse.id}`.execute(
      desk.opened.db,
    )
    await rounds()
  })

  it('[KP80] the figures are what an independent SQL over the facts says, and so is the CSV', async () => {
    const answer = await figures()
    const found = byName(answer)
    const expected = await figuresBySql(desk.opened.db, site.warehouse.id, {
      from,
      to: '2026-11-23',
      now: app.deps.now(),
      timeZone: UTC,
    })
    expect(expected.size).toBeGreaterThan(40)
    expect([...expected].filter(([, value]) => value === null)).toEqual([])
    const shown = Object.fromEntries([...expected.keys()].map(name => [name, found.get(name)?.value]))
    expect(shown).toEqual(Object.fromEntries(expected))
    const csv = (await text(`/api/kpi.csv?${query('&lang=en')}`)).text.slice(1).split('\r\n').slice(1, -1)
    expect(csv).toHaveLength(answer.figures.length)
    const per = { ppm: 10_000, s: 1, n: 1, minor: 100, milli: 1000 }
    for (const [i, figure] of answer.figures.entries()) {
      const [name, split, value, , num, den, n] = csv[i]!.split(',')
      const { unit } = figure
      expect([name, split?.replaceAll("'", ''), value]).toEqual([
        figure.name,
        figure.split,
        figure.value === null ? '' : String(figure.value / per[unit]),
      ])
      expect([num, den, n]).toEqual([String(figure.num ?? ''), String(figure.den ?? ''), String(figure.n)])
    }
  })

  it('[TZ3] a warehouse that says where it is has all its days anew, and so have orders that are due on a day', async () => {
    const due = async () => {
      const { rows } = await sql<{ at: Date }>`
        select k.due_at as at from kpi_order k join work w on w.id = k.document where w.body->>'due' = '2026-11-21' limit 1`.execute(
        desk.opened.db,
      )
      return rows[0]?.at.toISOString()
    }
    const into = async (timeZone: string): Promise<void> => {
      const held = await stores.site.policies(site.warehouse.id)
      if (held === null) throw new Error('no policies')
      await stores.site.putPolicies(site.warehouse.id, {
        ...held,
        warehouse: { ...held.warehouse, site: { timeZone } },
      })
      await rounds()
    }
    const shown = async (timeZone: string) => {
      const found = byName(await figures())
      const expected = await figuresBySql(desk.opened.db, site.warehouse.id, {
        from,
        to: '2026-11-23',
        now: app.deps.now(),
        timeZone,
      })
      const names = [...expected.keys()]
      return [names.map(name => [name, found.get(name)?.value]), [...expected]]
    }
    const before = await figures()
    expect(await due()).toBe('2026-11-21T23:59:59.999Z')
    await into('America/New_York')
    const [ours, theirs] = await shown('America/New_York')
    expect(ours).toEqual(theirs)
    expect(await due()).toBe('2026-11-22T04:59:59.999Z')
    expect((await figures()).figures).not.toEqual(before.figures)
    expect((await figures()).restated).toContain('2026-11-20')
    await into('UTC')
    expect((await figures()).figures).toEqual(before.figures)
    await sql`update kpi_made set restated_at = null`.execute(desk.opened.db)
  })

  it('[KP81] parts of the goods and of the warehouse add up to the whole; who sees one client sees its figures only', async () => {
    const [all, ...parts] = [
      await figures(),
      ...(await Promise.all(site.clients.map(({ id }) => figures(`&client=${id}`)))),
    ]
    for (const name of ['accuracy.lines', 'efficiency.firstTimeRight', 'errors.failed', 'shorts']) {
      const den = (answer: KpiAnswer) => byName(answer).get(name)?.den ?? 0
      expect(den(all)).toBeGreaterThan(0)
      expect(parts.reduce((sum, part) => sum + den(part), 0)).toBe(den(all))
    }
    const narrow = await figures('', people.narrow)
    expect(narrow.figures).toEqual(parts[1]?.figures)
    expect(
      (await figures(`&client=${site.clients[0]!.id}`, people.narrow)).figures.every(figure => figure.n === 0),
    ).toBe(true)
    const zone = byName(await figures('&zone=A'))
    expect(zone.get('efficiency.firstTimeRight')?.n).toBeGreaterThan(0)
    expect(zone.get('errors.failed')?.value).toBeNull()
  })

  it('[KP82] figures are for supervisors; a window that is none, and a name that is none, are refused', async () => {
    for (const who of [people.berk, people.admin])
      expect(await figures('', who)).toMatchObject({ status: 403, code: 'role' })
    const status = async (path: string) => (await desk.read(path)).status
    const w = `worker=${people.sevda.id}`
    for (const bad of [
      `from=2026-11-24&to=2026-11-23`,
      'from=2025-01-01&to=2026-11-23',
      'from=today',
      'zone=',
      'client=x',
    ])
      expect(await status(`/api/kpi?${w}&${bad}`)).toBe(400)
    expect(await status(`/api/kpi/nothing/rows?${w}`)).toBe(404)
    expect(await status(`/api/kpi/days?${w}&figure=nothing`)).toBe(404)
    for (const bad of ['after=x', 'limit=0', 'limit=501'])
      expect(await status(`/api/kpi/order/rows?${w}&${bad}`)).toBe(400)
    expect(await status(`/api/kpi?${w}`)).toBe(200)
  })

  it('[KP83] pages of rows hold each row once, in order; the CSV holds the same rows', async () => {
    for (const table of TABLE_NAMES) {
      const pages: KpiRowsAnswer['rows'] = []
      for (let after = '', turn = 0; turn < 200; turn += 1) {
        const { status, body } = await desk.read(
          `/api/kpi/${table}/rows?${query(`&limit=37&after=${encodeURIComponent(after)}`)}`,
        )
        expect(status).toBe(200)
        const page = body as KpiRowsAnswer
        pages.push(...page.rows)
        if (page.next === null) break
        after = page.next
      }
      const whole = (await desk.read(`/api/kpi/${table}/rows?${query('&limit=500')}`)).body as KpiRowsAnswer
      expect(pages.slice(0, 500)).toEqual(whole.rows)
      expect(whole.rows.length).toBeGreaterThan(0)
      for (const row of whole.rows) expect(Object.keys(row).sort()).toEqual(whole.columns.map(one => one.key).sort())
      const { text: csv } = await text(`/api/kpi/${table}/rows.csv?${query('&lang=tr&machine=1')}`)
      expect(csv.split('\r\n').slice(2, -1)).toHaveLength(pages.length)
      expect(csv.split('\r\n')[1]).toBe(whole.columns.map(one => one.key).join(';'))
    }
  })

  it('[KP83] a figure has as many rows as it rests on', async () => {
    const found = byName(await figures())
    const rowsOf = async (table: string) =>
      ((await desk.read(`/api/kpi/${table}/rows?${query('&limit=500')}`)).body as KpiRowsAnswer).rows
    expect(await rowsOf('accuracy')).toHaveLength(found.get('accuracy.lines')!.n)
    expect(await rowsOf('adjustments')).toHaveLength(found.get('adjustments.within')!.n)
    expect(await rowsOf('exceptions')).toHaveLength(found.get('exceptions.opened')!.value!)
    const net = (await rowsOf('adjustments')).reduce((sum, row) => sum + Number(row['value'] ?? 0), 0)
    expect(net).toBe(found.get('adjustments.net')!.value)
  })

  it('[KP84] CSV begins with a BOM and names itself; Turkish has ; and a decimal comma', async () => {
    const tr = await text(`/api/kpi.csv?${query('&lang=tr')}`)
    expect(tr.type).toBe('text/csv; charset=utf-8')
    expect(tr.name).toContain('kpi_2026-11-20_2026-11-23_as-of-')
    expect(tr.text.startsWith('\ufeffGösterge;Kırılım;Değer;')).toBe(true)
    expect(tr.text).toMatch(/accuracy\.lines;;\d+,\d+;%;/)
  })

  it('[KP85] one figure day by day: the days of the window are its parts', async () => {
    const { body } = await desk.read(`/api/kpi/days?${query('&figure=efficiency.firstTimeRight')}`)
    const { days } = body as KpiDaysAnswer
    expect(days.map(({ day }) => day)).toEqual(
      ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'].slice(0, days.length),
    )
    const n = byName(await figures()).get('efficiency.firstTimeRight')!.n
    expect(days.reduce((sum, day) => sum + day.n, 0)).toBe(n)
  })

  it('[KP85] a day knows the standard of its process; what is known as it is now has no days', async () => {
    const days = async (figure: string) => {
      const { body } = await desk.read(`/api/kpi/days?${query(`&figure=${figure}`)}`)
      return (body as KpiDaysAnswer).days
    }
    expect((await days('efficiency.earned')).every(({ value }) => value === null)).toBe(true)
    await sql`insert into kpi_standard (warehouse_id, process, ms, at) select id, 'pick', 60000, now() from warehouse where uid = ${site.warehouse.id}`.execute(
      desk.opened.db,
    )
    const earned = await days('efficiency.earned')
    expect(earned.length).toBeGreaterThan(0)
    expect(earned.every(({ value }) => value !== null)).toBe(true)
    await sql`delete from kpi_standard`.execute(desk.opened.db)
    for (const figure of ['accuracy.drift', 'exceptions.open', 'order.backlog']) expect(await days(figure)).toEqual([])
    expect((await days('exceptions.opened')).length).toBeGreaterThan(0)
  })

  it('[KP42] a part by connection can be named, and the rows name theirs', async () => {
    const { connections } = await figures()
    expect(connections).toContainEqual({ id: CONNECTOR, name: 'test' })
    const { body } = await desk.read(`/api/kpi/sync/rows?${query('&limit=500')}`)
    const names = new Set((body as KpiRowsAnswer).rows.map(row => row['connector']))
    expect(names.has('first')).toBe(true)
  })

  it('[KP90] a long history is gone through a day at a time', async () => {
    const { db } = desk.opened
    await sql`delete from kpi_round`.execute(db)
    const at = { warehouse: site.warehouse.id, now: app.deps.now() }
    const reached: string[] = []
    for (let more = true; more;) {
      more = await stores.kpiWork.touch(at)
      const { rows } = await sql<{ at: Date }>`select at from kpi_round`.execute(db)
      reached.push(rows[0]?.at.toISOString() ?? '')
    }
    expect(reached.length).toBeGreaterThan(2)
    expect(reached.at(-1)).toBe(at.now)
    const steps = reached.slice(1).map((one, i) => Date.parse(one) - Date.parse(reached[i] ?? ''))
    expect(Math.max(...steps)).toBeLessThanOrEqual(86_400_000)
    await rounds()
  })

  it('[KP86] all rows can be made anew from the facts', async () => {
    const before = await figures()
    for (const table of ['kpi_step', 'kpi_order', 'kpi_day', 'kpi_due', 'kpi_made', 'kpi_round'])
      await sql`delete from ${sql.table(table)}`.execute(desk.opened.db)
    expect(byName(await figures()).get('efficiency.firstTimeRight')!.n).toBe(0)
    await rounds()
    expect((await figures()).figures).toEqual(before.figures)
  })

  it('[KP86] a late fact changes the day on which it happened; a day that was closed is shown as restated', async () => {
    const done = (answer: KpiAnswer) => byName(answer).get('efficiency.firstTimeRight')!.n
    const before = await figures()
    expect(before.restated).toEqual([])
    const late = (seq: number) =>
      sql`
      insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, worker, feed_seq, received_at)
      select k.warehouse_id, k.device_id, 'epoch0000002', ${seq}, 1,
             (k.body::jsonb || jsonb_build_object('line', md5('late' || ${seq}::int)::uuid, 'epoch', 'epoch0000002', 'seq', ${seq}::int))::text,
             '', '', 'applied', '[]', k.worker, ${10_000_000 + seq}, ${app.deps.now()}::timestamptz
      from command k where k.epoch = 'epoch0000001' and k.seq = 3`.execute(desk.opened.db)
    await late(1)
    await rounds()
    const after = await figures()
    expect(done(after)).toBe(done(before) + 1)
    // 20 November ended more than two days before the 23rd, 08:00.
    expect(after.restated).toEqual(['2026-11-20'])
    expect(after.asOf).toEqual({ cursor: 10_000_001, at: app.deps.now() })
    await rounds()
    expect((await figures()).figures).toEqual(after.figures)
  })

  it('[KP87] what is taken back, cancelled or confirmed later changes the days that it touches', async () => {
    const n = (answer: KpiAnswer, name: string) => byName(answer).get(name)!.n
    const before = await figures()
    await sql`
      insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, worker, feed_seq, received_at)
      select k.warehouse_id, k.device_id, k.epoch, 2, 1,
             (k.body::jsonb || jsonb_build_object('type', 'undo', 'seq', 2, 'of', jsonb_build_object('epoch', k.epoch, 'seq', 1), 'act', k.body::jsonb))::text,
             '', '', 'applied', '[]', k.worker, 10000002, ${app.deps.now()}::timestamptz
      from command k where k.epoch = 'epoch0000002' and k.seq = 1`.execute(desk.opened.db)
    await rounds()
    const undone = await figures()
    expect(n(undone, 'efficiency.firstTimeRight')).toBe(n(before, 'efficiency.firstTimeRight') - 1)
    await sql`update work set state = 'cancelled' where id = md5('order1')::uuid`.execute(desk.opened.db)
    await sql`
      insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, feed_seq, received_at)
      select warehouse_id, 0, 'feedepoch001', 10000003, 1, jsonb_build_object('kind', 'import', 'documents', jsonb_build_array(md5('order1')::uuid))::text,
             '', '', 'applied', '[]', 10000003, ${app.deps.now()}::timestamptz
      from command where epoch = 'epoch0000002' and seq = 1`.execute(desk.opened.db)
    await rounds()
    const cancelled = await figures()
    expect(n(cancelled, 'order.toReady.p50')).toBe(n(before, 'order.toReady.p50') - 1)
    await sql`update outbox set state = 'posted', posted_at = ${app.deps.now()}::timestamptz where key = md5('message17')::uuid`.execute(
      desk.opened.db,
    )
    await rounds()
    const confirmed = await figures()
    expect(n(confirmed, 'order.report.p50')).toBe(n(cancelled, 'order.report.p50') + 1)
    expect(confirmed.restated).toContain('2026-11-20')
  })

  it('[KP83] what a handheld counts blind is not among the rows that it reads', async () => {
    const places = async () => {
      const { body } = await desk.read(`/api/kpi/accuracy/rows?${query('&limit=500')}`)
      return new Set((body as KpiRowsAnswer).rows.map(row => row['place']))
    }
    expect(await places()).toContain('A-01')
    await sql`
      insert into work (warehouse_id, kind, id, client_id, state, body, feed_seq)
      select l.warehouse_id, 'task', md5('blind')::uuid, (select min(id) from client), 'started',
             jsonb_build_object('count', jsonb_build_object('location', l.uid, 'item', null, 'hidden', true),
                                'lease', jsonb_build_object('device', ${desk.device.answer.device}::text)), 1
      from location l where l.body->>'code' = 'A-01' and l.warehouse_id = (select id from warehouse where uid = ${site.warehouse.id})`.execute(
      desk.opened.db,
    )
    const left = await places()
    expect(left).not.toContain('A-01')
    expect(left).toContain('A-02')
  })
})
