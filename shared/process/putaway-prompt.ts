import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { promptMove } from './move-prompt.ts'
import type { MoveState } from './move-state.ts'
import type { Fact, KeyOffer, Prompt } from './process.ts'

export const OVERRIDE_REASONS = ['FULL', 'CLOSED_PLACE', 'BETTER_PLACE'] as const

const KEYS: readonly KeyOffer[] = [
  { command: 'XCALT', word: 'key.other' },
  { command: 'XCFUL', word: 'key.full' },
]
const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const BROKEN: KeyOffer = { command: 'XCDMG', word: 'key.damaged' }
const NOT_THERE: KeyOffer = { command: 'XCNTF', word: 'key.notFound' }
const LATER: KeyOffer = { command: 'XCSKP', word: 'key.skip' }

export const promptPutaway = (state: MoveState, view: View): Prompt => {
  const prompt = promptMove(state, view)
  const base: Prompt = { ...prompt, title: { ...prompt.title, word: 'putaway' } }
  if (state.at === 'from')
    return {
      ...base,
      ask: { kind: 'lpn', message: message('put.what') },
      expects: ['lpn', 'item', 'location'],
    }
  if (state.at === 'goods') return { ...base, keys: [...base.keys, NOT_THERE, LATER] }
  if (state.at === 'reason' && state.chosen !== null)
    return { ...base, choices: OVERRIDE_REASONS.map(reason => ({ word: `reason.${reason}` as const, value: reason })) }
  if (state.at !== 'to') return base
  const place = state.goal === null ? undefined : view.location(state.goal)
  const partly: readonly KeyOffer[] = state.load?.kind === 'pallet' ? [{ command: 'XCPAR', word: 'key.partly' }] : []
  return {
    ...base,
    hero: place === undefined ? base.hero : { kind: 'code', value: place.code },
    facts: [...loadFacts(state), ...base.facts].slice(0, 3),
    lines: [],
    ask: {
      kind: 'location',
      message: place === undefined ? message('put.noPlace') : message('put.to', { place: place.code }),
    },
    keys: [
      ...KEYS,
      ...partly,
      ...(state.load?.kind === 'goods' ? [BROKEN] : []),
      ...(state.load?.kind === 'whole' ? [] : [NOT_THERE]),
      LATER,
      BACK,
    ],
  }
}

const loadFacts = ({ load }: MoveState): Fact[] => {
  if (load?.kind === 'goods') return [{ label: 'fact.take', value: String(load.qty), kind: 'quantity' }]
  return load?.kind === 'pallet' ? [{ label: 'fact.pallet', value: load.label, kind: 'code' }] : []
}
