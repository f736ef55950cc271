import type {
  Client,
  CountTask,
  Document,
  Item,
  Line,
  Location,
  LocationKind,
  Lot,
  Task,
  VirtualKind,
  Worker,
} from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId, Id, WarehouseId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockRow } from '../../shared/ledger/stock.ts'
import { lotKey, makeWorld, virtualLocation } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { Policy } from '../../shared/policy.ts'
import { judge } from '../../shared/process/judge.ts'
import type { Judgement } from '../../shared/process/judge.ts'
import type { Input, Moment, Next, Process, ProcessState, Prompt, Start } from '../../shared/process/process.ts'
import type { Reading, Resolved, ScanFields } from '../../shared/scan/scan.ts'
import { emptyTables } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import type { Command, CommandKey, Draft } from '../../shared/sync/command.ts'
import { isoOf } from '../../shared/time.ts'

/** The day of the demo warehouse: 23 November 2026, eight in the morning (UTC). */
export const TODAY = '2026-11-23'
export const NOW = `${TODAY}T08:00:00.000Z`

export const device: DeviceId = derivedId('device', 'demo', 1)
export const otherDevice: DeviceId = derivedId('device', 'demo', 2)
export const warehouse: WarehouseId = derivedId('warehouse', 'demo')
export const worker: Worker = {
  id: derivedId('worker', 'demo', 'ANNA'),
  name: 'Anna',
  badgeHash: '',
  roles: ['receiver', 'picker'],
  clients: null,
  zones: null,
  active: true,
}

const named = <K extends string>(kind: K, name: string): Id<K> => derivedId(kind, 'demo', name)

export const one: Client = { id: named('client', 'one'), name: 'Client one' }
export const two: Client = { id: named('client', 'two'), name: 'Client two' }

const goods = (client: Client, sku: string, tracking: Partial<Item['tracking']>, more: Partial<Item> = {}): Item => ({
  id: named('item', `${client.name} ${sku}`),
  client: client.id,
  sku,
  name: sku.toLowerCase(),
  unit: 'pcs',
  packagings: [],
  codes: [],
  tracking: { lot: false, serial: false, expiry: false, ...tracking },
  active: true,
  ...more,
})

/** Plain with a case of 12; lot and expiry; serial; the same codes belong to another item of client two. */
export const mug = goods(
  one,
  'MUG',
  {},
  { packagings: [{ id: 'case', name: 'case', quantity: 12, codes: ['18690000000017'] }], picture: 'c'.repeat(64) },
)
export const bowl = goods(one, 'BOWL', {})
export const milk = goods(one, 'MILK', { lot: true, expiry: true })
export const juice = goods(one, 'JUICE', { lot: true, expiry: true })
export const drill = goods(one, 'DRILL', { serial: true })
export const vial = goods(one, 'VIAL', { lot: true, serial: true, expiry: true })
export const theirMug = goods(two, 'MUG', {})
export const theirMilk = goods(two, 'MILK', { lot: true, expiry: true })
const ITEMS = [mug, bowl, milk, juice, drill, vial, theirMug, theirMilk]

export const place = (code: string, kind: LocationKind, sequence: number, more: Partial<Location> = {}): Location => ({
  id: named('location', code),
  kind,
  code,
  zone: kind === 'pickable' ? 'A' : null,
  sequence,
  parent: null,
  active: true,
  ...more,
})
const VIRTUAL: readonly VirtualKind[] = ['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown']
export const virtual = (kind: VirtualKind): Location => ({
  ...place(kind.toUpperCase(), kind, 0),
  id: virtualLocation(warehouse, kind),
})
export const dock = place('DOCK-1', 'dock', 1)
export const dock2 = place('DOCK-2', 'dock', 2)
export const closedDock = place('DOCK-9', 'dock', 0, { active: false })
export const a1 = place('A-01', 'pickable', 11)
export const a2 = place('A-02', 'pickable', 12)
export const a3 = place('A-03', 'pickable', 13)
export const tote1 = place('T-01', 'tote', 101)
export const tote2 = place('T-02', 'tote', 102)
export const tote3 = place('T-03', 'tote', 103)
export const packPlace = place('PACK-1', 'pack', 201)
export const asidePlace = place('ASIDE', 'aside', 202)
export const returnsPlace = place('RETURNS', 'returns', 203)
const PLACES = [
  ...VIRTUAL.map(virtual),
  dock,
  dock2,
  closedDock,
  a1,
  a2,
  a3,
  tote1,
  tote2,
  tote3,
  packPlace,
  asidePlace,
  returnsPlace,
]

