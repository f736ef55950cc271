import type { Handheld } from '../../pwa/sync/handheld.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { keyOf, stockKeyText } from '../../shared/ledger/stock.ts'
import { dueAgain, seenOf } from '../../shared/process/count-state.ts'
import type { CountState } from '../../shared/process/count-state.ts'
import type { ProcessState, Prompt } from '../../shared/process/process.ts'
import { sees } from './check-scope.ts'
import type { Device } from './device.ts'
import { lotOf } from './floor.ts'
import { begin, promptOf, step } from './hands.ts'
import type { Deed, Turn } from './hands.ts'
import type { Stage } from './stage.ts'

export const isCount = (hand: ProcessState | null): hand is CountState => hand?.process === 'count'

/** The next scan, key or number of a count that was planned or asked for; null = there is none for this worker. */
export const countTurn = async (stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null> => {
  const { hand } = device
  if (!isCount(hand)) return hand === null ? openCount(stage, device, handheld) : null
  const prompt = promptOf(stage, handheld, hand)
  if (prompt === null) return null
  return step(stage, handheld, hand, prompt, deedOf(stage, device, handheld, hand, prompt))
}

/** A count is taken before it begins: the figures have to be off the screen by then. A recount is for somebody else. */
const openCount = async (stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null> => {
  const waiting = [...handheld.world().tasks()].filter(
    ({ kind, state, count }) =>
      kind === 'count' && state !== 'done' && state !== 'cancelled' && !(count?.notBy.includes(device.worker) ?? true),
  )
  const own = waiting.find(task => task.lease?.device === device.id)
  if (own !== undefined) return begin(stage, handheld, 'count', { task: own.id })
  const free = waiting.filter(task => task.lease === null)
  if (free.length === 0 || device.asking) return null
  const { life } = device
  device.asking = true
  const answered = (): void => {
    if (device.life === life) device.asking = false
  }
  void handheld.lease(stage.dice.pick(free).id, false).then(answered, answered)
  return null
}

const deedOf = (stage: Stage, device: Device, handheld: Handheld, hand: CountState, prompt: Prompt): Deed => {
  const { dice, site } = stage
  if (prompt.confirm !== null) return { scan: prompt.confirm.code }
  switch (hand.at) {
    case 'place':
      return dice.chance(0.05) ? { scan: 'NOBODY-KNOWS-THIS' } : { scan: prompt.hero.value }
    case 'goods':
    case 'again': {
      if (hand.row !== null && !hand.row.typed) return looksAt(stage, device, hand.row.key)
      if (dice.chance(0.02)) return { scan: 'NOBODY-KNOWS-THIS' }
      const due = hand.row === null ? dueAgain(hand, handheld.world()) : undefined
      const next = due?.item ?? lyingHere(stage, device, hand).find(key => seenOf(hand, key) === undefined)?.item
      const isThis = next !== undefined && next === hand.row?.key.item
      return next === undefined || isThis ? { key: 'XCDNE' } : { scan: skuOf(stage, next) }
    }
    case 'lot':
      return { scan: lotOf(site, hand.hand?.item ?? '').lot }
    case 'status': {
      const open = prompt.choices.findIndex(({ value }) => !hand.seen.some(row => row.status === value))
      return { choice: Math.max(1, open + 1) }
    }
    case 'missing':
      // Not counted where more was taken than can lie there: the books will say so.
      return { choice: missingIsNone(stage, handheld, hand) ? 1 : 2 }
    case 'unmatched':
      return { key: 'XCDNE' }
    default:
      return { key: 'XCBAK' }
  }
}

/** The number that is typed is what lies there at this instant. */
const looksAt = ({ schedule, truth }: Stage, device: Device, key: StockKey): Deed => {
  const text = stockKeyText(key)
  const qty = truth.lies.get(text) ?? 0
  device.looked = { key: text, qty, at: schedule.now() }
  return { number: Math.max(0, qty) }
}

const skuOf = ({ site }: Stage, item: string): string => site.items.find(one => one.id === item)?.sku ?? ''

/** What the counter sees: goods that may be looked at, each row once. */
const lyingHere = ({ truth }: Stage, device: Device, hand: CountState): readonly StockKey[] =>
  [...truth.lies].flatMap(([text, qty]) => {
    const key = keyIn(text)
    const isAsked = key.location === hand.location && (hand.only === null || key.item === hand.only)
    return qty > 0 && isAsked && sees(device, key.client) ? [key] : []
  })

const keyIn = (text: string): StockKey => {
  const [location, lpn, status, client, item, lot, serial] = text.split('\u001f')
  return keyOf({ location, lpn, status, client, item, lot, serial } as StockKey)
}

const missingIsNone = ({ truth }: Stage, handheld: Handheld, hand: CountState): boolean =>
  hand.location !== null &&
  handheld
    .world()
    .stockAt(hand.location)
    .filter(row => seenOf(hand, keyOf(row)) === undefined)
    .every(row => (truth.lies.get(stockKeyText(row)) ?? 0) === 0)
