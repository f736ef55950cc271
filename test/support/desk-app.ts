import { hashPassword } from '../../server/auth/password.ts'
import { makeWorker, nextRoster, signRoster } from '../../server/auth/roster.ts'
import { AYSE, CEM, enrol, get, send, testApp } from '../../server/routes/test-app.ts'
import { OTHER_WAREHOUSE } from '../../server/routes/test-stores.ts'
import type { AppDeps } from '../../server/routes/deps.ts'
import type { TestDevice } from '../../server/routes/test-app.ts'
import { sim } from '../../server/erp/sim.ts'
import { makeErpDesk } from '../../server/workers/erp-desk.ts'
import type { ErpDesk } from '../../server/workers/erp-desk.ts'
import { handleSync } from '../../server/sync/handle.ts'
import { openDatabase } from '../../server/store/open.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { Worker } from '../../shared/catalogue.ts'
import { derivedId, timeId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, Observation } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { varianceId } from '../../shared/count/variance.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { placeId, testSite } from './site.ts'
import { sqlSite } from './sql-site.ts'

/** Of everybody who may log in. */
export const PASSWORD = 'correct horse battery'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

const person = (name: string, roles: Worker['roles'], clients: Worker['clients'] = null): Worker => ({
  ...makeWorker({ id: derivedId('worker', 'desk', name), name, badge: `XB${name}`, roles }),
  clients,
})

/** The whole HTTP side over PGlite in memory, or another empty database: a supervisor's requests, and facts that are pushed under it. */
export const deskApp = async (
  more: Partial<AppDeps> = {},
  kinds: ErpDesk['kinds'] = { sim },
  database?: OpenDatabase,
) => {
  const opened = database ?? (await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
  // Its warehouse is the one that test handhelds enrol into; version 1 of the roster is the test app's own.
  const plan = testSite('routes')
  const site = {
    ...plan,
    roster: { ...plan.roster, version: 0 },
    costs: new Map(plan.items.map(item => [item.id, 100])),
  }
  const stores = await sqlSite(opened, site)
  await stores.site.addWarehouse({ id: OTHER_WAREHOUSE, name: 'other', feedEpoch: 'feedepoch002' })
  let renewed = 0
  const made = makeErpDesk({
    stores,
    keys: [Buffer.alloc(32, 7)],
    kinds,
    ring: () => {},
    now: () => app.deps.now(),
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    log: quiet,
    every: { importMs: 3_600_000, deliverMs: 3_600_000, compareMs: 3_600_000 },
  })
  // Rounds are turned by the tests themselves; what would start the workers is counted.
  const erp = { ...made, bridges: { ...made.bridges, renew: async () => void (renewed += 1) } }
  const app = await testApp({
    ...more,
    stores,
    erp,
    sync: (request, asker) =>
      handleSync(
        {
          store: stores.sync,
          now: () => app.deps.now(),
          newFeedEpoch: () => 'feedepoch009',
          nonce: () => app.deps.nonces.issue(app.deps.now()),
          minVersion: '0.1.0',
          ring: () => {},
          onForked: async () => {},
        },
        request,
        asker,
      ),
  })
  const people = {
    sevda: person('SEVDA', ['supervisor']),
    deniz: person('DENIZ', ['supervisor']),
    /** Sees the goods of the second client only. */
    narrow: person('NARROW', ['supervisor'], [plan.clients[1]!.id]),
    berk: person('BERK', ['counter']),
    integrator: person('INGE', ['integrator']),
    admin: person('ADMIN', ['administrator']),
  }
  const { id } = site.warehouse
  const workers = [AYSE, CEM, ...Object.values(people)]
  const roster = nextRoster({ warehouse: id, version: 1, workers }, app.deps.now(), 7)
  await stores.site.putRoster(id, roster, signRoster(app.deps.serverKey, roster))
  const device = await enrol(app)
  const start = msOf(app.deps.now())
  const at = (seconds: number): string => isoOf(start + seconds * 1000)

  const key = (place = 'A-01', n = 0): StockKey => ({
    client: site.items[n]!.client,
    item: site.items[n]!.id,
    lot: '',
    serial: '',
    ...looseAt(placeId(site, place)),
  })
  const arrived = (qty: number, of: StockKey = key()): Effects => {
    const { client, item, lot, serial, location, lpn, status } = of
    const from = looseAt(virtualLocation(id, 'supplier'))
    const times = { takenAt: at(-1000), at: at(-1000), unc: 1000 }
    const to = { location, lpn, status }
    return { ...NOTHING, movements: [{ client, item, lot, serial, from, to, qty, ...times }] }
  }
  let n = 0
  const counted = (qty: number, of: StockKey = key(), over: Partial<Observation> = {}): Effects => {
    n += 1
    const count = derivedId<'count'>('count', 'desk', n)
    const about = { key: of, seen: qty, kind: 'count' as const, count, task: null, mode: 'guided' as const }
    const rest = { attempt: 1, at: at(-10), unc: 1000, reason: null, typed: false, photos: [] }
    return {
      ...NOTHING,
      observations: [{ ...about, ...rest, ...over }],
      closedCounts: [{ count, place: of.location, item: null }],
    }
  }
  let seq = 0
  const facts = (effects: readonly Effects[], worker: Worker = people.berk) =>
    stores.sync.apply(
      { warehouse: id, device: site.devices[0]!.id, epoch: 'epoch0000001', now: app.deps.now() },
      tx => {
        const from = seq + 1
        seq += effects.length
        return tx.write({
          messages: [],
          notes: [],
          applied: effects.map((one, i) => ({
            sealed: { seq: from + i, v: 1, body: '{}', hash: `${from + i}`.padStart(64, '0'), sig: 's' },
            outcome: 'applied' as const,
            reason: null,
            effects: one,
            awaits: null,
            worker: worker.id,
            at: at(-10),
          })),
        })
      },
    )
  const session = timeId<'session'>(0, new Uint8Array(10))
  const varianceOf = (of: StockKey = key()): string => varianceId(id, of)
  return {
    app,
    erp,
    renewed: () => renewed,
    opened,
    site,
    stores,
    people,
    device,
    key,
    arrived,
    counted,
    facts,
    varianceOf,
    /** Lets a person log in. */
    account: async (worker: Pick<Worker, 'id'>, login: string, more: { mustChange?: boolean } = {}): Promise<void> => {
      const password = await hashPassword(PASSWORD)
      const account = { worker: worker.id, login, password, mustChange: more.mustChange ?? false }
      await stores.accounts.put({ ...account, now: app.deps.now() }, null)
    },
    /** A decision: a count of a place is asked for. */
    request: (name: string, place = 'A-01') => ({
      id: derivedId('decision', name),
      kind: 'count.request',
      target: placeId(site, place),
      expectedVersion: 0,
      args: { client: site.clients[0]!.id, item: null, mode: 'blind' },
    }),
    subject: (of: StockKey = key()): string => stockKeyText(of),
    read: async (path: string, from: TestDevice = device): Promise<{ status: number; body: unknown }> => {
      const response = await get(app, from, path)
      const isJson = response.headers.get('content-type')?.includes('json') === true
      return { status: response.status, body: isJson ? await response.json() : await response.text() }
    },
    write: async (
      path: string,
      body: object,
      from: TestDevice = device,
    ): Promise<{ status: number; body: unknown }> => {
      const response = await send(app, from, path, { session, ...body })
      return { status: response.status, body: await response.json() }
    },
    close: () => opened.close(),
  }
}
