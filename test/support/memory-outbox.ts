import { FINISHED, OUTBOX_STATES, STOPPED, gapText } from '../../server/workers/outbox-port.ts'
import type {
  Advance,
  Circuit,
  OutboxFilter,
  OutboxRow,
  OutboxStore,
  Settle,
  Try,
} from '../../server/workers/outbox-port.ts'
import type { ConnectorId, WarehouseId } from '../../shared/ids.ts'
import { msOf } from '../../shared/time.ts'

type Kept = OutboxRow & {
  token: string | null
  leaseUntil: string | null
  settleUntil: string | null
  first: unknown
  covers: unknown
}

/** A message as somebody would write it into the outbox. */
export type NewMessage = {
  connector: ConnectorId
  warehouse: WarehouseId
  key: string
  seq: number
  subject: string
  type: string
  payload: unknown
  now: string
}

/** The outbox without a database, for the contract kit and the simulation; held to the same suite as the real one. */
export const makeMemoryOutbox = () => {
  const rows = new Map<string, Kept>()
  const tries = new Map<string, Try[]>()
  const circuits = new Map<string, Circuit>()
  /** Unfinished rows by subject, in order: the first one alone may be claimed. */
  const open = new Map<string, Kept[]>()
  const lineOf = (row: { connector: string | null; subject: string }): string => `${row.connector} ${row.subject}`
  const change = (row: Kept, by: Partial<Kept>): void => {
    Object.assign(row, by)
    if (FINISHED.includes(row.state)) {
      const line = (open.get(lineOf(row)) ?? []).filter(other => other !== row)
      if (line.length === 0) open.delete(lineOf(row))
      else open.set(lineOf(row), line)
    }
  }
  const wait = (row: Kept): void =>
    void open.set(
      lineOf(row),
      [...(open.get(lineOf(row)) ?? []), row].sort((a, b) => a.seq - b.seq),
    )
  const again = (row: Kept, now: string): Partial<Kept> => ({
    state: row.touched ? 'unknown' : 'waiting',
    stuck: 0,
    attempts: 0,
    nextAt: now,
  })
  const find = (filter: OutboxFilter): Kept[] => [...rows.values()].filter(row => matches(filter, row))
  const store: OutboxStore = {
    claim: async ({ connector, now, limit, token, leaseUntil }) => {
      const ran = [...rows.values()].filter(
        row =>
          row.connector === connector &&
          (row.state === 'preparing' || row.state === 'posting') &&
          row.leaseUntil !== null &&
          msOf(row.leaseUntil) < msOf(now),
      )
      for (const row of ran)
        change(row, { state: 'unknown', touched: true, token: null, leaseUntil: null, nextAt: now })
      const due = [...open.values()]
        .flatMap(line => line.slice(0, 1))
        .filter(
          row =>
            row.connector === connector &&
            (row.state === 'waiting' || row.state === 'unknown') &&
            msOf(row.nextAt) <= msOf(now) &&
            (row.leaseUntil === null || msOf(row.leaseUntil) < msOf(now)),
        )
        .sort((a, b) => a.seq - b.seq)
        .slice(0, limit)
      for (const row of due)
        change(row, {
          state: row.state === 'waiting' ? 'preparing' : row.state,
          attempts: row.attempts + 1,
          firstTryAt: row.firstTryAt ?? now,
          token,
          leaseUntil,
        })
      return due.map(shown)
    },
    advance: async (key, token, to, made = []) => {
      const row = rows.get(key)
      if (row === undefined || row.token !== token) return false
      change(row, advanced(row, to))
      tries.set(key, [...(tries.get(key) ?? []), ...made])
      return true
    },
    counts: async connector => {
      const counts = Object.fromEntries(OUTBOX_STATES.map(state => [state, 0])) as Record<OutboxRow['state'], number>
      for (const row of rows.values()) if (row.connector === connector) counts[row.state] += 1
      return counts
    },
    list: async (filter, { beforeSeq, limit }) =>
      find(filter)
        .filter(row => beforeSeq === null || row.seq < beforeSeq)
        .sort((a, b) => b.seq - a.seq)
        .slice(0, limit)
        .map(shown),
    get: async key => {
      const row = rows.get(key)
      return row === undefined ? null : { row: shown(row), first: row.first, covers: row.covers }
    },
    tries: async key => tries.get(key) ?? [],
    settle: async (filter, how, by, now) => {
      const found = find(filter).filter(
        row => STOPPED.includes(row.state) && (how.kind !== 'edit' || row.version === how.version),
      )
      for (const row of found) change(row, { ...settled(row, how, again(row, now)), closedBy: by })
      return found.length
    },
    enter: async ({ covers, client, ...message }, now) => {
      if (rows.has(message.key)) return
      const seq = Math.max(0, ...[...rows.values()].map(row => row.seq)) + 1
      add({ ...message, seq, now })
      const row = rows.get(message.key)
      if (row !== undefined) change(row, { covers, client, capturedAt: now })
    },
    reopen: async (keys, by, now) => {
      const found = [...rows.values()].filter(row => row.state === 'posted' && keys.includes(row.key))
      for (const row of found) {
        change(row, { ...again(row, now), postedAt: null, closedBy: by })
        wait(row)
      }
      return found.length
    },
    release: async (connector, gap, now) => {
      const found = find({ connector, states: ['parked'], gap: gapText(gap) })
      for (const row of found) change(row, { ...again(row, now), gap: null, question: null })
      return found.length
    },
    dueNow: async (connector, now) => {
      const found = find({ connector, states: ['waiting', 'unknown'] }).filter(row => msOf(row.nextAt) > msOf(now))
      for (const row of found)
        change(row, { nextAt: row.settleUntil !== null && msOf(row.settleUntil) > msOf(now) ? row.settleUntil : now })
      return found.length
    },
    circuit: async connector => circuits.get(connector) ?? { state: 'closed' },
    saveCircuit: async (connector, circuit) => void circuits.set(connector, circuit),
    facts: async (connector, from, to) =>
      find({ connector })
        .filter(row => msOf(row.createdAt) >= msOf(from) && msOf(row.createdAt) < msOf(to))
        .sort((a, b) => a.seq - b.seq)
        .map(row => ({
          key: row.key,
          type: row.type,
          state: row.state,
          errorClass: row.errorClass,
          attempts: row.attempts,
          capturedAt: row.capturedAt,
          appliedAt: row.createdAt,
          deliveredAt: row.deliveredAt,
          acknowledgedAt: row.postedAt,
        })),
  }
  /** What the apply statement does. The same key again changes nothing. */
  const add = (message: NewMessage): void => {
    if (rows.has(message.key)) return
    const row = newRow(message)
    rows.set(row.key, row)
    wait(row)
  }
  return { store, add, rows: () => [...rows.values()].map(shown), forget: (key: string) => void rows.delete(key) }
}

