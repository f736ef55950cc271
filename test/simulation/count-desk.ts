import { decideCounts } from '../../server/sync/decide-counts.ts'
import { countsFor } from '../../server/sync/renew-counts.ts'
import { settleCounts } from '../../server/sync/settle-counts.ts'
import { LIFE } from '../../shared/count/life.ts'
import type { Flag, Variance } from '../../shared/count/variance.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Id } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { DecisionKind } from '../../shared/sync/decision.ts'
import { placeId } from '../support/site.ts'
import { SHELVES } from './floor.ts'
import { personWith } from './people.ts'
import { serverNow } from './server.ts'
import type { Stage } from './stage.ts'

const DECIDERS = ['XBCEM', 'XBEDA'] as const

/** Counts are planned, posted when their time has come, and decided by people who look a while before they decide. */
export const makeCountDesk = (stage: Stage): void => {
  const { schedule, dice } = stage
  const again = (ms: () => number, isLasting: boolean, run: () => void): void => {
    schedule.after(ms(), () => {
      if (!isLasting && schedule.now() >= stage.end) return
      run()
      again(ms, isLasting, run)
    })
  }
  again(
    () => 15_000 + dice.int(40_000),
    false,
    () => void plan(stage),
  )
  again(
    () => 10_000 + dice.int(20_000),
    true,
    () => void settle(stage),
  )
  again(
    () => 8000 + dice.int(20_000),
    false,
    () => look(stage),
  )
}

const at = (stage: Stage) => ({ warehouse: stage.site.warehouse.id, now: serverNow(stage) })

/** A shelf, or one item on it, is due. */
const plan = (stage: Stage): Promise<void> => {
  const { dice, site } = stage
  const place = placeId(site, dice.pick(SHELVES))
  const one = dice.pick(site.items)
  const item = dice.chance(0.5) ? one.id : null
  return stage.store.decide(at(stage), async tx => {
    const { policies } = await tx.counts.facts({ tasks: [], items: [], places: [] })
    const open = await tx.counts.openCounts([place])
    const tasks = countsFor(tx.counts, [{ client: one.client, place, item, cause: 'plan' }], open, policies)
    if (tasks.length === 0) return
    stage.seen['counts planned'] += 1
    await tx.write({ body: { kind: 'count.plan' }, effects: { ...NOTHING, tasks } })
  })
}

const settle = async (stage: Stage): Promise<void> => {
  const { posted } = await settleCounts(stage.store, at(stage))
  stage.seen['count adjustments'] += posted
}

/** Nobody can know from the desk which of two facts came first, or who of two people was right: that is counted again. */
const DOUBTS: ReadonlySet<Flag> = new Set(['orderUnknown', 'late', 'twoCounts', 'fresh', 'exception', 'broken'])

/** Somebody reads a difference now and decides on what they have read, when other things may have happened. */
const look = (stage: Stage): void => {
  const { dice, schedule } = stage
  const open = [...stage.memory.state().variances.values()].filter(({ state }) => LIFE[state].reject !== null)
  const undoable = [...stage.memory.state().variances.values()].filter(({ state }) => state === 'approved')
  const isUndo = undoable.length > 0 && dice.chance(0.2)
  const from = isUndo ? undoable : open
  if (from.length === 0) return
  const read = dice.pick(from)
  const kind = isUndo ? 'count.undo' : wanted(stage, read)
  const badge = dice.pick(DECIDERS)
  schedule.after(2000 + dice.int(30_000), () => void decide(stage, badge, kind, read))
}

const wanted = ({ dice }: Stage, { kind, state, flags }: Variance): DecisionKind => {
  const isDoubtful = kind === 'short' || flags.some(flag => DOUBTS.has(flag))
  if (isDoubtful || state !== 'review')
    return LIFE[state].recount !== null && dice.chance(0.8) ? 'count.recount' : 'count.reject'
  return dice.chance(0.8) ? 'count.approve' : 'count.recount'
}

const decide = async (stage: Stage, badge: string, kind: DecisionKind, read: Variance): Promise<void> => {
  const { seen, schedule, site } = stage
  const who = personWith(site, badge)
  const id = derivedId<'decision'>('decision', who.id, read.id, read.version, schedule.now())
  const target = read.id as string as Id<'target'>
  const ask = { id, kind, target, expectedVersion: read.version, args: {}, reason: 'MISSING' }
  const [answer] = await decideCounts(stage.store, at(stage), who, [ask])
  seen['decisions on counts'] += 1
  if (answer?.code === 'stale') seen['decisions on a difference that has changed'] += 1
  if (answer?.code === 'own_count') seen['decisions of the counter refused'] += 1
}
