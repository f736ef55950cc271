import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ItemId, LocationId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { StockStatus } from '../../shared/ledger/stock.ts'
import { countsFor } from '../sync/renew-counts.ts'
import type { Bridge, BridgeDeps } from './bridge.ts'
import type { DriftClass } from '../erp/compare/verdict.ts'
import type { DriftRow, PlaceStock } from './compare-port.ts'
import { numberOf } from '../erp/effect.ts'
import { groupingOf } from './compare-effects.ts'
import { lotsOf } from './compare.ts'

export const DRIFT_ACTIONS = ['repost', 'reverse', 'adoptTheirs', 'adoptOurs', 'recount', 'dismiss'] as const
export type DriftAction = (typeof DRIFT_ACTIONS)[number]

/** What a person decided about one difference. `words`: why it cannot be done. */
export type Acted = { done: true } | { done: false; words: string }

export type ActDeps = {
  stores: BridgeDeps['stores']
  bridge: Bridge
  drift: DriftRow
  by: string
  reason: string
  now: () => string
}

const no = (words: string): Acted => ({ done: false, words })
const DONE: Acted = { done: true }

/** One cause of a difference that has several; null = it has no such cause (any more). */
export const partOf = (drift: DriftRow, cause: DriftClass): DriftRow | null => {
  const part = drift.causes.find(one => one.class === cause)
  if (part === undefined) return null
  const { n, ...about } = part
  return { ...drift, ...about, drift: n }
}

/** What explains the other causes of it. */
export const withoutCause = (drift: DriftRow, cause: DriftClass): DriftRow => {
  const settled = new Set(drift.causes.flatMap(one => (one.class === cause ? one.because : [])))
  return { ...drift, moves: drift.moves.filter(move => !settled.has(move.id)) }
}

/** Carries out a decision about a difference; whether it is over says the next comparison. */
export const actOn = async (deps: ActDeps, action: DriftAction, signal: AbortSignal): Promise<Acted> => {
  switch (action) {
    case 'repost':
      return repost(deps)
    case 'reverse':
      return reverse(deps, signal)
    case 'adoptOurs':
      return adoptOurs(deps)
    case 'adoptTheirs':
      return adoptTheirs(deps)
    case 'recount':
      return recount(deps)
    case 'dismiss':
      return DONE
  }
}

const repost = async ({ stores, drift, by, now }: ActDeps): Promise<Acted> => {
  if (drift.class !== 'missing') return no('Only a message that is missing over there is posted again.')
  const n = await stores.outbox.reopen(drift.because, by, now())
  return n > 0 ? DONE : no('The message is not there any more, or under way already.')
}

const reverse = async ({ stores, bridge, drift }: ActDeps, signal: AbortSignal): Promise<Acted> => {
  const [key = ''] = drift.because
  const found = drift.class === 'duplicate' ? await stores.outbox.get(key) : null
  const op = found === null ? null : await bridge.operationOf(found.row)
  if (op === null) return no('Only a message that is there twice is taken back.')
  const there = await bridge.connector.find(op, found?.row.remoteRef ?? null, signal)
  const younger = there.state === 'many' ? there.refs.at(-1) : undefined
  if (younger === undefined) return no('The ERP does not show it twice.')
  if (bridge.connector.reverse === undefined) return no(`This ERP has it taken back by a person: ${younger.id}.`)
  await bridge.connector.reverse(op, younger, signal)
  return DONE
}

/** The item's goods at our places that are this figure over there, most of them first. */
const placesOf = async ({ stores, bridge, drift }: ActDeps): Promise<readonly PlaceStock[]> => {
  const { id, warehouse } = bridge.connection
  const { stock } = await stores.compare.picture({ warehouse, connector: id }, [drift.item])
  const group = groupingOf(await bridge.mapper(stock.map(row => row.location)))
  const lotOf = await lotsOf(bridge.comparing, [drift.item])
  return stock
    .filter(
      row =>
        row.remote === drift.item && lotOf(drift.item, numberOf(row)) === drift.lot && group(row) === drift.location,
    )
    .sort((a, b) => b.n - a.n)
}

