import { NO_LPN } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { message } from './answer.ts'
import { labelOf } from './lpn.ts'
import { placesToChoose } from './pick-elsewhere.ts'
import { askedOf } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { unbound } from './pick-open.ts'
import { shortReasons } from './pick-short.ts'
import { heldQty, markOf, toteOf, walk } from './pick-state.ts'
import type { PickState } from './pick-state.ts'
import { ready } from './pick-tote.ts'
import { PHOTO_KEY } from './photo.ts'
import type { Fact, KeyOffer, Moment, Prompt, PromptLine } from './process.ts'

/** Why another lot than the one that expires first was taken. */
export const FEFO_REASONS = ['NOT_FOUND', 'UNREACHABLE', 'DAMAGED', 'OTHER'] as const

const SHORT: KeyOffer = { command: 'XCSHT', word: 'key.short' }
const DAMAGED: KeyOffer = { command: 'XCDMG', word: 'key.damaged' }
const WRONG_LOT: KeyOffer = { command: 'XCWLT', word: 'key.wrongLot' }
const FULL: KeyOffer = { command: 'XCFUL', word: 'key.toteFull' }
const SKIP: KeyOffer = { command: 'XCSKP', word: 'key.skip' }
const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const WORK = [SHORT, FULL, SKIP, DAMAGED]

const KEYS: Record<PickState['at'], readonly KeyOffer[]> = {
  start: [],
  bind: [],
  place: WORK,
  goods: WORK,
  lot: [BACK],
  serial: [BACK, SHORT],
  fefo: [BACK],
  tote: [SHORT, FULL, BACK],
  zero: [
    { command: 'XCYES', word: 'key.yes' },
    { command: 'XCNAY', word: 'key.no' },
  ],
  full: [BACK],
  unload: [SKIP],
  shortQty: [{ command: 'XCMPT', word: 'key.empty' }, BACK],
  reason: [BACK, PHOTO_KEY],
  elsewhere: [{ command: 'XCNAY', word: 'key.no' }, BACK],
  damaged: [BACK, PHOTO_KEY],
}
const EXPECTS: Record<PickState['at'], Prompt['expects']> = {
  start: ['task', 'document', 'tote'],
  bind: ['tote'],
  place: ['location'],
  goods: ['item', 'lpn', 'tote'],
  lot: ['lot'],
  serial: ['serial'],
  fefo: [],
  tote: ['tote', 'item'],
  zero: ['location'],
  full: ['tote', 'location'],
  unload: ['location'],
  shortQty: [],
  reason: [],
  elsewhere: ['location'],
  damaged: [],
}

export const PICK_STATES: readonly string[] = Object.keys(KEYS)

/** States that are about no stop of the walk. */
const OUTSIDE: ReadonlySet<PickState['at']> = new Set(['start', 'bind', 'zero', 'unload'])

export const promptPick = (before: PickState, view: View, moment: Moment): Prompt => {
  const state = ready(before, view)
  const open = state.at === 'start' ? [] : walk(state, view)
  const [stop] = open
  const all = state.documents.flatMap(id => view.linesOf(id)).filter(line => line.state !== 'cancelled')
  const [first] = state.documents
  const document = stop?.document ?? (first === undefined ? undefined : view.document(first))
  return {
    title: { word: 'pick', code: document?.number ?? null },
    progress: first === undefined ? null : { done: all.filter(line => line.state !== 'open').length, all: all.length },
    hero: hero(state, stop, view),
    facts: stop === undefined || OUTSIDE.has(state.at) ? [] : facts(state, stop, view),
    picture: stop === undefined || OUTSIDE.has(state.at) ? null : (view.item(stop.line.item)?.picture ?? null),
    lines: open.slice(0, 50).map((one, i) => lineOf(one, view, i === 0, takenAt(one, open))),
    ask: askPick(state, view),
    expects: EXPECTS[state.at],
    client: document?.client ?? null,
    choices: choices(state, stop, view, moment),
    keys: keysOf(state, stop, view),
    confirm: state.confirm,
  }
}

const keysOf = ({ at }: PickState, stop: Stop | undefined, view: View): readonly KeyOffer[] =>
  at === 'goods' && stop !== undefined && view.item(stop.line.item)?.tracking.lot === true
    ? [SHORT, WRONG_LOT, ...KEYS.goods.slice(1)]
    : KEYS[at]

const choices = (state: PickState, stop: Stop | undefined, view: View, moment: Moment): Prompt['choices'] => {
  if (stop === undefined) return []
  if (state.at === 'reason')
    return shortReasons(stop, view).map(reason => ({ word: `reason.${reason}` as const, value: reason }))
  if (state.at === 'fefo') return FEFO_REASONS.map(reason => ({ word: `reason.${reason}` as const, value: reason }))
  if (state.at !== 'elsewhere') return []
  return placesToChoose(stop, view, moment.today).map(claim => {
    const code = view.location(claim.location)?.code ?? ''
    const more = [labelOf(view, claim.lpn), claim.lot].filter(text => text !== '').join(' ')
    return {
      word: 'fact.place' as const,
      value: [claim.location, claim.lpn, claim.lot, claim.serial].join('/'),
      code: `${code}${more === '' ? '' : ` ${more}`} ×${claim.qty}`,
    }
  })
}

