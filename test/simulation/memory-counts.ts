import { isHiddenFrom, maskRows } from '../../shared/sync/blind.ts'
import type { CountBooks, CountWrites, RowLedger, Rounds } from '../../server/sync/count-books.ts'
import type { Pusher } from '../../server/sync/ports.ts'
import { renewCounts } from '../../server/sync/renew-counts.ts'
import { touchedRows } from '../../server/sync/touched.ts'
import type { Line, Task } from '../../shared/catalogue.ts'
import { isPendingState } from '../../shared/count/life.ts'
import { isOpposite } from '../../shared/count/opposite.ts'
import { isSamePoint } from '../../shared/count/point.ts'
import type { Leg } from '../../shared/count/point.ts'
import { OF_COUNTS } from '../../shared/count/renew.ts'
import type { Seen, Variance, VarianceId } from '../../shared/count/variance.ts'
import type { Reporter } from '../../shared/count/watermark.ts'
import { derivedId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { msOf } from '../../shared/time.ts'
import type { SiteSeed } from '../support/site.ts'
import { rowKey, stockIn } from './memory-state.ts'
import type { ServerState, StoredCommand, Writes } from './memory-state.ts'
import { addClaim, raise, writeRow, showStock, writeStock } from './memory-write.ts'
import type { Entry } from './memory-write.ts'

export const SERVER_DEVICE = derivedId<'device'>('device', 'server')

const SETTLED = new Set(['posted', 'rejected', 'closed'])

/** Counts inside a transaction of the store in memory. */
export const memoryCounts = (state: ServerState, site: SiteSeed, writes: Writes, now: string): CountBooks => ({
  warehouse: site.warehouse.id,
  feed: state.feed,
  self: { device: SERVER_DEVICE, epoch: state.feed.epoch, seq: state.feed.seq },
  observe: async seen => {
    for (const one of seen) writes.put(state.observations, `${state.observations.size}`.padStart(9, '0'), one)
  },
  takeBack: async commands => {
    const back: Seen[] = []
    for (const [name, one] of state.observations) {
      if (one.takenBack || !commands.some(command => isSamePoint(command, one.point))) continue
      back.push({ ...one, takenBack: true })
      writes.put(state.observations, name, { ...one, takenBack: true })
    }
    return back
  },
  rounds: async ids => new Map(ids.flatMap(id => roundsOf(state, id))),
  unfinished: async counts =>
    [...state.variances.values()].filter(
      v => counts.includes(v.count) && (v.state === 'counting' || v.state === 'again'),
    ),
  pending: async (states, limit) =>
    [...state.variances.values()]
      .filter(v => states.includes(v.state))
      .sort((a, b) => (a.changedAt < b.changedAt ? -1 : a.changedAt > b.changedAt ? 1 : a.id < b.id ? -1 : 1))
      .slice(0, limit),
  opposites: async ids => {
    const zones = new Map(site.locations.map(place => [place.id, place.zone]))
    const pending = [...state.variances.values()].filter(v => isPendingState(v.state))
    return new Map(
      pending.flatMap(v => {
        const found = ids.includes(v.id)
          ? pending.filter(other => isOpposite(v, other, id => zones.get(id) ?? null))
          : []
        return found.length === 0 ? [] : [[v.id, found]]
      }),
    )
  },
  seen: async rows =>
    rows.map(({ key, from }) => {
      const text = stockKeyText(key)
      return [...state.observations.values()].filter(one => stockKeyText(one.key) === text && one.point.commit >= from)
    }),
  ledger: async rows => rows.map(row => ledgerOf(state, row)),
  facts: async need => ({
    policies: (state.rows.get(rowKey('policy', 'policy'))?.b as PolicySet | undefined) ?? {
      version: 0,
      warehouse: DEFAULT_POLICY,
      clients: {},
    },
    roster: site.roster,
    tasks: new Map(
      need.tasks.flatMap(id => {
        const row = state.rows.get(rowKey('task', id))
        return row === undefined ? [] : [[id, row.b as Task]]
      }),
    ),
    worth: new Map(need.items.map(id => [id, { cost: site.costs?.get(id) ?? null, abc: null }])),
    zones: new Map(need.places.map(id => [id, site.locations.find(place => place.id === id)?.zone ?? null])),
  }),
  openCounts: async places =>
    [...state.rows.values()].flatMap(row => {
      const task = row.k === 'task' ? (row.b as Task) : null
      const isHere = task?.count ? places.includes(task.count.location) : false
      return task !== null && isHere && task.state !== 'done' && task.state !== 'cancelled' ? [task] : []
    }),
  reporters: async () => reportersOf(state, site),
  showAnew: async spots => {
    const blind = { spots, own: [], device: null }
    for (const row of state.stock.values()) if (isHiddenFrom(blind, row.location, row.item)) showStock(state, row)
    for (const row of state.rows.values()) {
      if (maskRows([row], blind)[0] === row) continue
      const work = row.k === 'line' || row.k === 'task' ? (row.b as Line | Task) : null
      if (work !== null) writeRow(state, writes, row.k, work, row.client, row.document)
    }
  },
  put: async more => putCounts(state, writes, more, now),
})

const roundsOf = (state: ServerState, id: VarianceId): [VarianceId, Rounds][] => {
  const all = [...state.variances.values()].filter(v => v.id === id).sort((a, b) => a.round - b.round)
  if (all.length === 0) return []
  const open = all.findLast(v => isPendingState(v.state)) ?? null
  const settled = all.findLast(v => SETTLED.has(v.state)) ?? null
  const last = { round: Math.max(...all.map(v => v.round)), version: Math.max(...all.map(v => v.version)) }
  return [[id, { open, settled, last }]]
}

const ledgerOf = (state: ServerState, { id, key, since }: Parameters<CountBooks['ledger']>[0][number]): RowLedger => {
  const text = stockKeyText(key)
  const { onHand, reserved } = stockIn(state, key)
  const legs: Leg[] = []
  for (const command of state.commands.values())
    for (const [n, m] of command.movements.entries()) {
      const isFrom = stockKeyText({ ...m, ...m.from }) === text
      if ((!isFrom && stockKeyText({ ...m, ...m.to }) !== text) || msOf(m.at) < msOf(since)) continue
      legs.push(legOf(state, id, command, n, isFrom ? m.takenAt : m.at, m.unc, isFrom ? -m.qty : m.qty))
    }
  const troubled = [...state.exceptions.values()].some(
    one => one.open && one.subject === text && !OF_COUNTS.some(kind => kind === one.kind),
  )
  return { onHand, reserved, held: state.claims.get(`hold/${id}/${text}`)?.qty ?? 0, legs, troubled }
}

const legOf = (
  state: ServerState,
  id: VarianceId,
  command: StoredCommand,
  n: number,
  at: string,
  unc: number | null,
  qty: number,
): Leg => {
  const { device, epoch, seq, commit, worker, receivedAt } = command
  const desk = device === SERVER_DEVICE
  const posted = [...state.variances.values()].find(
    v => v.id === id && v.postedAs?.epoch === epoch && v.postedAs.seq === seq && v.postedAs.n === n,
  )
  const of = desk && posted !== undefined ? posted.point : null
  return { device, epoch, seq, commit, at, unc, qty, desk, of, worker, arrivedAt: receivedAt }
}

const reportersOf = (state: ServerState, site: SiteSeed): readonly Reporter[] =>
  [...state.beats].map(([device, { seenAt, report, waits, worker }]): Reporter => {
    const leased = [...state.rows.values()].some(row => {
      const task = row.k === 'task' ? (row.b as Task) : null
      return task?.lease?.device === device && (task.state === 'leased' || task.state === 'started')
    })
    const person = site.roster.workers.find(one => one.id === worker)
    const zones = person === undefined || leased || waits ? null : person.zones
    return { device, seenAt, report, active: waits || leased || worker !== null, zones }
  })

const putCounts = (state: ServerState, writes: Writes, more: CountWrites, now: string): void => {
  for (const v of more.variances) writes.put(state.variances, `${v.id}/${v.round}`, v)
  checkPending(state, more.variances)
  for (const { owner, key, qty } of more.holds) {
    addClaim(state, writes, 'hold', owner, key, qty)
    writeStock(state, writes, key, { onHand: 0, reserved: 0, held: qty })
  }
  for (const { kind, subject } of more.close)
    for (const one of state.exceptions.values())
      if (one.open && one.kind === kind && one.subject === subject)
        writes.put(state.exceptions, one.id, { ...one, open: false })
  for (const draft of more.raise) raise(state, writes, draft)
  for (const task of more.tasks) writeRow(state, writes, 'task', task, task.client, task.document)
  for (const { place, item } of more.visits) writes.put(state.visits, `${place} ${item ?? ''}`, now)
}

/** As the unique index of the database: one pending variance for a row. */
const checkPending = (state: ServerState, changed: readonly Variance[]): void => {
  for (const { id } of changed) {
    const pending = [...state.variances.values()].filter(v => v.id === id && isPendingState(v.state))
    if (pending.length > 1) throw new Error(`two variances of ${id} are pending: nothing may be committed`)
  }
}

/** After the movements of a transaction were written: the variances of every row that it has touched. */
export const renewInMemory = async (
  state: ServerState,
  site: SiteSeed,
  writes: Writes,
  now: string,
  batches: readonly { at: Pusher; entries: readonly Entry[] }[],
  before: ReadonlyMap<string, Line>,
): Promise<void> => {
  const entries = batches.flatMap(batch => batch.entries)
  const touched: StockKey[] = entries.flatMap(({ effects }) => [...touchedRows(effects, line => before.get(line.id))])
  await renewCounts(memoryCounts(state, site, writes, now), {
    now,
    entries: batches.flatMap(({ at: { device, epoch }, entries: own }) =>
      own.map(({ sealed, worker, effects }) => ({ command: { device, epoch, seq: sealed.seq }, worker, effects })),
    ),
    touched,
  })
}
