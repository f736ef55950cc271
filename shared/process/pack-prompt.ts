import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { message } from './answer.ts'
import { missable } from './pack-close.ts'
import { boxed, orderOf, sumOf, waiting } from './pack-state.ts'
import type { PackState } from './pack-state.ts'
import type { Fact, KeyOffer, Prompt, PromptLine } from './process.ts'

const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const KEYS: Record<PackState['at'], readonly KeyOffer[]> = {
  start: [],
  carton: [{ command: 'XCLSE', word: 'key.noBox' }, BACK],
  verify: [
    { command: 'XCDNE', word: 'key.done' },
    { command: 'XCCLS', word: 'key.closeBox' },
    { command: 'XCNBX', word: 'key.newBox' },
    { command: 'XCPRT', word: 'key.print' },
    { command: 'XCMSS', word: 'key.missing' },
    { command: 'XCXTR', word: 'key.extra' },
    { command: 'XCDMG', word: 'key.damaged' },
    { command: 'XCUNP', word: 'key.unpack' },
    { command: 'XCSHS', word: 'key.shipShort' },
  ],
  lot: [BACK],
  serial: [BACK],
  missing: [BACK],
  weight: [{ command: 'XCSKP', word: 'key.skip' }, BACK],
  tracking: [BACK],
}
export const PACK_STATES: readonly string[] = Object.keys(KEYS)

const EXPECTS: Record<PackState['at'], Prompt['expects']> = {
  start: ['tote', 'document', 'task', 'carton', 'item', 'cart'],
  carton: ['carton'],
  verify: ['item', 'carton'],
  lot: ['lot'],
  serial: ['serial'],
  missing: [],
  weight: [],
  tracking: [],
}
const WANTED = { pack: 'pack.item', unpack: 'pack.itemOut', damaged: 'pack.itemBad', extra: 'pack.itemExtra' } as const

export const askPack = (state: PackState, view: View): Prompt['ask'] => {
  const asks: Record<PackState['at'], Prompt['ask']> = {
    start: { kind: 'tote', message: message('pack.start') },
    carton: { kind: 'carton', message: message('pack.box') },
    verify: { kind: 'item', message: message(isDone(state, view) ? 'pack.done' : WANTED[state.mode]) },
    lot: { kind: 'lot', message: message('scan.lot') },
    serial: { kind: 'serial', message: message('scan.serial') },
    missing: { kind: 'reason', message: message('pack.which.missing') },
    weight: { kind: 'quantity', message: message('pack.weight') },
    tracking: { kind: 'text', message: message('pack.tracking') },
  }
  return asks[state.at]
}

const isDone = (state: PackState, view: View): boolean => {
  const order = orderOf(state, view)
  return state.mode === 'pack' && order !== undefined && waiting(view, order.id).length === 0
}

export const promptPack = (state: PackState, view: View): Prompt => {
  const document = orderOf(state, view)
  const wait = document === undefined ? [] : waiting(view, document.id)
  const done = document === undefined ? [] : boxed(view, document.id)
  const box = state.carton === null ? undefined : view.location(state.carton)
  const isOpen = state.at !== 'start' && document !== undefined
  return {
    title: { word: 'pack', code: document?.number ?? null },
    progress: isOpen ? { done: sumOf(done), all: sumOf(done) + sumOf(wait) } : null,
    hero:
      isOpen && state.at !== 'carton' ? { kind: 'number', value: String(sumOf(wait)) } : { kind: 'none', value: '' },
    facts: isOpen ? factsOf(box?.code ?? null, document.carrier ?? null) : [],
    lines: isOpen ? [...linesOf(wait, view, 'open'), ...linesOf(done, view, 'done')].slice(0, 50) : [],
    ask: askPack(state, view),
    expects: EXPECTS[state.at],
    client: document?.client ?? null,
    choices: choicesOf(state, view),
    keys: state.mode === 'pack' ? KEYS[state.at] : [BACK],
    confirm: state.confirm,
  }
}

const factsOf = (box: string | null, carrier: string | null): Fact[] => [
  ...(box === null ? [] : [{ label: 'fact.box' as const, value: box, kind: 'code' as const }]),
  ...(carrier === null ? [] : [{ label: 'fact.carrier' as const, value: carrier, kind: 'text' as const }]),
]

const linesOf = (rows: ReturnType<typeof waiting>, view: View, state: PromptLine['state']): PromptLine[] =>
  rows.map(({ line, claim }) => ({
    id: [line.id, claim.location, claim.lot, claim.serial].join('/'),
    title: [view.item(line.item)?.name ?? '', claim.lot, claim.serial].filter(Boolean).join(' · '),
    place: view.location(claim.location)?.code ?? null,
    done: state === 'done' ? claim.qty : 0,
    wanted: claim.qty,
    state,
  }))

const choicesOf = (state: PackState, view: View): Prompt['choices'] => {
  const document = orderOf(state, view)
  if (state.at === 'carton' && document !== undefined)
    return policyFor(view.policies, document.client)
      .pack.cartons.slice(0, 9)
      .map(type => ({ word: 'fact.box' as const, value: type.name, code: type.name }))
  if (state.at === 'missing')
    return missable(state, view).map(({ line, claim }) => ({
      word: 'fact.item' as const,
      value: [line.id, claim.lot, claim.serial].join('/'),
      code: view.item(line.item)?.name ?? '',
    }))
  return []
}
