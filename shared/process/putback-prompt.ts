import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { promptMove } from './move-prompt.ts'
import type { MoveState } from './move-state.ts'
import type { KeyOffer, Prompt, PromptLine } from './process.ts'
import { isWaiting } from './putback-task.ts'

const KEYS: readonly KeyOffer[] = [
  { command: 'XCALT', word: 'key.other' },
  { command: 'XCBAK', word: 'key.back' },
]

/** Which tote, what of it, and where it goes; the list is all that waits in that tote. */
export const promptPutback = (state: MoveState, view: View): Prompt => {
  const prompt = promptMove(state, view)
  const from = state.from ?? (state.task === null ? null : (view.task(state.task)?.goods?.from.location ?? null))
  const tote = from === null ? null : (view.location(from)?.code ?? null)
  const place = state.goal === null ? undefined : view.location(state.goal)
  const base: Prompt = {
    ...prompt,
    title: { word: 'putback', code: tote },
    lines: [...view.tasks()]
      .filter(task => isWaiting(task) && task.goods?.from.location === from)
      .map((task): PromptLine => {
        const { item, lot, serial, qty } = task.goods ?? { item: null, lot: '', serial: '', qty: 0 }
        const name = item === null ? '' : (view.item(item)?.name ?? '')
        return {
          id: task.id,
          title: [name, lot, serial].filter(Boolean).join(' · '),
          place: task.goods?.to == null ? null : (view.location(task.goods.to)?.code ?? null),
          done: 0,
          wanted: qty,
          state: task.id === state.task ? 'next' : 'open',
        }
      }),
  }
  if (state.at === 'from')
    return {
      ...base,
      hero: tote === null ? { kind: 'none', value: '' } : { kind: 'code', value: tote },
      ask: { kind: 'tote', message: message('back.from') },
      expects: ['tote', 'carton', 'location'],
      keys: [],
    }
  if (state.at === 'goods') return { ...base, expects: ['item'], keys: KEYS.slice(1) }
  return {
    ...base,
    hero: place === undefined ? base.hero : { kind: 'code', value: place.code },
    lines: [],
    ask: {
      kind: 'location',
      message: place === undefined ? message('put.noPlace') : message('put.to', { place: place.code }),
    },
    expects: ['location'],
    keys: KEYS,
  }
}
