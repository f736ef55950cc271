import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import type { PastAnswer, PastRequest } from '../../shared/sync/past.ts'
import type { RosterBody } from '../../shared/sync/rows.ts'
import type { SyncResponse } from '../../shared/sync/wire.ts'
import { isoOf } from '../../shared/time.ts'
import { blindHead } from '../store/withheld.ts'
import { ensureBirth, OWN_STATE } from './birth.ts'
import type { CatalogueLookup } from './catalogue-lookup.ts'
import { makeEngine } from './engine.ts'
import type { Engine, EngineOptions } from './engine.ts'
import type { Handheld } from './handheld.ts'
import { leaseAnswer, nextAnswer } from './lease.ts'
import type { LeaseAnswer, LeaseRequest } from './lease.ts'
import type { Goods } from './goods.ts'
import { late } from './late.ts'
import type { Later } from './later.ts'
import { makeOverlay } from './overlay.ts'
import type { Overlay } from './overlay.ts'
import { makeNeeds } from './needs-me.ts'
import type { Needs } from './needs-me.ts'
import { makePeople } from './people.ts'
import type { People } from './people.ts'
import type { Kept, Ports, Reply } from './ports.ts'
import type { VerifyServer } from './roster.ts'
import type { RoundHooks } from './round.ts'
import type { Inflate } from './inflate.ts'
import type { RulesPort } from './rules.ts'

/** What a handheld is made of besides its ports. All of it comes from enrolment (enrol.ts) or from a test. */
export type HandheldSetup = {
  app: string
  device: DeviceId
  warehouse: { id: WarehouseId; name: string }
  verify: VerifyServer
  /** The roster that came with the enrolment, for the log-in before the first snapshot. */
  roster: RosterBody | null
  /** Something outside the queue remembers an earlier life: a missing marker row then means lost storage. */
  livedBefore: boolean
  rules: RulesPort
  /** Rejects where they could not be loaded. */
  later: () => Promise<Later>
  inflate: Inflate
  /** What files hold of this device that the queue does not. */
  kept?: Kept
  /** A database had to be left: somebody must be called. */
  emergency?: () => boolean
  lease: (request: LeaseRequest) => Promise<Reply<LeaseAnswer>>
  /** Missing = there is nobody to ask. */
  past?: (request: PastRequest) => Promise<Reply<PastAnswer>>
  /** Resolves when what a scan has changed is on the screen. */
  drawn?: () => Promise<void>
  storage?: () => Promise<{ quota: number | null; persisted: boolean | null }>
  answered?: (response: SyncResponse) => void
}

const LEASE_PAGES = 10
const NO_STORAGE = async () => ({ quota: null, persisted: null })

/**
 * The machinery behind the screens, on ports only: the same code runs in the simulator. Does not start its loop:
 * `engine.start()` does, in the tab that is the active one.
 */
