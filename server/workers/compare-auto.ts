import type { CompareStore, DriftRow } from './compare-port.ts'
import type { Connection } from './connection.ts'
import type { OutboxStore } from './outbox-port.ts'

/** What a connection may leave to the server (`allow`): a message that is missing over there is posted again, once. */
export const AUTO = { id: 'reconcile.missing', repost: 'repost' } as const
/** Who has done it, where a person's id stands otherwise. */
export const RULE = 'rule'

const PAGE = 500
type Deps = {
  connection: Pick<Connection, 'id' | 'mode' | 'allow'>
  compare: Pick<CompareStore, 'drifts' | 'close' | 'reopen'>
  outbox: Pick<OutboxStore, 'get' | 'reopen'>
  now: () => string
}

/**
 * After a comparison: posts again what is missing over there, where the connection says so. The message is asked for before
 * anything is posted. What goes missing a second time is a person's. Returns how many differences were acted on.
 */
export const actAlone = async (deps: Deps): Promise<number> => {
  const { connection, compare } = deps
  if (connection.mode !== 'live' || connection.allow[AUTO.id] !== AUTO.repost) return 0
  const found: DriftRow[] = []
  for (let after: string | null = null, more = true; more;) {
    const filter = { open: true, class: 'missing' } as const
    const page: readonly DriftRow[] = await compare.drifts(connection.id, filter, { after, limit: PAGE })
    found.push(...page)
    const last = page.at(-1)
    after = last === undefined ? null : `${last.item}|${last.location}|${last.lot}`
    more = page.length === PAGE
  }
  // A receipt of several goods is several differences, and one message.
  const old = new Set<string>()
  for (const key of new Set(found.flatMap(drift => drift.because)))
    if ((await deps.outbox.get(key))?.row.closedBy === RULE) old.add(key)
  let acted = 0
  for (const drift of found) {
    const isNew = drift.because.length > 0 && !drift.because.some(key => old.has(key))
    if (isNew && (await repost(deps, drift))) acted += 1
  }
  return acted
}

const repost = async ({ connection, compare, outbox, now }: Deps, drift: DriftRow): Promise<boolean> => {
  const closedAt = now()
  // Somebody may have decided meanwhile.
  if (!(await compare.close(connection.id, drift, `repost ${RULE}`, closedAt))) return false
  const asked = await outbox.reopen(drift.because, RULE, closedAt)
  const states = await Promise.all(drift.because.map(async key => (await outbox.get(key))?.row.closedBy))
  const isDone = asked > 0 || states.every(by => by === RULE)
  if (!isDone) await compare.reopen(connection.id, drift, closedAt)
  return isDone
}
