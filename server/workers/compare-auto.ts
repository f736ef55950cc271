import { partOf } from './compare-act.ts'
import type { CompareStore, DriftRow } from './compare-port.ts'
import type { Connection } from './connection.ts'
import type { OutboxStore } from './outbox-port.ts'
import type { ConnectorId } from '../../shared/ids.ts'
import type { DriftClass } from '../erp/compare/verdict.ts'

/** What a connection may leave to the server (`allow`): a message that is missing over there is posted again, once. */
export const AUTO = { id: 'reconcile.missing', repost: 'repost' } as const
/** Who has done it, where a person's id stands otherwise. */
export const RULE = 'rule'

const PAGE = 500
type Deps = {
  connection: Pick<Connection, 'id' | 'mode' | 'allow'>
  compare: Pick<CompareStore, 'drifts' | 'close'>
  outbox: Pick<OutboxStore, 'get' | 'reopen'>
  now: () => string
}

const openOf = async (
  compare: Deps['compare'],
  connection: ConnectorId,
  name: DriftClass,
): Promise<readonly DriftRow[]> => {
  const found: DriftRow[] = []
  for (let after: string | null = null, more = true; more;) {
    const page: readonly DriftRow[] = await compare.drifts(
      connection,
      { open: true, class: name },
      { after, limit: PAGE },
    )
    found.push(...page)
    const last = page.at(-1)
    after = last === undefined ? null : `${last.item}|${last.location}|${last.lot}`
    more = page.length === PAGE
  }
  return found
}

/**
 * After a comparison: posts again what is missing over there, where the connection says so. The message is asked for before
 * anything is posted. What goes missing a second time is a person's. Returns how many differences were acted on.
 */
export const actAlone = async ({ connection, compare, outbox, now }: Deps): Promise<number> => {
  if (connection.mode !== 'live' || connection.allow[AUTO.id] !== AUTO.repost) return 0
  const whole = await openOf(compare, connection.id, 'missing')
  // Of a difference with several causes this one only: the difference stays open, with what explains the rest of it.
  const parts = (await openOf(compare, connection.id, 'several')).flatMap(drift => partOf(drift, 'missing') ?? [])
  // A receipt of several goods is several differences, and one message.
  const old = new Set<string>()
  for (const key of new Set([...whole, ...parts].flatMap(drift => drift.because)))
    if ((await outbox.get(key))?.row.closedBy === RULE) old.add(key)
  const at = now()
  const lost = new Set<string>()
  let acted = 0
  for (const drift of [...whole, ...parts]) {
    if (drift.because.length === 0 || drift.because.some(key => old.has(key))) continue
    // Somebody may have decided meanwhile.
    if (drift.causes.length === 1 && !(await compare.close(connection.id, drift, `repost ${RULE}`, at))) continue
    acted += 1
    for (const key of drift.because) lost.add(key)
  }
  // Whether it is over says the next comparison; what breaks off here is open again by then.
  if (lost.size > 0) await outbox.reopen([...lost], RULE, at)
  return acted
}