export const makeHandheld = async (ports: Ports, setup: HandheldSetup): Promise<Handheld & { engine: Engine }> => {
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const now = (): string => isoOf(ports.clock.now() + (engine.sample()?.off ?? 0))
  const catalogue = late(async () => (await setup.later()).makeCatalogueLookup(ports.cache, setup.inflate))
  const people = makePeople(ports, setup, now)
  const overlay = makeOverlay(ports, setup.rules, setup.warehouse.id, now, async ids =>
    ids.length === 0 ? [] : (await catalogue()).items(ids),
  )
  let hasCatalogue = (await ports.cache.manifest()) !== null
  const needs = makeNeeds(ports.queue, overlay, catalogue, tell)
  const catalogueIsWhole = (): void => {
    hasCatalogue = true
  }
  const parts: Parts = { overlay, catalogue, people, tell, needs, catalogueIsWhole }
  const engine = makeEngine(ports, engineOptions(setup, parts), roundHooks(setup, parts))

  await ensureBirth(ports, {
    device: setup.device,
    warehouse: setup.warehouse.id,
    livedBefore: setup.livedBefore,
    ...(setup.kept === undefined ? {} : { kept: setup.kept }),
  })
  await people.load()
  if (people.session() !== null) await setup.rules.load()
  await overlay.reload()
  await needs.read()
  void warm(catalogue)
  return {
    engine,
    device: setup.device,
    warehouse: setup.warehouse,
    world: () => overlay.world(),
    ...sessionPart(ports, setup, parts, () => engine.wake('hand')),
    hasCatalogue: () => hasCatalogue,
    ...goodsPart(setup, overlay, catalogue),
    coming: () => engine.coming(),
    append: async (drafts, state) => {
      const unknown = drafts.flatMap(draft => ('item' in draft && !overlay.hasItem(draft.item) ? [draft.item] : []))
      if (unknown.length > 0) overlay.addItems(await (await catalogue()).items(unknown))
      const rows = await engine.append(drafts, state)
      overlay.appended(rows)
      tell()
      return rows
    },
    withhold: makeWithhold(ports, setup, parts, () => engine.wake('hand')),
    savedStates: async () => (await ports.queue.states()).filter(state => !state.key.startsWith(OWN_STATE)),
    dropState: key => ports.queue.dropState(key),
    pending: async () => overlay.pending().map(own => own.command),
    lease: makeLease(setup, parts, engine),
    next: makeNext(setup, parts, engine),
    giveBack: makeGiveBack(setup, parts, engine),
    bring: makeBring(setup, parts, engine),
    status: () => ({ ...engine.status(), needsMe: needs.all(), emergency: setup.emergency?.() ?? false }),
    syncNow: () => engine.wake('hand'),
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    now,
    stop: () => engine.stop(),
  }
}

type SessionPart = Pick<Handheld, 'roster' | 'clients' | 'session' | 'logIn' | 'logOut'>

const sessionPart = (
  ports: Ports,
  { rules }: HandheldSetup,
  { overlay, people, tell }: Parts,
  syncNow: () => void,
): SessionPart => ({
  roster: () => people.roster(),
  clients: () => people.clients(),
  session: () => people.session(),
  logIn: async (badge, pin) => {
    if (!(await withRules(rules, overlay))) return { ok: false, why: 'noRules' }
    const answer = await people.logIn(badge, pin)
    if (answer.ok) syncNow()
    tell()
    return answer
  },
  logOut: async () => {
    await people.logOut()
    await ports.cache.forget('work')
    await overlay.reload()
    tell()
  },
})

const goodsPart = ({ later }: HandheldSetup, overlay: Overlay, catalogue: Parts['catalogue']): Goods => {
  const goods = late(async () => (await later()).makeGoods(overlay, await catalogue()))
  return {
    loadItems: async ids => (await goods()).loadItems(ids),
    lookup: async keys => (await goods()).lookup(keys),
    search: async (text, most) => (await goods()).search(text, most),
  }
}

/** Reads ahead what the first scans of goods need; it is no badge's business whether that worked. */
const warm = async (catalogue: Parts['catalogue']): Promise<void> => {
  await catalogue()
    .then(known => known.ready())
    .catch(() => undefined)
}

/** Whether the rules are there; what waits is folded in with them. */
const withRules = async (rules: RulesPort, overlay: Overlay): Promise<boolean> => {
  if (rules.loaded() === null) {
    try {
      await rules.load()
    } catch {
      return false
    }
  }
  overlay.refold()
  return true
}

type Parts = {
  overlay: Overlay
  catalogue: () => Promise<CatalogueLookup>
  people: People
  tell: () => void
  needs: Needs
  catalogueIsWhole: () => void
}

const engineOptions = (setup: HandheldSetup, { overlay, people, tell }: Parts): EngineOptions => ({
  app: setup.app,
  later: setup.later,
  storage: setup.storage ?? NO_STORAGE,
  session: () => {
    const session = people.session()
    return session && { id: session.id, worker: session.worker.id, roster: session.roster }
  },
  stamp: () => {
    const session = people.session()
    const policy = overlay.world().policies.version
    return session && { worker: session.worker.id, session: session.id, roster: session.roster, policy, app: setup.app }
  },
  changed: tell,
})

