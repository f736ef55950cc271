import type { ErpConnector } from '../../../server/erp/connector.ts'
import { makeConnector } from '../../../server/erp/settings.ts'
import { sim } from '../../../server/erp/sim.ts'
import { makeSimErp } from '../../../server/erp/sim/app.ts'
import { PROFILES } from '../../../server/erp/sim/profile.ts'
import type { ProfileName } from '../../../server/erp/sim/profile.ts'
import { emptyState } from '../../../server/erp/sim/state.ts'
import type { Mapping } from '../../../server/workers/connection.ts'
import type { DeliverDeps } from '../../../server/workers/deliver.ts'
import type { ImportDeps } from '../../../server/workers/import.ts'
import { makeLane } from '../../../server/workers/lane.ts'
import { makeMapper } from '../../../server/workers/mapper.ts'
import { toOperation } from '../../../server/workers/outbound.ts'
import type { Item } from '../../../shared/catalogue.ts'
import { derivedId } from '../../../shared/ids.ts'
import { makeMemoryImport } from '../../support/memory-import.ts'
import { makeMemoryOutbox } from '../../support/memory-outbox.ts'
import { placeId, testSite } from '../../support/site.ts'
import { makeMemoryServer } from '../memory-server.ts'
import { makeDice } from '../random.ts'
import type { ErpPlant } from './bugs.ts'
import { makeClock } from './clock.ts'
import { makeNetwork } from './network.ts'

const TOKEN = 'right'
const MINUTE = 60_000
export const CLIENT = 'demo'
const CONNECTOR = derivedId<'connector'>('connector', 'erp simulation')

const mapping = (kind: Mapping['kind'], ours: string, theirs: string): Mapping => {
  const at = '2026-11-23T08:00:00.000Z'
  return { kind, ours, theirs, version: 1, source: 'person', by: 'integrator', at }
}

/** One warehouse, one ERP in a profile, the real workers between both, and a clock that only moves when it is told to. */
export const makeStage = (seed: number, profileName: ProfileName, plant: ErpPlant | null) => {
  const dice = makeDice(seed)
  const clock = makeClock('2026-11-23T08:00:00.000Z')
  const profile = PROFILES[profileName]
  const skewMs = dice.pick([0, 0, 10 * MINUTE, -10 * MINUTE])
  const state = emptyState()
  const erp = makeSimErp({
    state,
    save: async () => {},
    now: () => new Date(clock.ms() + skewMs).toISOString(),
    token: TOKEN,
    profile,
    slow: () => dice.chance(0.15),
  })
  const network = makeNetwork(erp, clock, dice, profile.settleMs)
  const items: Item[] = []
  const site = { ...testSite('erp simulation', 1), items }
  const server = makeMemoryServer(site)
  const imports = makeMemoryImport({ sync: server.store, items, ledgerIsEmpty: () => server.state().stock.size === 0 })
  const outbox = makeMemoryOutbox()
  const client = site.clients[0]!
  const mappings: Mapping[] = [
    mapping('client', client.id, CLIENT),
    mapping('location', '* *', 'MAIN'),
    mapping('location', '* damaged', 'DAMAGED'),
    mapping('reason', 'count', 'count'),
    mapping('reason', 'return', 'unwanted'),
  ]
  const trail: string[] = []
  const failures: string[] = []
  const fail = (rule: string, words: string): void => void failures.push(`${rule}: ${words}`)
  let tokens = 0

  const connect = (): ErpConnector => {
    const fetch = plant?.fetch?.(network.fetch) ?? network.fetch
    const settings = { url: 'http://127.0.0.1:9', profile: profileName }
    const made = makeConnector(sim, { id: CONNECTOR, settings, secrets: { token: TOKEN }, fetch, now: clock.now })
    return watched(plant?.connector?.(made, fetch) ?? made)
  }
  /** Two at work on one subject at once would be two writers of one document. */
  const busy = new Set<string>()
  const watched = (connector: ErpConnector): ErpConnector => ({
    ...connector,
    post: async (op, ref, signal) => {
      if (busy.has(op.subject)) fail('ER2', `two messages of ${op.subject} are posted at once`)
      busy.add(op.subject)
      await connector.post(op, ref, signal).finally(() => busy.delete(op.subject))
    },
  })
  const log = {
    warn: (fields: Record<string, unknown>, words: string) => void trail.push(`warn ${words} ${said(fields)}`),
  }
  const delivery = (): DeliverDeps => ({
    connector: connect(),
    id: CONNECTOR,
    version: 1,
    mode: 'live',
    lane: makeLane(),
    outbox: plant?.outbox?.(outbox.store) ?? outbox.store,
    toOperation: async row =>
      toOperation({
        store: imports.store,
        connector: CONNECTOR,
        remoteClient: id => (id === client.id ? CLIENT : null),
        mapper: async () => makeMapper(mappings),
        allow: { no_origin: 'yes' },
      })(row),
    now: clock.now,
    random: dice.next,
    newToken: () => derivedId('token', (tokens += 1)),
    log,
  })
  const importing = (): ImportDeps => ({
    connector: connect(),
    id: CONNECTOR,
    warehouse: site.warehouse.id,
    clientOf: key => (key === CLIENT ? client.id : null),
    store: imports.store,
    sync: server.store,
    openingPlaces: async () => ['A-01', 'A-02'].map(code => placeId(site, code)),
    now: clock.now,
    ring: () => {},
    log,
  })
  return {
    seed,
    profile,
    skewMs,
    dice,
    clock,
    state,
    erp: erp.erp,
    finishJobs: erp.finishJobs,
    endSessions: erp.endSessions,
    network,
    site,
    client,
    items,
    server,
    imports,
    outbox,
    connector: CONNECTOR,
    delivery,
    importing,
    fail,
    failures,
    trail,
    addMapping: (kind: Mapping['kind'], ours: string, theirs: string): void =>
      void mappings.push(mapping(kind, ours, theirs)),
    say: (words: string): void => void trail.push(`${clock.now().slice(11, 19)} ${words}`),
  }
}
export type ErpStage = ReturnType<typeof makeStage>

const said = ({ err, key }: Record<string, unknown>): string =>
  [key, err instanceof Error ? err.message : ''].filter(part => part !== undefined && part !== '').join(' ')
