import { UNDER_WAY } from '../erp/compare/classify.ts'
import { subsetOf } from '../erp/compare/subset.ts'
import { stockText } from '../erp/effect.ts'
import { ErpError, isErpError } from '../erp/erp-error.ts'
import type { OutboundOp } from '../erp/operation.ts'
import { messageEffects, payloadOf } from './compare-effects.ts'
import { lookAtOurs, lookAtTheirs } from './compare-look.ts'
import type { LotOf, Ours } from './compare-look.ts'
import { lotsOf } from './compare.ts'
import type { CompareDeps } from './compare.ts'
import type { DeliverDeps } from './deliver.ts'
import type { OutboxRow } from './outbox-port.ts'

/** The question that it asks, and the one answer that lets a correction go: for one message, or for a connection (`allow`). */
export const GUARD = { id: 'adjustGuard', post: 'post' } as const

/** Figures that both sides keep moving are looked at so many times. */
const ROUNDS = 3
const OPEN_PAGE = 1000

type Figure = { item: string; location: string; lot: string }

/**
 * Before a correction is told the ERP must stand where our books think that it stands: on hand here without what it was not
 * told, this correction among that. Where it does not, somebody may have entered the same over there, and a person is asked
 * with both figures; not of a message that a person has edited, nor where the difference waits for a decision already. An
 * ERP that has no figures to show is not asked.
 */
export const adjustGuard =
  (deps: CompareDeps): NonNullable<DeliverDeps['guard']> =>
  async (op, row, signal) => {
    if (op.type !== 'adjustment' || op.answers[GUARD.id] === GUARD.post) return
    // Whoever has edited the message has looked, and made the books differ on purpose.
    if (row.version > 1) return
    const look = await settledLook(deps, op, signal)
    if (look === null) return
    const { ours, theirs, text, lotOf } = look
    const wanted = ours.figures.get(text)?.n ?? 0
    const drift = theirs - wanted
    if (drift === 0 || subsetOf(underWay(ours, row, text, lotOf), drift) !== null) return
    if ((await knownDrift(deps, op.line.item, text)) === drift) return
    const words =
      `Before this correction of ${signed(op.delta)} the ERP should have ${wanted}, and has ${theirs}. ` +
      'Somebody may have corrected it over there already.'
    throw new ErpError('needsDecision', words, {
      question: { id: GUARD.id, text: words, answers: [{ id: GUARD.post, text: 'Tell it all the same' }] },
    })
  }

const signed = (n: number): string => (n > 0 ? `+${n}` : String(n))

type Look = { ours: Ours; theirs: number; text: string; lotOf: LotOf }

/** Both figures of one instant as far as they rest; null = the ERP shows none. */
const settledLook = async (
  deps: CompareDeps,
  op: OutboundOp & { type: 'adjustment' },
  signal: AbortSignal,
): Promise<Look | null> => {
  const { item } = op.line
  const lotOf = await lotsOf(deps, [item])
  let ours = await lookAtOurs(deps, [item], lotOf)
  for (let round = 1; ; round += 1) {
    const figure = { item, location: ours.groupTheirs(op.line.location ?? ''), lot: lotOf(item, op.line.lot) }
    const theirs = await theirFigure(deps, ours, { figure, lotOf }, signal)
    if (theirs === null) return null
    const text = stockText(figure)
    const again = await lookAtOurs(deps, [item], lotOf)
    const [one, two] = [ours.figures.get(text), again.figures.get(text)]
    if (one?.n === two?.n && one?.pending === two?.pending) return { ours: again, theirs, text, lotOf }
    // Nobody is asked about figures that have not come to rest.
    if (round === ROUNDS) throw new ErpError('transient', 'the goods are on the move: the correction is told later')
    ours = again
  }
}

const theirFigure = async (
  deps: CompareDeps,
  ours: Ours,
  { figure, lotOf }: { figure: Figure; lotOf: LotOf },
  signal: AbortSignal,
): Promise<number | null> => {
  try {
    const theirs = await lookAtTheirs(deps, ours, [figure.item], lotOf, signal)
    return theirs.get(stockText(figure))?.n ?? 0
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