const roundHooks = (
  setup: HandheldSetup,
  { overlay, catalogue, people, tell, needs, catalogueIsWhole }: Parts,
): Omit<RoundHooks, 'progress'> => ({
  pageTaken: async (rows, head, from) => {
    await overlay.pageTaken(rows, head, from)
    if (rows.some(row => row.k === 'roster' || row.k === 'client')) await people.read()
    tell()
  },
  baseReplaced: async () => {
    await overlay.reload()
    await people.read()
    tell()
  },
  catalogueChanged: async () => {
    const known = await catalogue()
    known.changed()
    catalogueIsWhole()
    await overlay.replaceItems(ids => known.items(ids))
    tell()
    needs.name()
    void warm(catalogue)
  },
  answered: async response => {
    setup.answered?.(response)
    // A step that was simply applied needs nobody, unless it was among those before.
    const { results } = response.push
    if (!results.some(({ seq, outcome }) => outcome !== 'applied' || needs.all().some(one => one.seq === seq))) return
    await needs.read()
    tell()
  },
})

/** What tells how much lies there is taken out of the store first, then off the screen. */
const makeWithhold =
  (
    { cache }: Pick<Ports, 'cache'>,
    { device }: HandheldSetup,
    { overlay, tell }: Parts,
    syncNow: () => void,
  ): Handheld['withhold'] =>
  async spots => {
    const head = await cache.head()
    // Asked whenever a process is opened; hardly ever is there something to take out.
    if (head === null || blindHead(head, spots) === null) return
    const tasks = [...overlay.world().tasks()]
    const own = tasks.flatMap(task => (task.lease?.device === device && task.document ? [task.document] : []))
    await cache.withhold({ spots, own, device })
    await overlay.reload()
    tell()
    // What must not be kept may be on its way, and what may be kept again has to come.
    syncNow()
  }

/** A lease has written change rows: they bring what the handheld needs for the task. */
const fetchLeased = async (engine: Engine): Promise<void> => {
  let end = await engine.round()
  for (let page = 1; page < LEASE_PAGES && end.kind === 'good' && end.more; page += 1) end = await engine.round()
}

const makeNext =
  (setup: HandheldSetup, { people }: Parts, engine: Engine): Handheld['next'] =>
  async kind => {
    const session = people.session()
    if (session === null) return null
    const who = { session: session.id, worker: session.worker.id }
    const tasks = nextAnswer(await setup.lease({ want: 'next', kind, near: null, ...who }))
    if (tasks !== null) await fetchLeased(engine)
    return tasks
  }

/** What comes with the next rounds is here before anybody is answered. */
const makeBring =
  ({ past }: HandheldSetup, { people }: Parts, engine: Engine): Handheld['bring'] =>
  async codes => {
    const session = people.session()
    if (session === null || past === undefined) return 'offline'
    const reply = await past({ codes: codes.slice(0, 20), session: session.id, worker: session.worker.id })
    if (reply.kind !== 'ok') return 'offline'
    if (reply.body.kind === 'ok') await fetchLeased(engine)
    return reply.body.kind
  }

const makeGiveBack =
  (setup: HandheldSetup, { people }: Parts, engine: Engine): Handheld['giveBack'] =>
  async task => {
    const session = people.session()
    if (session === null) return
    const reply = await setup.lease({ want: 'giveBack', task, session: session.id, worker: session.worker.id })
    if (reply.kind === 'ok') await fetchLeased(engine)
  }

const makeLease =
  (setup: HandheldSetup, { overlay, people }: Parts, engine: Engine): Handheld['lease'] =>
  async (task, takeOver) => {
    const session = people.session()
    if (session === null) return { kind: 'offline' }
    const answer = leaseAnswer(
      await setup.lease({ want: 'task', task, session: session.id, worker: session.worker.id, takeOver }),
    )
    const isOurs = overlay.world().task(task)?.lease?.device === setup.device
    if (answer.kind === 'offline') return isOurs ? { kind: 'ok' } : answer
    if (answer.kind === 'ok') await fetchLeased(engine)
    return answer
  }