const hero = (state: PickState, stop: Stop | undefined, view: View): Prompt['hero'] => {
  if (state.at === 'zero' && state.zero !== null)
    return { kind: 'code', value: view.location(state.zero.place)?.code ?? '' }
  if (state.at === 'unload' && state.station !== null)
    return { kind: 'code', value: view.location(state.station)?.code ?? '' }
  if (state.at === 'bind') {
    const task = unbound(state, view)
    const mark = task?.document ? markOf(state, task.document) : ''
    return mark === '' ? { kind: 'none', value: '' } : { kind: 'text', value: mark }
  }
  if (stop === undefined || OUTSIDE.has(state.at)) return { kind: 'none', value: '' }
  const mark = markOf(state, stop.document.id)
  return state.at === 'tote' && mark !== '' ? { kind: 'text', value: mark } : { kind: 'code', value: stop.code }
}

/** The item, how much of it, of which lot, from which pallet, into which tote. */
const facts = (state: PickState, stop: Stop, view: View): Fact[] => {
  const { claim, line } = stop
  const asked = askedOf(stop)
  const held = heldQty(state)
  const lpn = labelOf(view, claim.lpn)
  const { totes } = state
  return [
    { label: null, value: view.item(line.item)?.name ?? '', kind: 'text' },
    { label: 'fact.take', value: held > 0 ? `${held} / ${asked}` : String(asked), kind: 'quantity' },
    ...(claim.lpn === NO_LPN || lpn === '' ? [] : [{ label: 'fact.pallet', value: lpn, kind: 'code' } as const]),
    ...(claim.lot === '' ? [] : [{ label: 'fact.lot', value: claim.lot, kind: 'code' } as const]),
    ...(claim.serial === '' ? [] : [{ label: 'fact.serial', value: claim.serial, kind: 'code' } as const]),
    ...(totes === 'each' ? [{ label: 'fact.tote', value: toteName(state, stop, view), kind: 'text' } as const] : []),
    ...(stop.doubt ? [{ label: 'fact.doubt', value: '▲', kind: 'text' } as const] : []),
  ]
}

const toteName = (state: PickState, { document }: Stop, view: View): string => {
  const tote = toteOf(state, view, document.id)
  const code = tote === null ? '' : (view.location(tote)?.code ?? '')
  return `${markOf(state, document.id)} ${code}`.trim()
}

/** What was taken of the lines of a stop; where a line has an earlier stop as well, that one tells it. */
const takenAt = ({ parts }: Stop, open: readonly Stop[]): number =>
  [...new Set(parts.map(({ line }) => line))]
    .filter(line => open.find(one => one.parts.some(part => part.line.id === line.id))?.parts === parts)
    .reduce((sum, line) => sum + line.done, 0)

const lineOf = (stop: Stop, view: View, next: boolean, taken: number): PromptLine => ({
  id: stop.id,
  title: view.item(stop.line.item)?.name ?? '',
  place: stop.code,
  done: taken,
  wanted: taken + askedOf(stop),
  state: next ? 'next' : 'open',
})

/** The one thing to do now, in the words that a NO or BACK comes back to as well. */
export const askPick = (state: PickState, view: View): Prompt['ask'] => {
  const [stop] = state.at === 'start' ? [] : walk(state, view)
  const item = stop === undefined ? '' : (view.item(stop.line.item)?.name ?? '')
  const n = stop === undefined ? 0 : askedOf(stop)
  const binding = state.at === 'bind' ? (unbound(state, view)?.document ?? null) : null
  const mark = markOf(state, binding ?? stop?.document.id ?? ('' as never))
  const asks: Record<PickState['at'], () => Prompt['ask']> = {
    start: () => ({ kind: 'task', message: message('scan.task') }),
    bind: () => ({ kind: 'tote', message: scanTote(mark) }),
    place: () => ({ kind: 'location', message: message('scan.place', { place: stop?.code ?? '' }) }),
    // Goods in hand here wait for a number only: the client counts by keys.
    goods: () =>
      state.hand === null
        ? { kind: 'item', message: message('scan.item', { item }) }
        : { kind: 'quantity', message: message('how.many', { n }) },
    lot: () => ({ kind: 'lot', message: message('scan.lot', { item }) }),
    serial: () => ({ kind: 'serial', message: message('scan.serial', { item }) }),
    fefo: () => ({ kind: 'reason', message: message('why') }),
    tote: () => ({ kind: 'tote', message: scanTote(mark) }),
    zero: () => ({ kind: 'confirm', message: zeroQuestion(state, view) }),
    full: () => ({ kind: 'tote', message: message('tote.next') }),
    unload: () => ({ kind: 'location', message: message('scan.station') }),
    shortQty: () => ({ kind: 'quantity', message: message('how.many', { n }) }),
    reason: () => ({ kind: 'reason', message: message('why') }),
    elsewhere: () => ({ kind: 'reason', message: message('where.else') }),
    damaged: () => ({ kind: 'quantity', message: message('how.many.broken', { n }) }),
  }
  return asks[state.at]()
}

const scanTote = (mark: string): ReturnType<typeof message> =>
  mark === '' ? message('scan.tote') : message('scan.tote.mark', { mark })

/** Where other goods lie at the place as well, only the item is asked for. */
const zeroQuestion = ({ zero }: PickState, view: View): ReturnType<typeof message> => {
  const others = zero === null ? [] : view.stockAt(zero.place).filter(row => row.item !== zero.item && row.onHand > 0)
  const place = zero === null ? '' : (view.location(zero.place)?.code ?? '')
  const item = zero === null ? '' : (view.item(zero.item)?.name ?? '')
  return others.length === 0 ? message('zero.place', { place }) : message('zero.item', { place, item })
}