type Goods = { client: ClientId; item: ItemId; lot: string; serial: string; place: LocationId; status: StockStatus }
/** Where a correction is booked: where most of the goods are, else at the first place for picking. */
const goodsOf = async (deps: ActDeps): Promise<Goods | null> => {
  const { stores, bridge, drift } = deps
  const known = await stores.import.itemsByRemote(bridge.connection.id, [drift.item])
  const item = known.get(drift.item)
  if (item === undefined) return null
  const [most] = await placesOf(deps)
  const named = item.tracking.serial ? { lot: '', serial: drift.lot } : { lot: drift.lot, serial: '' }
  const { lot, serial } = most !== undefined && numberOf(most) === drift.lot ? most : named
  const about = { client: item.client, item: item.id, lot, serial }
  if (most !== undefined) return { ...about, place: most.location, status: most.status as StockStatus }
  const places = await stores.places.pickable(bridge.connection.warehouse)
  const group = groupingOf(await bridge.mapper(places))
  const place = places.find(one => group({ location: one, status: 'available' }) === drift.location)
  return place === undefined ? null : { ...about, place, status: 'available' }
}

const UNKNOWN = 'There is no place of ours that stands for this figure.'
const isWhole = (n: number): boolean => Number.isSafeInteger(n) && n !== 0

/** The ERP is told by an adjustment; our books stay. */
const adoptOurs = async (deps: ActDeps): Promise<Acted> => {
  const { stores, bridge, drift, by, reason, now } = deps
  const goods = await goodsOf(deps)
  if (goods === null) return no(UNKNOWN)
  if (!isWhole(drift.drift)) return no('Less than one unit is corrected in the ERP by a person.')
  const { id, warehouse } = bridge.connection
  const payload = {
    v: 1,
    type: 'adjustment',
    client: goods.client,
    item: goods.item,
    lot: goods.lot,
    serial: goods.serial,
    place: { location: goods.place, status: goods.status },
    delta: -drift.drift,
    reason,
    by,
    count: null,
  }
  const key = derivedId('outbox', id, 'compare', drift.run, drift.item, drift.location, drift.lot)
  const about = { warehouse, connector: id, client: goods.client, key, subject: `stock/${goods.item}`, payload }
  await stores.outbox.enter({ ...about, type: 'adjustment', covers: [{ drift: drift.run, by, reason }] }, now())
  return DONE
}

/** Our books take the ERP's figure, without telling it what it knows. */
const adoptTheirs = async (deps: ActDeps): Promise<Acted> => {
  const { stores, bridge, drift, by, reason, now } = deps
  const goods = await goodsOf(deps)
  if (goods === null) return no(UNKNOWN)
  if (!isWhole(drift.drift)) return no('Our books hold whole units.')
  const { warehouse } = bridge.connection
  const outside = looseAt(virtualLocation(warehouse, 'adjustment'))
  const inside = { ...looseAt(goods.place), status: goods.status }
  const [from, to] = drift.drift > 0 ? [outside, inside] : [inside, outside]
  const at = now()
  const { place: _place, status: _status, ...named } = goods
  const about = { ...named, takenAt: at, at, unc: 0 }
  await stores.sync.decide({ warehouse, now: at }, tx =>
    tx.write({
      body: { kind: 'erp.adopt', connector: bridge.connection.id, run: drift.run, by, reason },
      silent: true,
      effects: { ...NOTHING, movements: [{ ...about, from, to, qty: Math.abs(drift.drift) }] },
    }),
  )
  return DONE
}

/** Every place of ours that the figure stands for is counted. */
const recount = async (deps: ActDeps): Promise<Acted> => {
  const { stores, bridge, by, reason, now } = deps
  const goods = await goodsOf(deps)
  if (goods === null) return no(UNKNOWN)
  const places = [...new Set([goods.place, ...(await placesOf(deps)).map(row => row.location)])]
  const { warehouse } = bridge.connection
  await stores.sync.decide({ warehouse, now: now() }, async tx => {
    const { policies } = await tx.counts.facts({ tasks: [], items: [], places: [] })
    const open = await tx.counts.openCounts(places)
    const wishes = places.map(place => ({ client: goods.client, place, item: goods.item, cause: 'compare' }))
    const tasks = countsFor(tx.counts, wishes, open, policies)
    if (tasks.length > 0) await tx.write({ body: { kind: 'erp.recount', by, reason }, effects: { ...NOTHING, tasks } })
  })
  return DONE
}
