import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { promptMove } from './move-prompt.ts'
import type { MoveState } from './move-state.ts'
import type { Fact, KeyOffer, Prompt } from './process.ts'

export const SHORT_REASONS = ['NOT_FOUND', 'EMPTY', 'UNREACHABLE'] as const

const SHORT: KeyOffer = { command: 'XCSHT', word: 'key.short' }
const LATER: KeyOffer = { command: 'XCSKP', word: 'key.skip' }
const FULL: KeyOffer = { command: 'XCFUL', word: 'key.full' }
const BROKEN: KeyOffer = { command: 'XCDMG', word: 'key.damaged' }
const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }

/** What is to be brought, from where, to which face; without a task the screen lists the open ones. */
export const promptReplenish = (state: MoveState, view: View): Prompt => {
  const prompt = promptMove(state, view)
  const task = state.task === null ? undefined : view.task(state.task)
  const goods = task?.goods ?? null
  const from = goods === null ? undefined : view.location(goods.from.location)
  const to = goods?.to == null ? undefined : view.location(goods.to)
  const item = goods?.item == null ? undefined : view.item(goods.item)
  const facts: Fact[] = [
    ...(item === undefined ? [] : [{ label: null, value: item.name, kind: 'text' } as const]),
    ...(goods?.qty == null ? [] : [{ label: 'fact.take', value: String(goods.qty), kind: 'quantity' } as const]),
    ...(goods === null || goods.lot === '' ? [] : [{ label: 'fact.lot', value: goods.lot, kind: 'code' } as const]),
    ...(to === undefined ? [] : [{ label: 'fact.face', value: to.code, kind: 'code' } as const]),
  ]
  const base: Prompt = { ...prompt, title: { word: 'replenish', code: to?.code ?? null }, facts, lines: [] }
  switch (state.at) {
    case 'from':
      return task === undefined
        ? {
            ...base,
            ask: { kind: 'location', message: message('rep.what') },
            expects: ['location', 'lpn', 'cart'],
            keys: [],
          }
        : {
            ...base,
            hero: { kind: 'code', value: from?.code ?? '' },
            ask: { kind: 'location', message: message('put.to', { place: from?.code ?? '' }) },
            expects: ['location', 'lpn', 'cart'],
            keys: [SHORT, LATER],
          }
    case 'goods':
    case 'lot':
    case 'serial':
      return {
        ...base,
        hero: { kind: 'text', value: item?.name ?? '' },
        facts: facts.slice(1),
        keys: [SHORT, BACK],
        expects: ['item', 'lpn'],
      }
    case 'reason':
      return {
        ...base,
        keys: [BACK],
        choices: SHORT_REASONS.map(reason => ({ word: `reason.${reason}` as const, value: reason })),
      }
    default:
      return {
        ...base,
        facts: facts.filter(fact => fact.label !== 'fact.face'),
        ask: { kind: 'location', message: message('put.to', { place: to?.code ?? '' }) },
        expects: ['location', 'item', 'cart'],
        keys: [FULL, BROKEN, BACK],
      }
  }
}
