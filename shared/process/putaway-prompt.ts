import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { promptMove } from './move-prompt.ts'
import type { MoveState } from './move-state.ts'
import type { Fact, KeyOffer, Prompt } from './process.ts'
import { mayCancel, mayLeave, mayMiss } from './putaway-trouble.ts'

export const OVERRIDE_REASONS = ['FULL', 'CLOSED_PLACE', 'BETTER_PLACE'] as const

const KEYS: readonly KeyOffer[] = [
  { command: 'XCALT', word: 'key.other' },
  { command: 'XCFUL', word: 'key.full' },
  { command: 'XCBAK', word: 'key.back' },
]
const MISSED: KeyOffer = { command: 'XCNTF', word: 'key.notFound' }
const LATER: KeyOffer = { command: 'XCSKP', word: 'key.skip' }
const CANCEL: KeyOffer = { command: 'XCCNL', word: 'key.cancel' }
const SPLIT: KeyOffer = { command: 'XCSPL', word: 'key.split' }
const BROKEN: KeyOffer = { command: 'XCDMG', word: 'key.damaged' }

export const promptPutaway = (state: MoveState, view: View): Prompt => {
  const prompt = promptMove(state, view)
  const base: Prompt = { ...prompt, title: { ...prompt.title, word: 'putaway' } }
  if (state.at === 'from')
    return {
      ...base,
      ask: { kind: 'lpn', message: message('put.what') },
      expects: ['lpn', 'item', 'location'],
    }
  if (state.at === 'reason')
    return { ...base, choices: OVERRIDE_REASONS.map(reason => ({ word: `reason.${reason}` as const, value: reason })) }
  const trouble = [
    ...(mayMiss(state, view) ? [MISSED] : []),
    ...(mayLeave(state) ? [LATER] : []),
    ...(mayCancel(state, view) ? [CANCEL] : []),
  ]
  if (state.at !== 'to') return { ...base, keys: [...base.keys, ...trouble] }
  const place = state.goal === null ? undefined : view.location(state.goal)
  const partly: readonly KeyOffer[] =
    state.load?.kind === 'pallet'
      ? [{ command: 'XCPAR', word: 'key.partly' }]
      : state.load?.kind === 'whole'
        ? [SPLIT]
        : []
  const isSound = state.load?.kind === 'goods' && state.load.status !== 'damaged'
  const broken: readonly KeyOffer[] = isSound ? [BROKEN] : []
  return {
    ...base,
    hero: place === undefined ? base.hero : { kind: 'code', value: place.code },
    facts: [...loadFacts(state), ...base.facts].slice(0, 3),
    lines: [],
    ask: {
      kind: 'location',
      message: place === undefined ? message('put.noPlace') : message('put.to', { place: place.code }),
    },
    keys: [...KEYS.slice(0, 2), ...partly, ...broken, ...KEYS.slice(2), ...trouble],
  }
}

const loadFacts = ({ load }: MoveState): Fact[] => {
  if (load?.kind === 'goods') return [{ label: 'fact.take', value: String(load.qty), kind: 'quantity' }]
  return load?.kind === 'pallet' ? [{ label: 'fact.pallet', value: load.label, kind: 'code' }] : []
}
