import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { onHandIn, receiveOf } from '../../test/support/restore-contract.ts'
import { openFresh } from '../../test/support/postgres.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import type { Sealer } from '../../test/support/sealer.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import type { SiteSeed } from '../../test/support/site.ts'
import { NOW, sqlSite } from '../../test/support/sql-site.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { handleSync } from '../sync/handle.ts'
import { audit } from './audit.ts'
import { makeStores } from './stores.ts'

const url = inject('postgresUrl')

/** What only several connections can show. Two sets of stores are two servers: nothing in memory keeps them apart. */
describe.skipIf(!url)('pushes at once on PostgreSQL', async () => {
  const opened = await openFresh(url ?? '')
  afterAll(() => opened.close())
  let run = 0
  let site: SiteSeed
  let servers: ReturnType<typeof makeStores>[]
  let sealers: Sealer[]
  beforeEach(async () => {
    run += 1
    site = testSite(`race ${run}`)
    await sqlSite(opened, site)
    servers = [makeStores(opened.db), makeStores(opened.db)]
    sealers = site.devices.map(({ id }) => makeSealer(site, id))
  })

  const push = async (server: number, n: number, commands: readonly Sealed[]) => {
    const { device, epoch, seq } = sealers[n]!
    const head = { seq: seq(), pending: 0, oldest: null, quota: null, persisted: true, lost: false, acked: 0 }
    const deps = {
      store: servers[server]!.sync,
      now: () => NOW,
      newFeedEpoch: () => 'feedepoch999',
      nonce: () => 'nonce',
      minVersion: '0.1.0',
      ring: () => undefined,
      onForked: async () => {
        throw new Error('a fork')
      },
    }
    const warehouse = site.warehouse.id
    const asker = { device, worker: null, warehouse, clients: null, verify: async () => true }
    const about = { proto: 1, app: 'test', device, warehouse, session: null, cursor: null }
    return handleSync(deps, { ...about, push: { epoch, commands: [...commands] }, head }, asker)
  }
  const moveOf = (qty: number, from: string, to: string): Draft => ({
    type: 'move',
    process: 'move',
    task: null,
    line: null,
    client: site.items[0]!.client,
    item: site.items[0]!.id,
    lot: '',
    serial: '',
    from: looseAt(placeId(site, from)),
    to: looseAt(placeId(site, to)),
    qty,
  })
  const booked = async () => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from command k join warehouse w on w.id = k.warehouse_id
      where w.uid = ${site.warehouse.id} and k.device_id <> 0`.execute(opened.db)
    return rows[0]?.n
  }
  const at = async (place: string): Promise<number> => {
    const { rows } = await sql<{ n: number | null }>`
      select sum(b.on_hand)::int as n from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      where l.uid = ${placeId(site, place)}`.execute(opened.db)
    return rows[0]?.n ?? 0
  }

  it('[BR11] two pushes of one handheld at once book each step once and give the same answers', async () => {
    const [one] = sealers
    const all = [1, 2, 3, 4, 5, 6].map(qty => one!.seal(receiveOf(site, qty)))
    const answers = await Promise.all([
      push(0, 0, all.slice(0, 4)),
      push(1, 0, all.slice(0, 4)),
      push(0, 0, all),
      push(1, 0, all.slice(0, 2)),
    ])
    await push(1, 0, all)
    expect([await booked(), await onHandIn(opened, site)]).toEqual([6, 21])
    for (const { push: said } of answers)
      expect(said.results.map(({ seq, outcome }) => [seq, outcome])).toEqual(
        said.results.map(({ seq }, i) => [seq, answers[2].push.results[i]!.outcome]),
      )
    expect(await audit(opened.db)).toEqual([])
  })

  it('[BR11] two handhelds that move the same goods to and fro on two servers leave what was there', async () => {
    const [one, two] = sealers
    await push(0, 0, [one!.seal(receiveOf(site, 100))])
    const walk = async (n: number, sealer: Sealer, from: string, to: string): Promise<void> => {
      for (let i = 0; i < 15; i += 1) {
        const batch = [sealer.seal(moveOf(2, from, to)), sealer.seal(moveOf(1, to, from))]
        const { push: said } = await push((n + i) % 2, n, batch)
        expect([said.gap, said.acked]).toEqual([null, sealer.seq()])
      }
    }
    await Promise.all([walk(0, one!, 'DOCK-1', 'A-01'), walk(1, two!, 'DOCK-1', 'A-01')])
    expect([await at('DOCK-1'), await at('A-01'), await booked()]).toEqual([70, 30, 61])
    expect(await audit(opened.db)).toEqual([])
  })

  it('[BR11] numbers that two servers hear in the wrong order are asked for again, and nothing is left out', async () => {
    const [one] = sealers
    const all = [1, 2, 3, 4].map(qty => one!.seal(receiveOf(site, qty)))
    const [late, first] = await Promise.all([push(0, 0, all.slice(2)), push(1, 0, all.slice(0, 2))])
    expect(first.push.gap).toBe(null)
    if (late.push.gap !== null) expect([late.push.gap <= 3, late.push.results]).toEqual([true, []])
    await push(0, 0, all)
    expect([await booked(), await onHandIn(opened, site)]).toEqual([4, 10])
  })
})
