import type { Client, Roster } from '../../shared/catalogue.ts'
import { timeId } from '../../shared/ids.ts'
import type { DeviceId, ItemId, SessionId, TaskId, WarehouseId } from '../../shared/ids.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import { ownOf } from './own-commands.ts'
import type { RosterBody } from '../../shared/sync/rows.ts'
import type { SyncResponse } from '../../shared/sync/wire.ts'
import { isoOf } from '../../shared/time.ts'
import { OWN_STATE, ensureBirth } from './birth.ts'
import { makeCatalogueLookup } from './catalogue-lookup.ts'
import { makeEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import type { Handheld, Session, SyncStatus } from './handheld.ts'
import { leaseAnswer } from './lease.ts'
import type { LeaseRequest } from './lease.ts'
import { localHits, placeCodes } from './local-codes.ts'
import { makeOverlay } from './overlay.ts'
import type { Overlay } from './overlay.ts'
import type { Ports, Reply } from './ports.ts'
import { clientsOf, readRoster, workerOfBadge } from './roster.ts'
import type { VerifyServer } from './roster.ts'

/** What a handheld is made of besides its ports. All of it comes from enrolment (device.ts) or from a test. */
export type HandheldSetup = {
  app: string
  device: DeviceId
  warehouse: { id: WarehouseId; name: string }
  verify: VerifyServer
  /** The roster that came with the enrolment, for the log-in before the first snapshot. */
  roster: RosterBody | null
  /** Something outside the queue remembers an earlier life: a missing marker row then means lost storage. */
  livedBefore: boolean
  lease: (request: LeaseRequest) => Promise<Reply<unknown>>
  storage?: () => Promise<{ quota: number | null; persisted: boolean | null }>
  answered?: (response: SyncResponse) => void
}

const SESSION = `${OWN_STATE}session`
const ROSTER = `${OWN_STATE}roster`
const LEASE_PAGES = 10
const NO_STORAGE = async () => ({ quota: null, persisted: null })

/**
 * The machinery behind the screens, on ports only: the same code runs in the simulator. Does not start its loop:
 * `engine.start()` does, in the tab that is the active one.
 */
export const makeHandheld = async (ports: Ports, setup: HandheldSetup): Promise<Handheld & { engine: Engine }> => {
  const { cache, clock, queue } = ports
  const warehouse = setup.warehouse.id
  const listeners = new Set<() => void>()
  const catalogue = makeCatalogueLookup(cache)
  let roster: Roster | null = null
  let clients: readonly Client[] = []
  let session: Session | null = null
  let needsMe: SyncStatus['needsMe'] = []

  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const now = (): string => isoOf(clock.now() + (engine.sample()?.off ?? 0))
  const readSide = async (): Promise<void> => {
    clients = clientsOf(await cache.rowsOf('client'))
    const body = (await cache.rowsOf('roster'))[0]?.b as RosterBody | undefined
    const fresh = body === undefined ? null : await readRoster(body, warehouse, setup.verify)
    if (fresh === null || body === undefined || fresh.version < (roster?.version ?? 0)) return
    // Kept beside the queue as well: without the cache there must still be a log-in.
    if (fresh.version !== roster?.version) await queue.saveState({ key: ROSTER, value: body })
    roster = fresh
  }
  const engine: Engine = makeEngine(
    ports,
    {
      app: setup.app,
      storage: setup.storage ?? NO_STORAGE,
      session: () => session && { id: session.id, worker: session.worker.id, roster: session.roster },
      stamp: () =>
        session && {
          worker: session.worker.id,
          session: session.id,
          roster: session.roster,
          policy: overlay.world().policies.version,
          app: setup.app,
        },
      changed: tell,
    },
    {
      pageTaken: (rows, head) => {
        overlay.pageTaken(rows, head)
        if (rows.some(row => row.k === 'roster' || row.k === 'client')) void readSide().then(tell)
        tell()
      },
      baseReplaced: async () => {
        await overlay.reload()
        await readSide()
        tell()
      },
      catalogueChanged: async () => {
        catalogue.changed()
        await overlay.replaceItems(ids => catalogue.items(ids))
        tell()
      },
      answered: response => {
        setup.answered?.(response)
        if (response.push.results.length > 0) void readNeedsMe().then(tell)
      },
    },
  )
  const overlay: Overlay = makeOverlay(ports, warehouse, now, ids => catalogue.items(ids))

  const readNeedsMe = async (): Promise<void> => {
    const found: SyncStatus['needsMe'][number][] = []
    for (const epoch of await queue.epochs()) {
      for (const { seq, outcome, reason } of (await queue.mark(epoch))?.results ?? []) {
        const row = (await queue.rows(epoch, seq - 1, 1))[0]
        const command = row?.seq === seq ? (ownOf(row)?.command ?? null) : null
        found.push({ seq, outcome, reason: reason ?? null, command })
      }
    }
    needsMe = found.reverse().slice(0, 50)
  }

  await ensureBirth(ports, { device: setup.device, warehouse, livedBefore: setup.livedBefore })
  for (const body of [setup.roster, (await queue.state(ROSTER))?.value as RosterBody | undefined]) {
    const read = body ? await readRoster(body, warehouse, setup.verify) : null
    if (read !== null && read.version >= (roster?.version ?? 0)) roster = read
  }
  session = ((await queue.state(SESSION))?.value as Session | undefined) ?? null
  await overlay.reload()
  await readSide()
  await readNeedsMe()

  const look = makeLook(overlay, catalogue)
  return {
    engine,
    device: setup.device,
    warehouse: setup.warehouse,
    world: () => overlay.world(),
    roster: () => roster,
    clients: () => clients,
    session: () => session,
    logIn: async badge => {
      const answer = workerOfBadge(roster, badge, now())
      if (!answer.ok) return answer
      const id: SessionId = timeId(clock.now(), ports.random.bytes(10))
      const begun: Session = { id, worker: answer.worker, roster: roster?.version ?? 0, startedAt: now() }
      await queue.saveState({ key: SESSION, value: begun })
      session = begun
      tell()
      engine.wake('hand')
      return { ok: true, session: begun }
    },
    logOut: async () => {
      await queue.dropState(SESSION)
      session = null
      await cache.forget('work')
      await overlay.reload()
      tell()
    },
    loadItems: async ids => {
      const items = await catalogue.items(ids.filter(id => !overlay.hasItem(id)))
      overlay.addItems(items)
      return ids.flatMap(id => overlay.world().item(id) ?? [])
    },
    lookup: look,
    append: async (drafts, state) => {
      const unknown = drafts.flatMap(draft => ('item' in draft && !overlay.hasItem(draft.item) ? [draft.item] : []))
      if (unknown.length > 0) overlay.addItems(await catalogue.items(unknown))
      const rows = await engine.append(drafts, state)
      overlay.appended(rows)
      tell()
      return rows
    },
    savedStates: async () => (await queue.states()).filter(state => !state.key.startsWith(OWN_STATE)),
    dropState: key => queue.dropState(key),
    pending: async () => overlay.pending().map(own => own.command),
    lease: async (task, takeOver) => {
      if (session === null) return { kind: 'offline' }
      const request: LeaseRequest = { want: 'task', task, session: session.id, worker: session.worker.id, takeOver }
      const answer = leaseAnswer(await setup.lease(request), roster)
      // The change rows that the lease has written bring what the handheld needs for the task.
      if (answer.kind === 'ok') {
        let end = await engine.round()
        for (let page = 1; page < LEASE_PAGES && end.kind === 'good' && end.more; page += 1) end = await engine.round()
      }
      if (answer.kind === 'offline' && isOurs(overlay, task, setup.device)) return { kind: 'ok' }
      return answer
    },
    status: () => ({ ...engine.status(), needsMe }),
    syncNow: () => engine.wake('hand'),
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    now,
    stop: () => engine.stop(),
  }
}

const isOurs = (overlay: Overlay, task: TaskId, device: DeviceId): boolean =>
  overlay.world().task(task)?.lease?.device === device

/** Catalogue and local rows together; the places' index is built again only when the places have changed. */
const makeLook = (overlay: Overlay, catalogue: ReturnType<typeof makeCatalogueLookup>): Handheld['lookup'] => {
  let places = overlay.places()
  let byCode = placeCodes(places.values())
  return async keys => {
    if (places !== overlay.places()) {
      places = overlay.places()
      byCode = placeCodes(places.values())
    }
    const local = localHits(overlay.world(), byCode, places, new Set(keys))
    const listed = await catalogue.codes(keys)
    const items = new Set<ItemId>()
    for (const hits of listed.values()) for (const hit of hits) if (hit.kind === 'item') items.add(hit.item)
    overlay.addItems(await catalogue.items([...items].filter(id => !overlay.hasItem(id))))
    return {
      find: (key: string): readonly CodeHit[] => [...(local.get(key) ?? []), ...(listed.get(key) ?? [])],
    }
  }
}
