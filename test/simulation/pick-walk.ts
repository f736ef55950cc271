import type { Handheld } from '../../pwa/sync/handheld.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { stopsOf } from '../../shared/process/pick-lines.ts'
import { current, heldQty } from '../../shared/process/pick-state.ts'
import type { PickState } from '../../shared/process/pick-state.ts'
import type { ProcessState, Prompt } from '../../shared/process/process.ts'
import type { Device } from './device.ts'
import { begin, promptOf, slip, step } from './hands.ts'
import type { Deed, Turn } from './hands.ts'
import { orderIn, totesOf } from './order-names.ts'
import type { Stage } from './stage.ts'

const isPick = (hand: ProcessState | null): hand is PickState => hand?.process === 'pick'

/** The next scan, key or number of a walk that was given out to this handheld; null = it has none. */
export const pickTurn = async (stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null> => {
  const { hand } = device
  if (!isPick(hand)) return openWalk(stage, device, handheld)
  const prompt = promptOf(stage, handheld, hand)
  if (prompt === null) return null
  return step(stage, handheld, hand, prompt, deedOf(stage, device, handheld, hand, prompt))
}

const openWalk = async (stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null> => {
  const world = handheld.world()
  for (const task of world.tasks()) {
    const isOver = task.state === 'done' || task.state === 'cancelled'
    if (task.kind !== 'pick' || isOver || task.lease?.device !== device.id || task.document === null) continue
    if (stopsOf(world, [task.document], 'one', []).length === 0) continue
    const turn = await begin(stage, handheld, 'pick', { task: task.id })
    if (turn === null) continue
    if (isPick(turn.hand) && turn.hand.totes === 'each') stage.seen['walks of several orders'] += 1
    return turn
  }
  return null
}

const deedOf = (stage: Stage, device: Device, handheld: Handheld, hand: PickState, prompt: Prompt): Deed => {
  const { dice } = stage
  if (prompt.confirm !== null) return dice.chance(0.9) ? { scan: prompt.confirm.code } : { key: 'XCNAY' }
  if (dice.chance(0.03)) return slip(stage)
  switch (hand.at) {
    case 'place':
    case 'unload':
      return { scan: prompt.hero.value }
    case 'bind':
    case 'tote':
    case 'full':
      return { scan: toteFor(handheld, prompt, hand.at === 'full') }
    case 'goods':
      return takes(stage, device, handheld, hand, prompt)
    case 'shortQty': {
      const there = onShelf(stage, device, handheld, hand)
      if (there === 0) return { key: 'XCMPT' }
      // Somebody has put something back meanwhile: it is not short.
      return there < asked(prompt) ? { number: there } : { key: 'XCBAK' }
    }
    case 'damaged':
      return { number: 1 }
    case 'reason':
      // NOT FOUND and EMPTY.
      return { choice: 1 + dice.int(2) }
    case 'elsewhere':
      return dice.chance(0.8) ? { choice: 1 } : { key: 'XCNAY' }
    case 'zero':
      return { key: zeroIs(stage, hand) ? 'XCYES' : 'XCNAY' }
    default:
      return { key: 'XCBAK' }
  }
}

/** How much the prompt wants taken here. */
const asked = ({ facts }: Prompt): number =>
  Number(
    facts
      .find(fact => fact.label === 'fact.take')
      ?.value.split('/')
      .at(-1),
  )

/** One piece after the other, or a number; SHORT as soon as the shelf has less than the prompt wants. */
const takes = (stage: Stage, device: Device, handheld: Handheld, hand: PickState, prompt: Prompt): Deed => {
  const { dice, site } = stage
  const wanted = asked(prompt)
  const name = prompt.facts.find(fact => fact.label === null)?.value
  const sku = site.items.find(item => item.name === name)?.sku ?? ''
  const held = heldQty(hand)
  if (onShelf(stage, device, handheld, hand) < wanted) return { key: 'XCSHT' }
  if (dice.chance(0.01)) return { key: dice.pick(['XCDMG', 'XCFUL']) }
  const booked = hand.last?.step ?? 0
  if (held + booked > 0 && dice.chance(0.7)) return { number: hand.totes === 'each' ? wanted : booked + wanted }
  return { scan: sku }
}

/** What really lies at the stop, without what other people have taken of it into their hands already. */
const onShelf = (stage: Stage, device: Device, handheld: Handheld, hand: PickState): number => {
  const stop = current(hand, handheld.world())
  if (stop === undefined) return 0
  const key: StockKey = { ...stop.claim, client: stop.line.client, item: stop.line.item }
  const taken = stage.devices
    .filter(other => other !== device)
    .reduce((sum, other) => sum + (isPick(other.hand) ? heldOf(other.hand, key) : 0), 0)
  return Math.max(0, (stage.truth.lies.get(stockKeyText(key)) ?? 0) - taken)
}

/** Goods of several kinds lie on one shelf: what is in the hands is of the item of the stop that they are at. */
const heldOf = ({ stop, held }: PickState, { item, location }: StockKey): number =>
  stop?.split('/')[1] === item
    ? held.filter(piece => piece.from.location === location).reduce((sum, { qty }) => sum + qty, 0)
    : 0

const zeroIs = (stage: Stage, { zero }: PickState): boolean =>
  zero !== null &&
  [...stage.truth.lies].every(
    ([key, qty]) => qty <= 0 || !key.startsWith(`${zero.place}\u001f`) || !key.includes(zero.item),
  )

/** The order's own tote; the next one when that is full or has been left somewhere. */
const toteFor = (handheld: Handheld, prompt: Prompt, isFull: boolean): string => {
  const world = handheld.world()
  const number = prompt.title.code ?? ''
  const totes = totesOf(orderIn(number))
  const document = [...world.documents()].find(one => one.number === number)
  const task = document === undefined ? undefined : world.taskOf(document.id, 'pick')
  const bound = task?.tote === null || task?.tote === undefined ? undefined : world.location(task.tote)
  if (bound === undefined) return totes[0] ?? ''
  const isGone = isFull || bound.parent !== null
  return totes[totes.indexOf(bound.code) + (isGone ? 1 : 0)] ?? ''
}
