import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { askedOf, visitId } from './pick-lines.ts'
import type { Visit } from './pick-lines.ts'
import { SHORT_REASONS } from './pick-short.ts'
import { settled, walk } from './pick-state.ts'
import type { PickState } from './pick-state.ts'
import type { Fact, KeyOffer, Prompt, PromptLine } from './process.ts'

const WORK: readonly KeyOffer[] = [
  { command: 'XCSHT', word: 'key.short' },
  { command: 'XCSKP', word: 'key.skip' },
]
const BACK: readonly KeyOffer[] = [{ command: 'XCBAK', word: 'key.back' }]
const KEYS: Record<PickState['at'], readonly KeyOffer[]> = {
  start: [],
  tote: [],
  place: WORK,
  goods: WORK,
  lot: BACK,
  serial: BACK,
  shortQty: [{ command: 'XCMPT', word: 'key.empty' }, ...BACK],
  reason: BACK,
}
const EXPECTS: Record<PickState['at'], Prompt['expects']> = {
  start: ['task', 'document', 'tote'],
  tote: ['tote'],
  place: ['location'],
  goods: ['item'],
  lot: ['lot'],
  serial: ['serial'],
  shortQty: [],
  reason: [],
}

export const PICK_STATES: readonly string[] = Object.keys(KEYS)

export const promptPick = (before: PickState, view: View): Prompt => {
  const state = settled(before, view)
  const document = state.document === null ? undefined : view.document(state.document)
  const all = document === undefined ? [] : view.linesOf(document.id).filter(line => line.state !== 'cancelled')
  const open = walk(state, view)
  const [visit] = open
  return {
    title: { word: 'pick', code: document?.number ?? null },
    progress:
      document === undefined ? null : { done: all.filter(line => line.state !== 'open').length, all: all.length },
    hero: hero(state, visit),
    facts: visit === undefined || state.at === 'start' || state.at === 'tote' ? [] : facts(visit, view),
    lines: open.slice(0, 50).map((v, i) => lineOf(v, view, i === 0)),
    ask: askPick(state, view),
    expects: EXPECTS[state.at],
    client: document?.client ?? null,
    choices:
      state.at === 'reason' ? SHORT_REASONS.map(reason => ({ word: `reason.${reason}` as const, value: reason })) : [],
    keys: KEYS[state.at],
    confirm: state.confirm,
  }
}

const hero = (state: PickState, visit: Visit | undefined): Prompt['hero'] =>
  visit === undefined || state.at === 'start' || state.at === 'tote'
    ? { kind: 'none', value: '' }
    : { kind: 'code', value: visit.code }

const facts = (visit: Visit, view: View): Fact[] => [
  { label: null, value: view.item(visit.line.item)?.name ?? '', kind: 'text' },
  { label: 'fact.take', value: String(askedOf(visit)), kind: 'quantity' },
  ...(visit.claim.serial === '' ? lotFact(visit) : serialFact(visit)),
]
const lotFact = ({ claim }: Visit): Fact[] =>
  claim.lot === '' ? [] : [{ label: 'fact.lot', value: claim.lot, kind: 'code' }]
const serialFact = ({ claim }: Visit): Fact[] => [{ label: 'fact.serial', value: claim.serial, kind: 'code' }]

const lineOf = (visit: Visit, view: View, next: boolean): PromptLine => ({
  id: visitId(visit),
  title: view.item(visit.line.item)?.name ?? '',
  place: visit.code,
  done: 0,
  wanted: askedOf(visit),
  state: next ? 'next' : 'open',
})

/** The one thing to do now, in the words that a NO or BACK comes back to as well. */
export const askPick = (state: PickState, view: View): Prompt['ask'] => {
  const [visit] = walk(state, view)
  const item = visit === undefined ? '' : (view.item(visit.line.item)?.name ?? '')
  const n = visit === undefined ? 0 : askedOf(visit)
  const asks: Record<PickState['at'], Prompt['ask']> = {
    start: { kind: 'task', message: message('scan.task') },
    tote: { kind: 'tote', message: message('scan.tote', { mark: '' }) },
    place: { kind: 'location', message: message('scan.place', { place: visit?.code ?? '' }) },
    // Goods in hand here wait for a number only: the client counts by keys.
    goods:
      state.hand === null
        ? { kind: 'item', message: message('scan.item', { item }) }
        : { kind: 'quantity', message: message('how.many', { n }) },
    lot: { kind: 'lot', message: message('scan.lot', { item }) },
    serial: { kind: 'serial', message: message('scan.serial', { item }) },
    shortQty: { kind: 'quantity', message: message('how.many', { n }) },
    reason: { kind: 'reason', message: message('why') },
  }
  return asks[state.at]
}
