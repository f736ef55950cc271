import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { CHOICES } from '../../shared/exception-choices.ts'
import { EXCEPTIONS } from '../../shared/exception.ts'
import type { ExceptionKind } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { deskApp } from '../../test/support/desk-app.ts'

describe('the inbox over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { people, key } = desk
  const raise = (kind: ExceptionKind, subject: string, body: Record<string, unknown>) =>
    desk.facts([{ ...NOTHING, exceptions: [{ id: derivedId('exception', kind, subject), kind, subject, body }] }])
  const list = async (who: { id: string } = people.sevda, more = '') => {
    const { status, body } = await desk.read(`/api/exceptions?worker=${who.id}${more}`)
    return { status, ...(body as { code?: string; next: string | null; exceptions: Record<string, unknown>[] }) }
  }
  const settle = async (who: { id: string }, ...decisions: object[]) => {
    const { status, body } = await desk.write('/api/exceptions', { worker: who.id, decisions })
    return { status, ...(body as { code?: string; results: Record<string, unknown>[] }) }
  }
  const ask = (name: string, kind: string, subject: string, choice: string, words = 'seen on the floor') => ({
    id: derivedId('decision', name),
    exception: derivedId('exception', kind, subject),
    expectedVersion: 1,
    choice,
    words,
  })

  it('[Z10] every kind has its choices, and only differences of counts end elsewhere', () => {
    expect(Object.keys(CHOICES).sort()).toEqual(Object.keys(EXCEPTIONS).sort())
    expect(Object.entries(CHOICES).flatMap(([kind, choices]) => (choices.length === 0 ? [kind] : []))).toEqual([
      'late_after_count',
      'order_unknown',
      'count_variance',
    ])
  })

  it('[Z10] one row a cause, the oldest first, found by kind, client, place and item, in pages', async () => {
    await raise('moved_twice', 'a', { ...key() })
    await raise('moved_twice', 'a', { ...key() })
    await raise('unknown_code', 'b', { client: key().client, text: '123' })
    const all = await list()
    expect(all.exceptions).toMatchObject([
      { kind: 'moved_twice', version: 2, choices: ['count', 'move'], workers: [people.berk.id], settled: null },
      { kind: 'unknown_code', version: 1 },
    ])
    const shown = async (more: string) => (await list(people.sevda, more)).exceptions.map(one => one.kind)
    expect(await shown('&kind=unknown_code')).toEqual(['unknown_code'])
    expect(await shown(`&location=${key().location}`)).toEqual(['moved_twice'])
    expect(await shown(`&item=${key('A-01', 1).item}`)).toEqual([])
    expect(await shown(`&client=${desk.site.clients[1]?.id}`)).toEqual([])
    const first = await list(people.sevda, '&limit=1')
    expect(await shown(`&limit=1&after=${encodeURIComponent(first.next ?? '')}`)).toEqual(['unknown_code'])
    for (const bad of ['&kind=nothing', '&state=gone', '&item=x', '&after=y'])
      expect(await list(people.sevda, bad)).toMatchObject({ status: 400 })
  })

  it('[XO10] when a kind is late and whose work it is are the policy’s, for the inbox and the figures alike', async () => {
    const limits = async () => (await list()).exceptions.map(one => [one['kind'], one['limit']])
    expect(await limits()).toEqual([
      ['moved_twice', { minutes: 60, owner: 'supervisor' }],
      ['unknown_code', { minutes: 30, owner: 'supervisor' }],
    ])
    const change = async (name: string, said: readonly object[]) => {
      const { version } = (await desk.read(`/api/policies?worker=${people.admin.id}`)).body as { version: number }
      return desk.write('/api/policies', {
        worker: people.admin.id,
        id: derivedId('decision', name),
        expectedVersion: version,
        client: null,
        policy: { ...DEFAULT_POLICY, exceptions: { limits: said } },
      })
    }
    const code = { kind: 'unknown_code', minutes: 5, owner: 'integrator' }
    const bad = [
      { ...code, kind: 'moved_twice' },
      { ...code, minutes: 0 },
      { ...code, kind: 'nothing' },
    ]
    for (const one of bad) expect(await change('limits bad', [one])).toMatchObject({ status: 400 })
    expect(await change('limits twice', [code, code])).toMatchObject({ status: 400 })
    expect(await change('limits', [code])).toMatchObject({ status: 200, body: { outcome: 'done' } })
    expect(await limits()).toEqual([
      ['moved_twice', { minutes: 60, owner: 'supervisor' }],
      ['unknown_code', { minutes: 5, owner: 'integrator' }],
    ])
    const opened = String((await list(people.sevda, '&kind=unknown_code')).exceptions[0]?.['openedAt'])
    const late = async (minutes: number): Promise<number> => {
      const later = isoOf(msOf(opened) + minutes * 60_000)
      const day = later.slice(0, 10)
      const scope = {
        warehouse: desk.site.warehouse.id,
        clients: null,
        zone: null,
        from: day,
        to: day,
        timeZone: 'UTC',
      }
      const rows = await desk.stores.kpi.present(scope, later)
      return rows.filter(row => row.measure === 'exception.late').reduce((sum, row) => sum + row.n, 0)
    }
    expect([await late(4), await late(6), await late(61)]).toEqual([0, 1, 2])
    expect(await change('limits back', [])).toMatchObject({ body: { outcome: 'done' } })
  })

  it('[Z11] the integrator sees and settles master data only, others nothing; a supervisor goods of their clients', async () => {
    for (const who of [people.berk, people.admin]) {
      expect(await list(who)).toMatchObject({ status: 403, code: 'role' })
      expect(await settle(who, ask('no role', 'unknown_code', 'b', 'note'))).toMatchObject({ status: 403 })
    }
    expect((await list(people.integrator)).exceptions.map(one => one.kind)).toEqual(['unknown_code'])
    expect((await list(people.narrow)).exceptions).toEqual([])
    expect(
      await settle(
        people.integrator,
        ask('int 1', 'moved_twice', 'a', 'move'),
        ask('int 2', 'unknown_code', 'b', 'note'),
      ),
    ).toMatchObject({ results: [{ code: 'not_found' }, { outcome: 'done', state: 'settled' }] })
    expect(await settle(people.narrow, ask('narrow', 'moved_twice', 'a', 'move'))).toMatchObject({
      results: [{ code: 'not_found' }],
    })
  })

  it('[XO1] whoever may settle it takes it or gives it to somebody who may; whoever took it first has it', async () => {
    await raise('moved_twice', 'owned', { ...key() })
    const exception = derivedId<'exception'>('exception', 'moved_twice', 'owned')
    const { sevda, deniz, narrow, integrator } = people
    const at = { warehouse: desk.site.warehouse.id, now: desk.app.deps.now() }
    const own = async (who: typeof sevda, owner: typeof sevda | null, seen: typeof sevda | null) => {
      const asked = { owner: owner?.id ?? null, exceptions: [{ exception, seen: seen?.id ?? null }] }
      const [result] = await desk.stores.desk.own(at, who, owner, asked)
      return result?.code ?? 'done'
    }
    const owners = async () =>
      (await list()).exceptions.filter(one => one['subject'] === 'owned').map(one => one['owner'])
    expect(await owners()).toEqual([null])
    expect(await own(narrow, narrow, null)).toBe('not_found')
    expect(await own(sevda, integrator, null)).toBe('role')
    expect(await own(sevda, sevda, null)).toBe('done')
    expect(await own(deniz, deniz, null)).toBe('stale')
    expect(await own(sevda, sevda, null)).toBe('done')
    expect(await owners()).toEqual([sevda.id])
    expect(await own(deniz, deniz, sevda)).toBe('done')
    expect(await own(deniz, null, deniz)).toBe('done')
    expect(await owners()).toEqual([null])
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from audit where kind = 'exception.owner'`.execute(desk.opened.db)
    expect(rows[0]?.n).toBe(3)
    await sql`delete from exception where id = ${exception}::uuid`.execute(desk.opened.db)
  })

  it('[Z12] settled on the version that was seen, by one of its choices, in words, once; a count is asked for at once', async () => {
    const good = { ...ask('good', 'moved_twice', 'a', 'count'), expectedVersion: 2 }
    expect(
      await settle(
        people.sevda,
        ask('old', 'moved_twice', 'a', 'count'),
        { ...good, id: derivedId('decision', 'no choice'), choice: 'swap' },
        good,
        { ...good, id: derivedId('decision', 'second') },
      ),
    ).toMatchObject({
      results: [
        { outcome: 'refused', code: 'stale', version: 2 },
        { outcome: 'refused', code: 'bad_request' },
        { outcome: 'done', state: 'settled' },
        { outcome: 'refused', code: 'stale' },
      ],
    })
    expect((await settle(people.sevda, good)).results).toMatchObject([{ outcome: 'done' }])
    expect((await settle(people.sevda, { ...good, words: 'other words' })).results).toMatchObject([
      { outcome: 'refused', code: 'bad_request' },
    ])
    expect(await settle(people.sevda, { ...good, words: '' })).toMatchObject({ status: 400 })
    const { rows } = await sql<{ body: unknown }>`select body from work where kind = 'task'`.execute(desk.opened.db)
    expect(rows).toMatchObject([{ body: { kind: 'count', cause: 'moved_twice', count: { location: key().location } } }])
    expect((await list(people.sevda, '&state=settled&kind=moved_twice')).exceptions).toMatchObject([
      { settled: { choice: 'count', words: 'seen on the floor', worker: people.sevda.id } },
    ])
    // It happens again: a new row, because the old one was settled.
    await desk.facts([
      {
        ...NOTHING,
        exceptions: [{ id: derivedId('exception', 'again'), kind: 'moved_twice', subject: 'a', body: key() }],
      },
    ])
    expect((await list()).exceptions).toMatchObject([{ kind: 'moved_twice', version: 1 }])
  })
})
