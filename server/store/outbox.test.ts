import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { CONNECTOR, sqlSite } from '../../test/support/sql-site.ts'
import { testSite } from '../../test/support/site.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const T0 = '2026-11-23T08:00:00.000Z'
const T1 = '2026-11-23T08:05:00.000Z'
const uuid = (name: string): string => derivedId('x', name)

describe('the outbox', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  const stores = await sqlSite(opened, testSite('outbox'))
  const { outbox } = stores
  const add = (name: string, subject: string, seq: number) =>
    sql`insert into outbox (warehouse_id, key, seq, connector, subject, type, payload, covers, next_at, created_at)
        select id, ${uuid(name)}, ${seq}, ${CONNECTOR}, ${subject}, 'receipt', '{}', '[]', ${T0}, ${T0} from warehouse limit 1`.execute(
      opened.db,
    )
  const claim = (token: string, now = T0, limit = 10) =>
    outbox.claim({ connector: CONNECTOR, now, limit, token: uuid(token), leaseUntil: '2026-11-23T08:01:30.000Z' })
  const keys = async (rows: Promise<readonly { key: string }[]>) => (await rows).map(row => row.key)

  beforeEach(async () => {
    await sql`delete from outbox`.execute(opened.db)
  })

  it('[E30] messages of one subject go in order, of different subjects side by side', async () => {
    await add('a1', 'receipt/a', 1)
    await add('a2', 'receipt/a', 2)
    await add('b1', 'receipt/b', 3)
    expect(await keys(claim('t1'))).toEqual([uuid('a1'), uuid('b1')])
    expect(await keys(claim('t2'))).toEqual([])
    await outbox.advance(uuid('a1'), uuid('t1'), { state: 'posted', now: T0, release: true })
    expect(await keys(claim('t3'))).toEqual([uuid('a2')])
  })

  it('[E31] a worker that lost its lease cannot write back', async () => {
    await add('a1', 'receipt/a', 1)
    await claim('t1')
    expect(await outbox.advance(uuid('a1'), uuid('other'), { state: 'posted', now: T0, release: true })).toBe(false)
    expect((await outbox.counts(CONNECTOR)).preparing).toBe(1)
  })

  it('[E32] a lease that ran out is an unknown outcome, never a fresh start', async () => {
    await add('a1', 'receipt/a', 1)
    await claim('t1')
    const again = await claim('t2', T1)
    expect(again.map(row => [row.key, row.state])).toEqual([[uuid('a1'), 'unknown']])
  })

  it('[E33] what waits for its time is left alone, and so is everything behind it', async () => {
    await add('a1', 'receipt/a', 1)
    await add('a2', 'receipt/a', 2)
    await claim('t1')
    await outbox.advance(uuid('a1'), uuid('t1'), { state: 'waiting', nextAt: T1, now: T0, release: true })
    expect(await keys(claim('t2'))).toEqual([])
    expect(await keys(claim('t3', T1))).toEqual([uuid('a1')])
  })
})
