import type { Handheld } from '../../pwa/sync/handheld.ts'
import type { ProcessState, Prompt } from '../../shared/process/process.ts'
import type { Device } from './device.ts'
import { begin, promptOf, slip, step, taskIn } from './hands.ts'
import type { Deed, Turn } from './hands.ts'
import type { Stage } from './stage.ts'

/** Goods at the dock are carried to a shelf, by the product's own process: what it asks for is scanned, mostly. */
export const putAwayTurn = async (stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null> => {
  const { hand } = device
  if (hand === null) return openPutAway(stage, handheld)
  // Between two loads other work may be wanted.
  const isFree = 'load' in hand && hand.load === null
  if (isFree && stage.dice.chance(0.1)) return { drafts: [], hand: null, writes: true }
  const prompt = promptOf(stage, handheld, hand)
  if (prompt === null) return null
  const turn = await step(stage, handheld, hand, prompt, deedOf(stage, handheld, hand, prompt))
  if (turn !== null && turn.hand !== null) claim(stage, device, handheld, turn.hand)
  return turn
}

const openPutAway = (stage: Stage, handheld: Handheld): Promise<Turn | null> => {
  const { dice } = stage
  const waiting = [...handheld.world().tasks()].filter(
    task => task.kind === 'putaway' && task.state !== 'done' && task.state !== 'cancelled',
  )
  if (waiting.length === 0) return Promise.resolve(null)
  const start = dice.chance(0.5) ? { task: dice.pick(waiting).id } : { nothing: true as const }
  return begin(stage, handheld, 'putaway', start)
}

/** The task is leased while the worker goes on: no scan waits for the network. */
const claim = (stage: Stage, device: Device, handheld: Handheld, hand: ProcessState): void => {
  const id = taskIn(handheld, hand)
  const task = id === null ? undefined : handheld.world().task(id)
  if (task === undefined || task.lease?.device === device.id || device.asking) return
  const { life } = device
  device.asking = true
  stage.seen.leases += 1
  const answered = (): void => {
    if (device.life === life) device.asking = false
  }
  void handheld.lease(task.id, stage.dice.chance(0.2)).then(answered, answered)
}

const deedOf = (stage: Stage, handheld: Handheld, hand: ProcessState, prompt: Prompt): Deed => {
  const { dice, site } = stage
  if (prompt.confirm !== null) return dice.chance(0.9) ? { scan: prompt.confirm.code } : { key: 'XCNAY' }
  if (dice.chance(0.05)) return slip(stage)
  if (dice.chance(0.06)) return { key: dice.pick(['XCBAK', 'XCSKP']) }
  const world = handheld.world()
  const from = 'from' in hand && typeof hand.from === 'string' ? hand.from : null
  const lying = [...world.locations()]
    .filter(place => (from === null ? place.kind === 'dock' : place.id === from))
    .flatMap(place => world.stockAt(place.id).filter(row => row.onHand > 0))
  const row = lying.length === 0 ? null : dice.pick(lying)
  switch (hand.at) {
    case 'from':
    case 'goods':
      return { scan: site.items.find(item => item.id === row?.item)?.sku ?? 'DOCK-1' }
    case 'lot':
      return { scan: row?.lot ?? '' }
    case 'reason':
      return { choice: 1 + dice.int(3) }
    default:
      return whereTo(stage, prompt)
  }
}

/** To the place that the handheld names, mostly, and all of it or not. */
const whereTo = ({ dice, site }: Stage, { hero, keys }: Prompt): Deed => {
  const roll = dice.int(20)
  if (roll < 4) return { number: 1 + dice.int(6) }
  if (roll === 4) return { key: dice.pick(['XCALT', 'XCDMG']) }
  if (roll === 5 && dice.chance(0.2)) return { key: 'XCFUL' }
  const isOffered = hero.kind === 'code' && keys.length > 0
  const shelves = site.locations.filter(place => place.kind === 'pickable')
  return { scan: isOffered && roll < 18 ? hero.value : dice.pick(shelves).code }
}
