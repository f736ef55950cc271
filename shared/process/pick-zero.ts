import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Draft } from '../sync/command.ts'
import { stay } from './answer.ts'
import { onward } from './pick-onward.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Input } from './process.ts'
import { placesIn } from './readings.ts'

/** K6: YES books nothing; NO asks for a count of the item here. A scan of the next place is a YES where the policy says so. */
export const stepZero = (state: PickState, input: Input, view: View): PickNext | { goOn: PickState } => {
  const { zero } = state
  if (zero === null) return onward(state, view, null, { verdict: 'ok', key: 'place.ok', values: { place: '' } }, [])
  if (input.kind === 'key' && (input.command === 'XCYES' || input.command === 'XCNAY')) {
    const isEmpty = input.command === 'XCYES'
    const count: Draft = {
      type: 'count.request',
      process: 'pick',
      client: zero.client,
      only: zero.item,
      place: zero.place,
      cause: 'zero',
    }
    const place = view.location(zero.place)?.code ?? ''
    const said = {
      verdict: 'ok' as const,
      key: isEmpty ? ('zero.yes' as const) : ('zero.no' as const),
      values: { place },
    }
    return onward({ ...state, place: zero.place }, view, null, said, isEmpty ? [] : [count])
  }
  const isNextPlace = input.kind === 'scan' && placesIn(input.resolved).some(place => place !== zero.place)
  if (!isNextPlace || !policyFor(view.policies, zero.client).pick.zeroImplied) return stay(state, 'wrong', 'zero.first')
  const next = onward({ ...state, place: zero.place }, view, null, { verdict: 'ok', key: 'place.ok', values: {} }, [])
  return next.finished ? next : { goOn: next.state }
}
