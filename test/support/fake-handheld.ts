import type { Document, Line, Roster, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { ItemId, TaskId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockRow } from '../../shared/ledger/stock.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { Tables } from '../../shared/ledger/world.ts'
import { needsPin } from '../../shared/pin.ts'
import { judge } from '../../shared/process/judge.ts'
import { foldOwn } from '../../shared/sync/rebase.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import type { Command, Draft } from '../../shared/sync/command.ts'
import { ROLES } from '../../shared/roles.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { CodeHit, Reading, Resolved, Scan } from '../../shared/scan/scan.ts'
import type { Resolver } from '../../pwa/app/state.ts'
import type { Handheld, Session, SyncStatus } from '../../pwa/sync/handheld.ts'
import type { SavedState } from '../../pwa/sync/ports.ts'
import { placeId, testSite } from './site.ts'

/** The PIN of everybody here who has one. */
export const PIN = '2580'
const NOW = '2027-01-15T10:00:00.000Z'
export const SITE = testSite('screens')
const [CLIENT] = SITE.clients
const client = CLIENT?.id ?? derivedId<'client'>('none')
const itemId = (n: number): ItemId => derivedId('item', client, n)

const documentOf = (number: string, kind: Document['kind'], due: string): Document => ({
  id: derivedId('document', number),
  kind,
  client,
  number,
  partner: 'Partner',
  state: 'open',
  due,
  priority: 0,
  blind: false,
})
export const ORDER = documentOf('ORD-1042', 'order', '2027-01-15T14:30:00.000Z')
export const RECEIPT = documentOf('PO-778', 'receipt', '2027-01-15T12:00:00.000Z')
export const TASK: Task = {
  id: derivedId('task', 'ORD-1042'),
  kind: 'pick',
  client,
  document: ORDER.id,
  state: 'ready',
  lease: null,
  tote: null,
}

const line = (document: Document, no: number, n: number, wanted: number, place: string | null): Line => ({
  id: derivedId('line', document.id, no),
  document: document.id,
  client,
  item: itemId(n),
  source: `${no}`,
  no,
  wanted,
  done: 0,
  state: 'open',
  claims:
    place === null
      ? []
      : [{ location: placeId(SITE, place), lpn: NO_LPN, status: 'available', lot: '', serial: '', qty: wanted }],
  reason: null,
})

const stockRow = (n: number, place: string, onHand: number, reserved: number): StockRow => ({
  location: placeId(SITE, place),
  lpn: NO_LPN,
  status: 'available',
  client,
  item: itemId(n),
  lot: '',
  serial: '',
  onHand,
  reserved,
  held: 0,
})

/** A warehouse with one order of two lines and one delivery, as the handheld's confirmed rows. */
export const tablesOfSite = (task: Task = TASK): Tables => {
  const lines = [line(ORDER, 1, 1, 2, 'A-01'), line(ORDER, 2, 3, 1, 'A-02'), line(RECEIPT, 1, 1, 3, null)]
  const rows = [stockRow(1, 'A-01', 10, 2), stockRow(3, 'A-02', 5, 1)]
  return {
    warehouse: SITE.warehouse.id,
    policies: SITE.policies,
    items: new Map(SITE.items.map(item => [item.id, item])),
    locations: new Map(SITE.locations.map(location => [location.id, location])),
    lots: new Map(),
    documents: new Map([ORDER, RECEIPT].map(document => [document.id, document])),
    lines: new Map(lines.map(line => [line.id, line])),
    tasks: new Map([[task.id, task]]),
    stock: new Map(rows.map(row => [stockKeyText(row), row])),
    lpns: new Map(),
    undone: new Set(),
  }
}

const ONLINE: SyncStatus = {
  link: 'online',
  waiting: 0,
  oldest: null,
  lastGoodRound: NOW,
  needsMe: [],
  loading: null,
  storageFull: false,
  emergency: false,
}

/** The machinery below the screens in a few lines: real world, real rules, memory instead of a disk. */
export const fakeHandheld = (task: Task = TASK) => {
  const world = makeWorld(tablesOfSite(task))
  const listeners = new Set<() => void>()
  const commands: Command[] = []
  const states = new Map<string, SavedState>()
  const journal: string[] = []
  let session: Session | null = null
  let roster: Roster = SITE.roster
  const tries: string[] = []
  let hasCatalogue = true
  let status = ONLINE
  let before = async (): Promise<void> => undefined
  const givenBack: TaskId[] = []
  const withheld: (readonly Spot[])[] = []
  let given: readonly TaskId[] | null = null
  const asked: (readonly string[])[] = []
  let bring: (at: typeof world) => Awaited<ReturnType<Handheld['bring']>> = () => 'offline'
  let lease: Awaited<ReturnType<Handheld['lease']>> = { kind: 'ok' }
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const stamped = (draft: Draft): Command => ({
    ...draft,
    v: 1,
    id: derivedId('command', commands.length + 1),
    device: derivedId('device', 'screens', 0),
    epoch: 'epoch0000001',
    seq: commands.length + 1,
    warehouse: SITE.warehouse.id,
    worker: session?.worker.id ?? derivedId('worker', 'none'),
    session: session?.id ?? derivedId('session', 'none'),
    roster: 1,
    policy: 1,
    at: NOW,
    mono: 0,
    off: 0,
    unc: 0,
    app: 'test',
  })
  const handheld: Handheld = {
    device: derivedId('device', 'screens', 0),
    warehouse: SITE.warehouse,
    world: () => world,
    roster: () => roster,
    clients: () => SITE.clients,
    session: () => session,
    logIn: async (badge, pin) => {
      const worker = roster.workers.find(worker => worker.badgeHash === sha256Hex(badge))
      if (worker === undefined) return { ok: false, why: 'unknown' }
      if (needsPin(roster, worker)) {
        const { name } = worker
        if (pin === undefined) return { ok: false, why: worker.pin === undefined ? 'noPin' : 'pin', name }
        tries.push(pin)
        if (tries.length >= 5 && pin !== PIN) return { ok: false, why: 'pinWait', ms: 299_001 }
        if (pin !== PIN) return { ok: false, why: 'pinWrong', left: 5 - tries.length }
        if (session?.worker.id === worker.id) return { ok: true, session }
      }
      session = { id: derivedId('session', badge), worker, roster: 1, startedAt: NOW }
      tell()
      return { ok: true, session }
    },
    hasCatalogue: () => hasCatalogue,
    logOut: async () => {
      session = null
      tell()
    },
    loadItems: async () => [],
    lookup: async keys => ({ find: key => (keys.includes(key) ? hitsOf(key) : []) }),
    coming: () => undefined,
    search: async (text, most) => {
      const items = SITE.items.filter(item => item.name.toLowerCase().includes(text.toLowerCase()))
      return { items: items.slice(0, most), all: items.length }
    },
    append: async (drafts, state) => {
      await before()
      journal.push(`append ${drafts.map(draft => draft.type).join('+')}`)
      for (const draft of drafts) {
        const command = stamped(draft)
        commands.push(command)
        const key = { device: command.device, epoch: command.epoch, seq: command.seq }
        foldOwn(judge, world, { key, command }, { notBefore: null, notAfter: NOW })
      }
      const first = commands.length - drafts.length + 1
      const saved = typeof state === 'function' ? state({ epoch: 'epoch0000001', first }) : state
      if (saved !== null) states.set(saved.key, saved)
      status = { ...status, waiting: commands.length }
      tell()
      return []
    },
    withhold: async spots => void withheld.push(spots),
    savedStates: async () => [...states.values()],
    dropState: async key => {
      states.delete(key)
    },
    pending: async () => commands,
    lease: async () => lease,
    next: async () => given,
    giveBack: async task => void givenBack.push(task),
    bring: async codes => {
      asked.push(codes)
      return bring(world)
    },
    status: () => status,
    syncNow: () => undefined,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    now: () => NOW,
    stop: async () => undefined,
  }
  return {
    handheld,
    commands,
    states,
    journal,
    setStatus: (change: Partial<SyncStatus>): void => {
      status = { ...status, ...change }
      tell()
    },
    setCatalogue: (isWhole: boolean): void => {
      hasCatalogue = isWhole
    },
    givenBack,
    /** What was to be withheld, each time anew. */
    withheld,
    tries,
    /** From now on everybody needs a PIN, and those who are named have one. */
    askPins: (...names: string[]): void => {
      const verifier = { salt: '', rounds: 1, hash: '' }
      const workers = SITE.roster.workers.map(one => (names.includes(one.name) ? { ...one, pin: verifier } : one))
      roster = { ...SITE.roster, workers, pin: ROLES }
    },
    /** What the server gives out; null = it cannot be asked. */
    giveOut: (tasks: typeof given): void => {
      given = tasks
    },
    /** Codes of orders of the past that were asked for. */
    asked,
    setBring: (answer: typeof bring): void => {
      bring = answer
    },
    setLease: (answer: typeof lease): void => {
      lease = answer
    },
    /** Runs before each append: throws or waits in place of the disk. */
    onAppend: (run: () => Promise<void>): void => {
      before = run
    },
  }
}

const hitsOf = (key: string): readonly CodeHit[] => [
  ...SITE.items
    .filter(item => item.client === client && item.codes.includes(key))
    .map(item => ({ kind: 'item' as const, client, item: item.id, packaging: null, quantity: 1 })),
  ...SITE.locations
    .filter(location => location.code === key)
    .map(location => ({
      kind: location.kind === 'tote' ? ('tote' as const) : ('location' as const),
      location: location.id,
    })),
  ...[ORDER, RECEIPT]
    .filter(document => document.number === key)
    .map(document => ({ kind: 'document' as const, document: document.id, client })),
]

/** Badges and commands by their prefix, everything else as the lookup has it: enough for the screens. */
export const plainResolver: Resolver = {
  keysOf: scan => [scan.text],
  resolve: (scan, _wanted, lookup): Resolved => ({
    scan,
    readings: readingsOf(scan.text, lookup.find(scan.text)),
    wanted: true,
    fields: {},
    notes: [],
    problem: null,
  }),
}
const readingsOf = (text: string, hits: readonly CodeHit[]): readonly Reading[] => {
  if (/^XC[A-Z0-9]{3}$/.test(text)) return [{ kind: 'command', code: text }]
  return text.startsWith('XB') ? [{ kind: 'badge', text }] : hits
}

export const wedgeScan = (text: string, t0 = 0): Scan => ({
  source: 'wedge',
  raw: text,
  text,
  aim: null,
  symbology: null,
  t0,
  equalReads: 1,
})