const shown = ({
  token: _token,
  leaseUntil: _lease,
  settleUntil: _settle,
  first: _first,
  covers: _covers,
  ...row
}: Kept) => row

const newRow = ({ now, ...message }: NewMessage): Kept => ({
  ...message,
  client: null,
  version: 1,
  state: 'waiting',
  errorClass: null,
  attempts: 0,
  touched: false,
  stuck: 0,
  remoteRef: null,
  question: null,
  ask: null,
  gap: null,
  answers: {},
  documents: [],
  capturedAt: null,
  createdAt: now,
  firstTryAt: null,
  deliveredAt: null,
  postedAt: null,
  nextAt: now,
  closedBy: null,
  closedReason: null,
  token: null,
  leaseUntil: null,
  settleUntil: null,
  first: message.payload,
  covers: [],
})

const matches = (filter: OutboxFilter, row: Kept): boolean =>
  row.connector === filter.connector &&
  (filter.states === undefined || filter.states.includes(row.state)) &&
  (filter.types === undefined || filter.types.includes(row.type)) &&
  (filter.errorClass === undefined || filter.errorClass === row.errorClass) &&
  (filter.subject === undefined || filter.subject === row.subject) &&
  (filter.gap === undefined || filter.gap === row.gap) &&
  (filter.keys === undefined || filter.keys.includes(row.key)) &&
  (filter.before === undefined || msOf(row.createdAt) < msOf(filter.before))

const advanced = (row: Kept, to: Advance): Partial<Kept> => ({
  state: to.state,
  errorClass: to.errorClass ?? null,
  question: to.question ?? null,
  ask: to.ask ?? null,
  gap: to.gap ? gapText(to.gap) : null,
  remoteRef: to.remoteRef ?? row.remoteRef,
  touched: row.touched || to.touched === true,
  stuck: to.stuck ?? row.stuck,
  nextAt: to.nextAt ?? row.nextAt,
  settleUntil: to.settleUntil ?? row.settleUntil,
  documents: to.documents ?? row.documents,
  attempts: row.attempts - (to.untried === true ? 1 : 0),
  deliveredAt: to.delivered === true || to.state === 'posted' ? (row.deliveredAt ?? to.now) : row.deliveredAt,
  postedAt: to.state === 'posted' ? to.now : row.postedAt,
  token: to.release ? null : row.token,
  leaseUntil: to.release ? null : (to.leaseUntil ?? row.leaseUntil),
})

const settled = (row: Kept, how: Settle, again: Partial<Kept>): Partial<Kept> => {
  switch (how.kind) {
    case 'replay':
      return { ...again, gap: null }
    case 'skip':
      return { state: 'skipped', closedReason: how.reason }
    case 'answer':
      return { ...again, answers: { ...row.answers, [how.question]: how.answer } }
    case 'edit':
      return { ...again, gap: null, version: row.version + 1, payload: how.payload }
  }
}
