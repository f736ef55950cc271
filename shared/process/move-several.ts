import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { palletIn } from './lpn.ts'
import { emptyHanded } from './move-state.ts'
import type { InHand, MoveNext, MoveState } from './move-state.ts'
import { takePallet } from './move-take.ts'
import type { Moment } from './process.ts'
import type { Fact } from './process.ts'

/** Of a state that an earlier version of the app has saved there is none. */
const others = ({ more = [] }: MoveState): readonly InHand[] => more

/** The pallet on the screen; null = none is in hand. */
const shown = ({ load, from, takenAt, task }: MoveState): InHand | null =>
  load?.kind === 'pallet' ? { load, from, takenAt, task } : null

/**
 * Another pallet label while one is in hand: it is taken up as well and comes to the front, and so does one that is in hand
 * already. Each place is for the one on the screen. Null = the scan is none, or no pallet is in hand.
 */
export const stepAnother = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext | null => {
  const now = state.at === 'to' ? shown(state) : null
  const pallet = now === null ? null : palletIn(view, resolved)
  if (now === null || pallet === null) return null
  if (now.load.lpn === pallet.lpn) return stay(state, 'dup', 'dup')
  const known = others(state).find(one => one.load.lpn === pallet.lpn)
  const more = [...others(state).filter(one => one !== known), now]
  const values = { n: more.length + 1 }
  const empty: MoveState = { ...emptyHanded(state), task: null, more }
  if (known !== undefined) return go({ ...empty, ...known, at: 'to' }, 'ok', 'move.several', values)
  const next = takePallet(empty, pallet, view, moment)
  return next.verdict === 'ok'
    ? go(next.state, 'ok', 'move.several', values)
    : stay(state, next.verdict, next.message.key, next.message.values)
}

/** What is on the screen has its place, or was let go of: the pallet that was taken before it comes up. */
export const nextInHand = (before: MoveState, next: MoveNext): MoveNext => {
  const last = others(before).at(-1)
  if (last === undefined || next.finished || before.at === 'from' || next.state.at !== 'from') return next
  return { ...next, state: { ...next.state, ...last, at: 'to', only: null, more: others(before).slice(0, -1) } }
}

/** Labels of the pallets that wait in hand. */
export const othersInHand = (state: MoveState): readonly Fact[] =>
  others(state).length === 0
    ? []
    : [
        {
          label: 'fact.inHand',
          value: others(state)
            .map(({ load }) => load.label)
            .join(' '),
          kind: 'code',
        },
      ]