/** A warehouse where a walk ends with its last line: there is no station that totes are left at. */
export const NO_STATIONS: readonly Location[] = PLACES.filter(at => at.kind !== 'pack' && at.kind !== 'staging')

export const row = (item: Item, at: Location, onHand: number, more: Partial<StockRow> = {}): StockRow => ({
  client: item.client,
  item: item.id,
  lot: '',
  serial: '',
  location: at.id,
  lpn: NO_LPN,
  status: 'available',
  onHand,
  reserved: 0,
  held: 0,
  ...more,
})
export const lotOf = (item: Item, lot: string, expiry: string | null, more: Partial<Lot> = {}): Lot => ({
  client: item.client,
  item: item.id,
  lot,
  expiry,
  firstReceivedAt: '2026-11-01T08:00:00.000Z',
  blocked: false,
  ...more,
})

/** A row of a document, without its number: lines are numbered in their order. `from` = where it is reserved. */
export type LineSeed = Partial<Line> & { item: Item['id']; client: Client['id']; wanted: number }
export const wants = (item: Item, wanted: number, ...from: readonly (readonly [StockRow, number])[]): LineSeed => ({
  item: item.id,
  client: item.client,
  wanted,
  claims: from.map(([at, qty]) => ({
    location: at.location,
    lpn: at.lpn,
    status: at.status,
    lot: at.lot,
    serial: at.serial,
    qty,
  })),
})

/** Everything of a world by kind, to be changed before `worldOf` builds it. */
export type WorldSeed = {
  policy: Partial<{ [K in keyof Policy]: Partial<Policy[K]> }>
  clientPolicy: Partial<{ [K in keyof Policy]: Partial<Policy[K]> }> | null
  stock: readonly StockRow[]
  lots: readonly Lot[]
  documents: readonly { document: Document; task: Task; lines: readonly LineSeed[] }[]
  places: readonly Location[]
  /** Work without a document. */
  tasks?: readonly Task[]
}

const documentOf = (kind: Document['kind'], number: string, client: Client, more: Partial<Document>): Document => ({
  id: named('document', number),
  kind,
  client: client.id,
  number,
  partner: 'Partner',
  state: 'open',
  due: '2026-11-24',
  priority: 0,
  blind: false,
  ...more,
})
const taskFor = (document: Document, more: Partial<Task> = {}): Task => ({
  id: named('task', document.number),
  kind: document.kind === 'receipt' ? 'receive' : 'pick',
  client: document.client,
  document: document.id,
  state: 'ready',
  lease: null,
  tote: null,
  ...more,
})
export const receiptOf = (
  number: string,
  lines: readonly LineSeed[],
  more: Partial<Document> = {},
  client: Client = one,
) => {
  const document = documentOf('receipt', number, client, more)
  return { document, task: taskFor(document), lines }
}
export const orderOf = (
  number: string,
  lines: readonly LineSeed[],
  task: Partial<Task> = {},
  more: Partial<Document> = {},
  client: Client = one,
) => {
  const document = documentOf('order', number, client, more)
  return {
    document,
    task: taskFor(document, { state: 'leased', lease: { device, worker: worker.id }, ...task }),
    lines,
  }
}

/** A count of one place that this handheld has. */
export const countTaskOf = (
  name: string,
  at: Location,
  count: Partial<CountTask> = {},
  more: Partial<Task> = {},
): Task => ({
  id: named('task', name),
  kind: 'count',
  client: one.id,
  document: null,
  state: 'leased',
  lease: { device, worker: worker.id },
  tote: null,
  count: { location: at.id, item: null, mode: 'guided', index: 0, notBy: [], hidden: false, ...count },
  ...more,
})

export const documentId = (number: string) => named('document', number)
export const taskId = (number: string) => named('task', number)
export const lineId = (number: string, no: number) => named('line', `${number}/${no}`)

const mugs = row(mug, a1, 30)
const milk1 = row(milk, a2, 10, { lot: 'L1' })
const milk2 = row(milk, a2, 10, { lot: 'L2' })
const drills = ['S1', 'S2', 'S3'].map(serial => row(drill, a3, 1, { serial }))

/** The demo warehouse: stock on three shelves, an open delivery PO-1 and a reserved order SO-1 with no tote yet. */
export const demoSeed = (): WorldSeed => ({
  policy: {},
  clientPolicy: null,
  stock: [mugs, milk1, milk2, ...drills, row(theirMug, a1, 5), row(theirMilk, a2, 5, { lot: 'L1' })],
  lots: [
    lotOf(milk, 'L1', '2026-12-31'),
    lotOf(milk, 'L2', '2027-03-31'),
    lotOf(juice, 'J1', '2027-01-31'),
    lotOf(theirMilk, 'L1', '2026-11-30'),
  ],
  documents: [
    receiptOf('PO-1', [wants(mug, 24), wants(milk, 10), wants(drill, 3), wants(vial, 2)]),
    orderOf('SO-1', [wants(mug, 3, [mugs, 3]), wants(milk, 2, [milk1, 2]), wants(drill, 1, [drills[0] ?? mugs, 1])]),
  ],
  places: PLACES,
})

