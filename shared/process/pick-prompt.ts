import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { askedOf, visits } from './pick-lines.ts'
import type { Visit } from './pick-lines.ts'
import type { PickState } from './pick.ts'
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
const REASONS = ['NOT_FOUND', 'EMPTY', 'DAMAGED', 'MISPLACED', 'UNREACHABLE'] as const

export const promptPick = (state: PickState, view: View): Prompt => {
  const document = state.document === null ? undefined : view.document(state.document)
  const all = document === undefined ? [] : view.linesOf(document.id).filter(line => line.state !== 'cancelled')
  const open = document === undefined ? [] : visits(view, document.id, state.postponed)
  const visit = open[0]
  const place = visit === undefined ? '' : (view.location(visit.claim.location)?.code ?? '')
  return {
    title: { word: 'pick', code: document?.number ?? null },
    progress:
      document === undefined ? null : { done: all.filter(line => line.state !== 'open').length, all: all.length },
    hero: hero(state, visit, place),
    facts: visit === undefined || state.at === 'start' || state.at === 'tote' ? [] : facts(visit, view),
    lines: open.slice(0, 50).map((v, i) => lineOf(v, view, i === 0)),
    ask: askOf(state, visit, view, place),
    expects: EXPECTS[state.at],
    client: document?.client ?? null,
    choices: state.at === 'reason' ? REASONS.map(reason => ({ word: `reason.${reason}` as const, value: reason })) : [],
    keys: KEYS[state.at],
    confirm: state.confirm,
  }
}

const hero = (state: PickState, visit: Visit | undefined, place: string): Prompt['hero'] => {
  if (visit === undefined || state.at === 'start' || state.at === 'tote') return { kind: 'none', value: '' }
  return { kind: 'code', value: place }
}

const facts = (visit: Visit, view: View): Fact[] => {
  const item = view.item(visit.line.item)
  return [
    { label: null, value: item?.name ?? '', kind: 'text' },
    { label: 'fact.take', value: String(askedOf(visit)), kind: 'quantity' },
    ...(visit.claim.lot === '' ? [] : [{ label: 'fact.lot' as const, value: visit.claim.lot, kind: 'code' as const }]),
  ]
}

const lineOf = (visit: Visit, view: View, next: boolean): PromptLine => ({
  id: `${visit.line.id}/${visit.claim.location}/${visit.claim.lot}`,
  title: view.item(visit.line.item)?.name ?? '',
  place: visit.code,
  done: 0,
  wanted: askedOf(visit),
  state: next ? 'next' : 'open',
})

const askOf = (state: PickState, visit: Visit | undefined, view: View, place: string): Prompt['ask'] => {
  const item = visit === undefined ? '' : (view.item(visit.line.item)?.name ?? '')
  switch (state.at) {
    case 'start':
      return { kind: 'task', message: message('scan.task') }
    case 'tote':
      return { kind: 'tote', message: message('scan.tote', { mark: '' }) }
    case 'place':
      return { kind: 'location', message: message('scan.place', { place }) }
    case 'goods':
      return { kind: 'item', message: message('scan.item', { item }) }
    case 'lot':
      return { kind: 'lot', message: message('scan.lot', { item }) }
    case 'serial':
      return { kind: 'serial', message: message('scan.serial', { item }) }
    case 'shortQty':
      return { kind: 'quantity', message: message('how.many', {}) }
    case 'reason':
      return { kind: 'reason', message: message('why', {}) }
  }
}
