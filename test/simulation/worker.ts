import { StorageFull } from '../../pwa/sync/ports.ts'
import type { Document, Item, Line } from '../../shared/catalogue.ts'
import type { Handheld } from '../../pwa/sync/handheld.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { placeId } from '../support/site.ts'
import { STEP } from './check-device.ts'
import { sees } from './check-scope.ts'
import type { Step } from './check-device.ts'
import { countTurn, isCount } from './count-walk.ts'
import { crash, hear } from './device.ts'
import type { Device } from './device.ts'
import { blindDocument, lotOf, SHELVES } from './floor.ts'
import type { Turn } from './hands.ts'
import { putAwayTurn } from './put-away.ts'
import type { Stage } from './stage.ts'
import { legsOf } from './truth.ts'

/** A worker's next act, every few seconds until the shift ends. */
export const work = (stage: Stage, device: Device): void => {
  const { schedule, dice } = stage
  if (schedule.now() >= Math.min(stage.end, device.goesHome)) return
  // In the middle of a step the next scan comes soon.
  schedule.after(500 + dice.int(device.hand === null ? 9000 : 3000), () => work(stage, device))
  const { handheld, cache } = device
  if (handheld === null || device.acting || cache.snapshot().manifest === null) return
  void act(stage, device, handheld)
}

/** Work is given out over the same network that may be down; the worker goes on meanwhile. */
const ask = (stage: Stage, device: Device, handheld: Handheld): void => {
  if (!stage.shift.isGivenOut || device.asking) return
  const { life } = device
  device.asking = true
  const answered = (tasks: readonly unknown[] | null): void => {
    if (device.life !== life) return
    // Whoever is told that there is nothing asks again a while later.
    stage.schedule.after(tasks?.length === 0 ? 20_000 : 0, () => {
      if (device.life === life) device.asking = false
    })
    if (tasks !== null && tasks.length > 0) stage.log(`${device.name} is given work`)
  }
  handheld.next('pick').then(answered, () => answered(null))
}

const act = async (stage: Stage, device: Device, handheld: Handheld): Promise<void> => {
  const { life } = device
  device.acting = true
  const isHere = (): boolean => device.life === life && life.alive()
  try {
    const turn = await stage.shift.turn(stage, device, handheld)
    if (!isHere()) return
    if (turn === null) return ask(stage, device, handheld)
    if (turn.writes) await book(stage, device, handheld, turn)
    if (isHere()) device.hand = turn.hand
  } catch (error) {
    // No beep: the worker sees the red screen, and what was in the hands goes back.
    if (error instanceof StorageFull) stage.seen['appends refused by a full disk'] += 1
    else stage.fail('I8', `${device.name} could not store a scan: ${String(error)}`)
  } finally {
    if (device.life === life) {
      device.acting = false
      device.dirty = true
    }
  }
}

/** One strict transaction: the commands, and where the worker is after them. */
const book = async (stage: Stage, device: Device, handheld: Handheld, { drafts, hand }: Turn): Promise<void> => {
  const { life } = device
  const first = device.queue.snapshot().birth?.next ?? 1
  const n = device.step + 1
  stage.seen['steps of a process'] += hand === null ? 0 : 1
  drafts.forEach((draft, i) => device.acts.set(first + i, legsOf(stage.site.warehouse.id, draft)))
  drafts.forEach((draft, i) => state(stage, device, first + i, draft))
  device.told.set(n, JSON.stringify(hand))
  dieMeanwhile(stage, device)
  const value: Step = { last: first + drafts.length - 1, n, hand }
  const rows = await handheld.append(drafts, { key: STEP, value })
  if (device.life !== life) return
  if (rows.some((row, i) => row.seq !== first + i)) stage.fail('I8', `${device.name} numbered a command twice`)
  device.step = n
  hear(stage, device, rows.at(-1)?.seq ?? 0)
  note(stage, handheld.world(), drafts)
}

/** What a count says, beside what really lies there. */
const state = ({ schedule, truth }: Stage, device: Device, seq: number, draft: Draft): void => {
  device.statements.delete(seq)
  if (draft.type !== 'count.observed') return
  const key = stockKeyText({ ...draft, ...draft.place })
  const { looked } = device
  const isLook = looked !== null && looked.key === key && looked.qty === draft.qty
  const at = isLook ? looked.at : schedule.now()
  device.statements.set(seq, { key, at, isRight: isLook || (truth.lies.get(key) ?? 0) === draft.qty })
}

/** Some crashes and power cuts come in the middle of a transaction, where they hurt. */
const dieMeanwhile = (stage: Stage, device: Device): void => {
  const { dice, odds, schedule } = stage
  const isPower = dice.chance(0.5)
  if (!dice.chance((isPower ? odds.power : odds.crash) / 5)) return
  const { life } = device
  schedule.after(dice.int(8), () => {
    if (life === device.life && life.alive()) crash(stage, device, isPower)
  })
}

