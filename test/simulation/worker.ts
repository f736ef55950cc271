import { StorageFull } from '../../pwa/sync/ports.ts'
import type { Document, Item, Line } from '../../shared/catalogue.ts'
import type { Handheld } from '../../pwa/sync/handheld.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { placeId } from '../support/site.ts'
import { STEP } from './check-device.ts'
import { crash, hear } from './device.ts'
import type { Device } from './device.ts'
import { blindDocument, lotOf, SHELVES } from './floor.ts'
import type { Stage } from './stage.ts'
import { legsOf } from './truth.ts'

/** A worker's next act, every few seconds until the shift ends. */
export const work = (stage: Stage, device: Device): void => {
  const { schedule, dice } = stage
  if (schedule.now() >= Math.min(stage.end, device.goesHome)) return
  schedule.after(500 + dice.int(9000), () => work(stage, device))
  const { handheld, cache } = device
  if (handheld === null || device.acting || cache.snapshot().manifest === null) return
  const drafts = stage.shift.drafts(stage, device, handheld.world())
  if (drafts.length === 0 && stage.shift.next !== undefined) void ask(stage, device)
  else void act(stage, device, handheld, drafts)
}

/** Work is given out over the same network that may be down. */
const ask = async (stage: Stage, device: Device): Promise<void> => {
  if (stage.dice.chance(stage.odds.drop)) return
  if ((await stage.shift.next?.(stage, device.id)) === true) stage.log(`${device.name} is given work`)
}

const act = async (stage: Stage, device: Device, handheld: Handheld, drafts: readonly Draft[]): Promise<void> => {
  const { life } = device
  const first = device.queue.snapshot().birth?.next ?? 1
  drafts.forEach((draft, i) => device.acts.set(first + i, legsOf(stage.site.warehouse.id, draft)))
  device.acting = true
  dieMeanwhile(stage, device)
  try {
    const rows = await handheld.append(drafts, { key: STEP, value: { last: first + drafts.length - 1 } })
    if (rows.some((row, i) => row.seq !== first + i)) stage.fail('I8', `${device.name} numbered a command twice`)
    hear(stage, device, rows.at(-1)?.seq ?? 0)
    note(stage, handheld.world(), drafts)
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
    if (draft.type === 'receive' && draft.blind) seen['blind receipts'] += 1
    if (draft.type !== 'pick') continue
    const line = world.line(draft.line)
    if (line !== undefined && line.done > line.wanted) seen['over picks'] += 1
    if (world.stock({ ...draft, ...draft.from }).onHand < 0) seen['negative stock'] += 1
  }
}

/** Deliveries and orders of which everybody does a little, as they like. */
export const anyDrafts = (stage: Stage, device: Device, world: World): readonly Draft[] => {
  const { dice } = stage
  const roll = dice.int(20)
  if (roll === 0) return []
  if (roll < 9) return receives(stage, device, world)
  if (roll === 9) return closes(stage, world)
  return picks(stage, world)
}

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
  const item = dice.pick(document === null ? site.items : itemsOf(stage, document.client))
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