const policyWith = (over: WorldSeed['policy'], base: Policy = DEFAULT_POLICY): Policy => ({
  site: { timeZone: 'UTC', ...base.site, ...over.site },
  receive: { ...base.receive, ...over.receive },
  shelf: { ...base.shelf, ...over.shelf },
  putaway: { ...base.putaway, ...over.putaway },
  pick: { ...base.pick, ...over.pick },
  pack: { ...base.pack, ...over.pack },
  count: { ...base.count, ...over.count },
  move: { ...base.move, ...over.move },
  return: { ...base.return, ...over.return },
  scrap: { ...base.scrap, ...over.scrap },
  task: { ...base.task, ...over.task },
  worker: { ...base.worker, ...over.worker },
  photo: { ...base.photo, ...over.photo },
  feedback: { ...base.feedback, ...over.feedback },
})

/** Confirmed rows from a seed; what is reserved is counted from the claims of its lines. */
export const tablesOf = (seed: WorldSeed): MutableTables => {
  const tables = emptyTables(warehouse)
  const policy = policyWith(seed.policy)
  const clients = seed.clientPolicy === null ? {} : { [one.id]: policyWith(seed.clientPolicy, policy) }
  tables.policies = { version: 1, warehouse: policy, clients }
  for (const item of ITEMS) tables.items.set(item.id, item)
  for (const location of seed.places) tables.locations.set(location.id, location)
  for (const lot of seed.lots) tables.lots.set(lotKey(lot.client, lot.item, lot.lot), lot)
  for (const stock of seed.stock) {
    tables.stock.set(stockKeyText(stock), stock)
    const outside = row(mug, virtual('supplier'), 0, {
      client: stock.client,
      item: stock.item,
      lot: stock.lot,
      serial: stock.serial,
    })
    const before = tables.stock.get(stockKeyText(outside)) ?? outside
    tables.stock.set(stockKeyText(outside), { ...before, onHand: before.onHand - stock.onHand })
  }
  for (const task of seed.tasks ?? []) tables.tasks.set(task.id, task)
  for (const { document, task, lines } of seed.documents) {
    tables.documents.set(document.id, document)
    tables.tasks.set(task.id, task)
    for (const [i, line] of lines.entries()) put(tables, document, i + 1, line)
  }
  return tables
}

const put = (tables: MutableTables, document: Document, no: number, seed: LineSeed): void => {
  const line: Line = {
    id: lineId(document.number, no),
    document: document.id,
    source: `${no}`,
    no,
    done: 0,
    state: 'open',
    claims: [],
    reason: null,
    ...seed,
  }
  tables.lines.set(line.id, line)
  for (const claim of line.claims) {
    const key = stockKeyText({ ...claim, client: line.client, item: line.item })
    const stock = tables.stock.get(key)
    if (stock !== undefined) tables.stock.set(key, { ...stock, reserved: stock.reserved + claim.qty })
  }
}

export const worldOf = (seed: WorldSeed): World => makeWorld(tablesOf(seed))
/** The demo warehouse, with some of its kinds replaced. */
export const demoWorld = (over: Partial<WorldSeed> = {}): World => worldOf({ ...demoSeed(), ...over })

// --- scans, as the resolver hands them on

/** One resolved scan with these meanings; `text` is what was read. */
export const scanned = (text: string, readings: readonly Reading[] = [], fields: ScanFields = {}): Resolved => ({
  scan: { source: 'wedge', raw: text, text, aim: null, symbology: null, t0: 0, equalReads: 1 },
  readings,
  wanted: readings.length > 0,
  fields,
  notes: [],
  problem: null,
})
export const scanOf = {
  item: (item: Item, fields: ScanFields = {}): Resolved =>
    scanned(
      [item.sku, fields.lot, fields.expiry, fields.serial].filter(Boolean).join(' '),
      [{ kind: 'item', client: item.client, item: item.id, packaging: null, quantity: 1 }],
      fields,
    ),
  pack: (item: Item, packaging: string, quantity: number, fields: ScanFields = {}): Resolved =>
    scanned(
      `${item.sku} ${packaging}`,
      [{ kind: 'item', client: item.client, item: item.id, packaging, quantity }],
      fields,
    ),
  place: (at: Location): Resolved =>
    scanned(at.code, [{ kind: at.kind === 'tote' ? 'tote' : 'location', location: at.id }]),
  document: (number: string, client: Client = one): Resolved =>
    scanned(number, [{ kind: 'document', document: documentId(number), client: client.id }]),
  task: (number: string, client: Client = one): Resolved =>
    scanned(`XK ${number}`, [{ kind: 'task', task: taskId(number), client: client.id }]),
}