const note = ({ seen }: Stage, world: World, drafts: readonly Draft[]): void => {
  if (drafts.length === 0) seen['steps without a command'] += 1
  if (drafts.length > 1) seen['steps of several commands'] += 1
  for (const draft of drafts) {
    if (draft.type === 'close') seen['closed receipts'] += 1
    if (draft.type === 'receive' && world.document(draft.document)?.state === 'closed') seen['late lines'] += 1
    if (draft.type === 'short') seen.shorts += 1
    if (draft.type === 'count.observed') seen['rows counted'] += 1
    if (draft.type === 'putaway') seen['goods put away'] += 1
    if (draft.type === 'receive' && draft.blind) seen['blind receipts'] += 1
    if (draft.type !== 'pick') continue
    const line = world.line(draft.line)
    if (line !== undefined && line.done > line.wanted) seen['over picks'] += 1
    if (world.stock({ ...draft, ...draft.from }).onHand < 0) seen['negative stock'] += 1
  }
}

/** Deliveries and orders of which everybody does a little, as they like. */
export const anyTurn = async (stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null> => {
  const counts = isCount(device.hand) || (device.hand === null && stage.dice.chance(0.15))
  const counted = counts ? await countTurn(stage, device, handheld) : null
  if (counted !== null) return counted
  const away =
    (device.hand !== null && !isCount(device.hand)) || stage.dice.chance(0.15)
      ? await putAwayTurn(stage, device, handheld)
      : null
  return away ?? { drafts: anyDrafts(stage, device, handheld.world()), hand: device.hand, writes: true }
}

const anyDrafts = (stage: Stage, device: Device, world: World): readonly Draft[] => {
  const { dice } = stage
  const roll = dice.int(20)
  if (roll === 0) return []
  if (roll < 9) return receives(stage, device, world)
  if (roll === 9) return closes(stage, world)
  return picks(stage, world)
}

/** Goods that whoever has the handheld may see. */
const goodsFor = ({ site }: Stage, device: Device): readonly Item[] =>
  site.items.filter(one => sees(device, one.client))

const documentsOf = (world: World, kind: Document['kind']): readonly Document[] =>
  [...world.documents()].filter(document => document.kind === kind)
const itemsOf = (stage: Stage, client: string): readonly Item[] =>
  stage.site.items.filter(item => item.client === client)

const receives = (stage: Stage, device: Device, world: World): readonly Draft[] => {
  const { dice, site } = stage
  const known = documentsOf(world, 'receipt')
  const isBlind = known.length === 0 || dice.chance(0.1)
  if (isBlind && dice.chance(0.5)) device.blind += 1
  const document = isBlind ? null : dice.pick(known)
  const item = dice.pick(document === null ? goodsFor(stage, device) : itemsOf(stage, document.client))
  const one = (): Draft => ({
    type: 'receive',
    client: item.client,
    item: item.id,
    ...lotOf(site, item.id),
    serial: '',
    document: document?.id ?? blindDocument(device.id, device.blind),
    blind: document === null || document.blind,
    to: looseAt(placeId(site, dice.pick(['DOCK-1', 'DOCK-1', ...SHELVES]))),
    qty: 1 + dice.int(4),
  })
  return dice.chance(0.2) ? [one(), one(), one()] : [one()]
}

const closes = (stage: Stage, world: World): readonly Draft[] => {
  const receipts = documentsOf(world, 'receipt').filter(document => document.state === 'started')
  if (receipts.length === 0) return []
  const document = stage.dice.pick(receipts)
  return [
    {
      type: 'close',
      process: 'receive',
      place: null,
      client: document.client,
      task: world.taskOf(document.id)?.id ?? null,
      document: document.id,
    },
  ]
}

/** From the reserved place, mostly; sometimes from any shelf, and sometimes more than the line wants or the shelf has. */
const picks = (stage: Stage, world: World): readonly Draft[] => {
  const { dice } = stage
  const orders = documentsOf(world, 'order')
  if (orders.length === 0) return []
  const order = dice.pick(orders)
  const lines = world.linesOf(order.id)
  if (lines.length === 0) return []
  const line = dice.pick(lines)
  const task = world.taskOf(order.id)
  if (task === undefined) return []
  const one = (): Draft => pickOf(stage, line, task.id)
  if (dice.chance(0.1)) {
    const { type: _, qty: __, to: ___, ...rest } = pickOf(stage, line, task.id)
    return [one(), { ...rest, type: 'short', process: 'pick', reason: 'EMPTY' }]
  }
  return dice.chance(0.2) ? [one(), one()] : [one()]
}

const pickOf = (
  stage: Stage,
  line: Line,
  task: Extract<Draft, { type: 'pick' }>['task'],
): Extract<Draft, { type: 'pick' }> => {
  const { dice, site } = stage
  const shelves = line.claims.filter(claim => SHELVES.some(code => placeId(site, code) === claim.location))
  const claim = shelves.length > 0 && dice.chance(0.8) ? dice.pick(shelves) : null
  const from = claim === null ? looseAt(placeId(site, dice.pick(SHELVES))) : looseAt(claim.location)
  return {
    type: 'pick',
    client: line.client,
    item: line.item,
    lot: lotOf(site, line.item).lot,
    serial: '',
    task,
    document: line.document,
    line: line.id,
    from,
    to: looseAt(placeId(site, dice.pick(['XT00018', 'XT0002A', 'PACK-1']))),
    qty: 1 + dice.int(4),
  }
}
