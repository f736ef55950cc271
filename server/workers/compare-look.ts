import * as v from 'valibot'
import type { ErpMove } from '../erp/connector.ts'
import { numberOf, stockText } from '../erp/effect.ts'
import type { StockAt } from '../erp/effect.ts'
import { amountOf } from '../erp/quantity.ts'
import { groupingOf, messageEffects, payloadOf } from './compare-effects.ts'
import type { Grouping } from './compare-effects.ts'
import type { CompareDeps } from './compare.ts'
import type { Picture } from './compare-port.ts'
import type { OutboxRow } from './outbox-port.ts'
import { itemsOf, placesOf } from './payload.ts'

/** Ours at the ERP's grain: what it should show, and which messages it may or may not have yet. */
export type OurFigure = { at: StockAt; n: number; pending: string }
export type Ours = {
  figures: ReadonlyMap<string, OurFigure>
  messages: readonly OutboxRow[]
  /** The ERP's ids of items that we know, by ours. */
  remotes: ReadonlyMap<string, string>
  group: Grouping
  /** Which of the ERP's locations a figure belongs to, and which are asked for. */
  groupTheirs: (location: string) => string
  locations: readonly string[]
}

/**
 * What a figure is compared under. Units with numbers of their own are compared one by one where the ERP shows the numbers as
 * lots, else together.
 */
export type LotOf = (item: string, lot: string) => string

export const lookAtOurs = async (deps: CompareDeps, items: readonly string[] | null, lotOf: LotOf): Promise<Ours> => {
  const picture = await deps.store.picture({ warehouse: deps.warehouse, connector: deps.id }, items)
  const mapper = await deps.mapper(placesIn(picture))
  const group = groupingOf(mapper)
  const remotes = await remotesIn(deps, picture)
  const figures = new Map<string, OurFigure>()
  const add = (at: StockAt, n: number, message: OutboxRow | null): void => {
    const figure = { ...at, lot: lotOf(at.item, at.lot) }
    const text = stockText(figure)
    const before = figures.get(text) ?? { at: figure, n: 0, pending: '' }
    const pending = message === null ? before.pending : `${before.pending} ${message.key} ${message.state}`
    figures.set(text, { at: figure, n: before.n + n, pending })
  }
  for (const row of picture.stock)
    add({ item: row.remote ?? row.item, location: group(row), lot: numberOf(row) }, row.n, null)
  for (const row of picture.messages) {
    const payload = payloadOf(row)
    if (payload === null) continue
    for (const { n, ...at } of messageEffects(payload, group, item => remotes.get(item) ?? item))
      if (items === null || items.includes(at.item)) add(at, -n, row)
  }
  const named = new Set(mapper.locations)
  const hasDefault = mapper.place({ location: '', status: 'available' }) === null
  return {
    figures,
    messages: picture.messages,
    remotes,
    group,
    groupTheirs: location => (named.has(location) ? location : ''),
    locations: hasDefault ? [] : [...named],
  }
}

const placesIn = (picture: Picture): readonly string[] => [
  ...new Set([
    ...picture.stock.map(row => row.location),
    ...picture.messages.flatMap(row => {
      const payload = payloadOf(row)
      return payload === null ? [] : placesOf(payload)
    }),
  ]),
]

const remotesIn = async ({ imports, id }: CompareDeps, picture: Picture): Promise<ReadonlyMap<string, string>> => {
  const known = new Map(picture.stock.flatMap(row => (row.remote === null ? [] : [[row.item as string, row.remote]])))
  const more = picture.messages.flatMap(row => {
    const payload = payloadOf(row)
    return payload === null ? [] : itemsOf(payload)
  })
  const missing = [...new Set(more)].filter(item => !known.has(item))
  if (missing.length > 0) for (const [item, remote] of await imports.remoteOf(id, missing)) known.set(item, remote)
  return known
}

/** The ERP's figures, its locations put together as the mapping does. */
export const lookAtTheirs = async (
  deps: CompareDeps,
  ours: Pick<Ours, 'groupTheirs' | 'locations'>,
  items: readonly string[] | null,
  lotOf: LotOf,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, { at: StockAt; n: number }>> => {
  const figures = new Map<string, { at: StockAt; n: number }>()
  const query = { locations: ours.locations, ...(items === null ? {} : { items }) }
  for await (const row of deps.connector.stock(query, signal)) {
    const at = { item: row.item, location: ours.groupTheirs(row.location), lot: lotOf(row.item, row.lot) }
    const text = stockText(at)
    figures.set(text, { at, n: exact((figures.get(text)?.n ?? 0) + amountOf(row.quantity)) })
  }
  return figures
}

/** Fractions of an ERP are compared to the millionth. */
const exact = (n: number): number => Math.round(n * 1e6) / 1e6 || 0

const PAGE = 500
const MAX_MOVES = 200_000
export type TheirMove = { text: string; item: string; id: string; n: number; key: string | null; at: string }

/**
 * Where reading movements stands. ERPs tell of a movement again for some minutes, because commits come late: those that were
 * seen are known by their ids.
 */
export type Reading = { next: string | null; seen: ReadonlySet<string> }
const MAX_SEEN = 5000
const readingSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ next: v.nullable(v.string()), seen: v.array(v.string()) }),
)
export const readingOf = (cursor: string | null): Reading => {
  const read = v.safeParse(readingSchema, cursor)
  return read.success ? { next: read.output.next, seen: new Set(read.output.seen) } : { next: null, seen: new Set() }
}
export const cursorOf = ({ next, seen }: Reading): string => JSON.stringify({ next, seen: [...seen].slice(-MAX_SEEN) })

/** Movements over there that are new, one for each figure that they touch. */
export const theirMoves = async (
  deps: CompareDeps,
  { groupTheirs }: Pick<Ours, 'groupTheirs'>,
  from: Reading,
  lotOf: LotOf,
  signal: AbortSignal,
): Promise<{ moves: TheirMove[]; reading: Reading }> => {
  const fresh = new Map<string, ErpMove>()
  const told = new Set<string>()
  let { next } = from
  for (let more = true; more && told.size < MAX_MOVES;) {
    const page = await deps.connector.movementsSince(next, PAGE, signal)
    for (const move of page.moves) {
      told.add(move.id)
      if (!from.seen.has(move.id)) fresh.set(move.id, move)
    }
    more = page.more && page.next !== next
    next = page.next
  }
  const moves = [...fresh.values()].flatMap(({ item, lot, quantity, from: left, to, id, key, at }): TheirMove[] => {
    const side = (location: string | null, sign: 1 | -1): TheirMove[] => {
      if (location === null) return []
      const text = stockText({ item, location: groupTheirs(location), lot: lotOf(item, lot) })
      return [{ text, item, id, n: sign * amountOf(quantity), key, at }]
    }
    return [...side(left, -1), ...side(to, 1)]
  })
  // What was not told again will not come again; what was, may.
  const again = [...from.seen].filter(id => told.size === 0 || told.has(id))
  return { moves, reading: { next, seen: new Set([...again, ...told]) } }
}