// --- one worker with one handheld

export const TIMES = { takenAt: NOW, at: NOW, unc: 5 }
export const EPOCH = 'epoch0000001'

/** A draft as the queue stamps it. */
export const stamped = (draft: Draft, key: CommandKey): Command => ({
  v: 1,
  id: derivedId('command', key.device, key.epoch, key.seq),
  ...key,
  warehouse,
  worker: worker.id,
  session: derivedId('session', 'demo'),
  roster: 1,
  policy: 1,
  at: NOW,
  mono: 0,
  off: 0,
  unc: 5,
  app: 'test',
  ...draft,
})

/** Books drafts as the handheld does: stamped, judged, folded into the world. */
export const booker = (world: World, on: DeviceId = device, times = TIMES) => {
  let seq = 0
  return (draft: Draft): Judgement => {
    const key = { device: on, epoch: EPOCH, seq: (seq += 1) }
    const judged = judge(world, stamped(draft, key), key, times)
    world.apply(judged.effects)
    return judged
  }
}

/**
 * A worker at a process: every answer is folded in at once. Two seconds pass between two inputs unless `pause` says
 * otherwise, so that a second scan is a yes.
 */
export const workerAt = <S extends ProcessState>(
  process: Process<S>,
  world: World,
  start: Start,
  on = device,
  who = worker,
) => {
  let mono = 1000
  const book = booker(world, on)
  const moment = (): Moment => ({
    now: isoOf(Date.parse(NOW) + mono),
    today: TODAY,
    monoMs: mono,
    device: on,
    worker: who,
  })
  const first = process.start(start, world, moment())
  let state = first.state
  const judged: Judgement[] = []
  const input = (given: Input, pause = 2000): Next<S> => {
    mono += pause
    const next = process.step(state, given, world, moment())
    for (const draft of next.commands) judged.push(book(draft))
    state = next.state
    return next
  }
  return {
    first,
    judged,
    state: () => state,
    /** What an input would be answered, without taking it. */
    peek: (given: Input): { next: Next<S>; prompt: () => Prompt } => {
      const at = { ...moment(), monoMs: mono + 2000 }
      const next = process.step(state, given, world, at)
      return { next, prompt: () => process.prompt(next.state, world, at) }
    },
    /** A state written down and read back, as after a battery change. */
    reload: () => {
      state = structuredClone(state)
      mono = 0
    },
    prompt: () => process.prompt(state, world, moment()),
    input,
    scan: (resolved: Resolved, pause?: number) => input({ kind: 'scan', resolved }, pause),
    type: (value: string) => input({ kind: 'text', value }),
    number: (value: number) => input({ kind: 'number', value }),
    key: (command: string, pause?: number) => input({ kind: 'key', command }, pause),
    choose: (n: number) => input({ kind: 'choice', n }),
  }
}

// --- the books

/** Per goods the sum over all places, virtual ones included: zero when every movement has both sides. */
export const unbalanced = (rows: Iterable<StockRow>): string[] => {
  const sums = new Map<string, number>()
  for (const r of rows) {
    const goodsOf = [r.client, r.item, r.lot, r.serial].join('/')
    sums.set(goodsOf, (sums.get(goodsOf) ?? 0) + r.onHand)
  }
  return [...sums].filter(([, sum]) => sum !== 0).map(([goodsOf, sum]) => `${goodsOf}: ${sum}`)
}

/** All rows of the demo items, as they stand now. */
export const allRows = (world: World): StockRow[] => ITEMS.flatMap(item => [...world.stockOf(item.client, item.id)])

/** Rows whose reserved quantity is not the sum of the claims of all lines. */
export const wrongReserved = (world: World): string[] => {
  const claimed = new Map<string, number>()
  for (const document of world.documents()) {
    for (const line of world.linesOf(document.id)) {
      for (const claim of line.claims) {
        const key = stockKeyText({ ...claim, client: line.client, item: line.item })
        claimed.set(key, (claimed.get(key) ?? 0) + claim.qty)
      }
    }
  }
  return allRows(world)
    .filter(r => r.reserved !== (claimed.get(stockKeyText(r)) ?? 0))
    .map(r => `${stockKeyText(r)}: ${r.reserved}`)
}
