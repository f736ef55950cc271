import { UNDER_WAY } from '../erp/compare/signs.ts'
import { subsetOf } from '../erp/compare/subset.ts'
import { numberOf, stockText } from '../erp/effect.ts'
import { ErpError, isErpError } from '../erp/erp-error.ts'
import type { OutboundOp } from '../erp/operation.ts'
import { messageEffects, payloadOf } from './compare-effects.ts'
import { lookAtOurs, lookAtTheirs } from './compare-look.ts'
import type { LotOf, Ours } from './compare-look.ts'
import { lotsOf } from './compare.ts'
import type { CompareDeps } from './compare.ts'
import type { DeliverDeps } from './deliver.ts'
import { gathered } from './gather.ts'
import type { OutboxRow } from './outbox-port.ts'

/** The question that it asks, and the one answer that lets a correction go: for one message, or for a connection (`allow`). */
export const GUARD = { id: 'adjustGuard', post: 'post' } as const

/** Figures that both sides keep moving are looked at so many times. */
const ROUNDS = 3
const OPEN_PAGE = 1000

type Asked = { op: OutboundOp & { type: 'adjustment' }; row: OutboxRow; signal: AbortSignal }

/**
 * Before a correction is told the ERP must stand where our books think that it stands: on hand here without what it was not
 * told, this correction among that. Where it does not, somebody may have entered the same over there, and a person is asked
 * with both figures; not of a message that a person has edited, nor where the difference waits for a decision already. An
 * ERP that has no figures to show is not asked. Corrections of one time are looked at together.
 */
export const adjustGuard = (deps: CompareDeps): NonNullable<DeliverDeps['guard']> => {
  const look = gathered((asked: readonly Asked[]) => objections(deps, asked))
  return async (op, row, signal) => {
    if (op.type !== 'adjustment' || op.answers[GUARD.id] === GUARD.post) return
    // Whoever has edited the message has looked, and made the books differ on purpose.
    if (row.version > 1) return
    const objection = await look({ op, row, signal })
    if (objection !== null) throw objection
  }
}

/** What is against each of these corrections; null = nothing. */
const objections = async (deps: CompareDeps, asked: readonly Asked[]): Promise<readonly (ErpError | null)[]> => {
  const looks = await settledLooks(deps, asked)
  return Promise.all(asked.map((one, i) => objection(deps, one, looks[i] ?? null)))
}

const objection = async (deps: CompareDeps, { op, row }: Asked, look: Look | null): Promise<ErpError | null> => {
  if (look === null) return null
  if (look === 'moving') return new ErpError('transient', 'the goods are on the move: the correction is told later')
  const { ours, theirs, text, lotOf } = look
  const wanted = ours.figures.get(text)?.n ?? 0
  const drift = theirs - wanted
  if (drift === 0 || subsetOf(underWay(ours, row, text, lotOf), drift) !== null) return null
  if ((await knownDrift(deps, op.line.item, text)) === drift) return null
  const words =
    `Before this correction of ${signed(op.delta)} the ERP should have ${wanted}, and has ${theirs}. ` +
    'Somebody may have corrected it over there already.'
  return new ErpError('needsDecision', words, {
    question: { id: GUARD.id, text: words, answers: [{ id: GUARD.post, text: 'Tell it all the same' }] },
  })
}

const signed = (n: number): string => (n > 0 ? `+${n}` : String(n))

/** Both figures of one instant; `moving`: they have not come to rest, and nobody is asked about such. */
type Look = { ours: Ours; theirs: number; text: string; lotOf: LotOf } | 'moving'

/** Of each correction both figures, as far as they rest; null = the ERP shows none. */
const settledLooks = async (deps: CompareDeps, asked: readonly Asked[]): Promise<readonly (Look | null)[]> => {
  const looks: (Look | null)[] = asked.map(() => 'moving')
  const signal = asked[0]?.signal ?? new AbortController().signal
  const lotOf = await lotsOf(deps, [...new Set(asked.map(({ op }) => op.line.item))])
  let open = [...asked.keys()]
  let ours: Ours | null = null
  for (let round = 0; round < ROUNDS && open.length > 0; round += 1) {
    const items = [...new Set(open.flatMap(i => asked[i]?.op.line.item ?? []))]
    ours ??= await lookAtOurs(deps, items, lotOf)
    const theirs = await theirFigures(deps, ours, { items, lotOf }, signal)
    if (theirs === null) return asked.map(() => null)
    const again = await lookAtOurs(deps, items, lotOf)
    const before = ours
    open = open.filter(i => {
      const line = asked[i]?.op.line
      if (line === undefined) return false
      const location = again.groupTheirs(line.location ?? '')
      const text = stockText({ item: line.item, location, lot: lotOf(line.item, numberOf(line)) })
      const [one, two] = [before.figures.get(text), again.figures.get(text)]
      if (one?.n !== two?.n || one?.pending !== two?.pending) return true
      looks[i] = { ours: again, theirs: theirs.get(text)?.n ?? 0, text, lotOf }
      return false
    })
    ours = again
  }
  return looks
}

const theirFigures = async (
  deps: CompareDeps,
  ours: Ours,
  { items, lotOf }: { items: readonly string[]; lotOf: LotOf },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, { n: number }> | null> => {
  try {
    return await lookAtTheirs(deps, ours, items, lotOf, signal)
  } catch (error) {
    if (isErpError(error) && error.class === 'config') return null
    throw error
  }
}

/** The difference of this figure that waits for a decision already: it is no news. */
const knownDrift = async ({ store, id }: CompareDeps, item: string, text: string): Promise<number> => {
  const open = await store.drifts(id, { open: true, item }, { after: null, limit: OPEN_PAGE })
  return open.find(drift => stockText(drift) === text)?.drift ?? 0
}

/** What other messages do to the figure that the ERP may have already. */
const underWay = (ours: Ours, row: Pick<OutboxRow, 'key'>, text: string, lotOf: LotOf): readonly { n: number }[] =>
  ours.messages
    .filter(message => message.key !== row.key && UNDER_WAY.has(message.state))
    .flatMap(message => {
      const payload = payloadOf(message)
      return payload === null ? [] : messageEffects(payload, ours.group, item => ours.remotes.get(item) ?? item)
    })
    .filter(effect => stockText({ ...effect, lot: lotOf(effect.item, effect.lot) }) === text)
