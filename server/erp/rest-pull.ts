import * as v from 'valibot'
import { isoOf, msOf } from '../../shared/time.ts'
import type { ErpConnector, InboundKind, StockRow } from './connector.ts'
import { numberOf } from './effect.ts'
import { ErpError } from './erp-error.ts'
import { readRecords } from './inbound.ts'
import type { Qty } from './quantity.ts'
import type { RestCall } from './rest-call.ts'
import { makeStockSums } from './stock-sums.ts'
import { quantityOf, REST_PATHS, restRecord, restRemote, wireQuantity } from './rest-records.ts'

const cursor = v.pipe(v.string(), v.maxLength(500))
const more = { next: cursor, more: v.boolean() }
const MAX_PAGE = 1000
const page = v.object({
  items: v.pipe(v.array(v.looseObject({ id: v.pipe(v.string(), v.maxLength(120)) })), v.maxLength(MAX_PAGE)),
  ...more,
})
const idsPage = v.object({ ids: v.pipe(v.array(v.pipe(v.string(), v.maxLength(120))), v.maxLength(10_000)), ...more })
const name = v.pipe(v.string(), v.maxLength(120))
const amount = v.pipe(
  wireQuantity,
  v.transform(quantityOf),
  v.custom<Qty>(value => value !== null, 'is no quantity'),
)
const stockPage = v.object({
  rows: v.pipe(
    v.array(
      v.object({
        item: name,
        location: name,
        lot: v.optional(name, ''),
        serial: v.optional(name, ''),
        expiry: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(40))), null),
        quantity: amount,
      }),
    ),
    v.maxLength(10_000),
  ),
  ...more,
})
const time = v.pipe(
  v.string(),
  v.check(text => !Number.isNaN(Date.parse(text))),
  v.transform(text => isoOf(msOf(new Date(text).toISOString()))),
)
const movesPage = v.object({
  movements: v.pipe(
    v.array(
      v.object({
        id: name,
        item: name,
        lot: v.optional(name, ''),
        serial: v.optional(name, ''),
        quantity: amount,
        from: v.nullable(name),
        to: v.nullable(name),
        key: v.optional(v.nullable(name), null),
        document: v.optional(v.nullable(name), null),
        at: time,
      }),
    ),
    v.maxLength(10_000),
  ),
  ...more,
})

const asked = (from: string | null, limit: number, rest: readonly (readonly [string, string])[] = []): string => {
  const query = new URLSearchParams([
    ['limit', String(limit)],
    ...(from === null || from === '' ? [] : [['cursor', from]]),
    ...rest.map(pair => [...pair]),
  ] as [string, string][])
  return `?${query.toString()}`
}
/** A page that leads nowhere would be asked for without end; a list that was cut there would be taken for all of it. */
const leads = ({ next, more: isMore }: { next: string; more: boolean }, from: string | null): void => {
  if (isMore && (next === '' || next === from))
    throw new ErpError('transient', 'the ERP says that there is more, and gives no way there (next)')
}
/** Items named in one address: it must not grow beyond what servers take. */
const ITEMS_AT_ONCE = 40
const PAGE = 500

/** The ERP's own cursor, which it must honour for ever: what has changed behind it, in pages. */
export const restPulling = (
  call: RestCall,
  kinds: readonly InboundKind[],
): Pick<ErpConnector, 'pull' | 'ids' | 'stock' | 'movementsSince'> => ({
  pull: async (kind, text, limit, signal) => {
    if (!kinds.includes(kind)) return { items: [], flaws: [], next: text ?? '', more: false }
    const found = await call.get(`${REST_PATHS[kind]}${asked(text, limit)}`, page, signal)
    leads(found, text)
    const raw = found.items.map(record => ({ id: restRemote(kind, record.id), record: restRecord(kind, record) }))
    return { ...readRecords(kind, raw), next: found.next, more: found.more }
  },
  ids: async function* (kind, signal) {
    if (!kinds.includes(kind)) return
    for (let from: string | null = null, isMore = true; isMore;) {
      const found: v.InferOutput<typeof idsPage> = await call.get(
        `${REST_PATHS[kind]}/ids${asked(from, PAGE)}`,
        idsPage,
        signal,
      )
      for (const id of found.ids) yield restRemote(kind, id)
      leads(found, from)
      isMore = found.more
      from = found.next
    }
  },
  stock: async function* (query, signal) {
    const places = query.locations.map(location => ['location', location] as const)
    for (const items of chunksOf(query.items))
      yield* await stockOf(call, [...places, ...items.map(item => ['item', item] as const)], signal)
  },
  movementsSince: async (text, limit, signal) => {
    const found = await call.get(`/movements${asked(text, limit)}`, movesPage, signal)
    leads(found, text)
    const moves = found.movements.map(({ document, serial, ...move }) => ({
      ...move,
      lot: numberOf({ lot: move.lot, serial }),
      document: document === null ? null : { kind: 'document', id: document },
    }))
    return { moves, next: found.next, more: found.more }
  },
})

/** No items asked for = one call for all of them; an empty list = none. */
const chunksOf = (items: readonly string[] | undefined): readonly (readonly string[])[] =>
  items === undefined
    ? [[]]
    : Array.from({ length: Math.ceil(items.length / ITEMS_AT_ONCE) }, (_, i) =>
        items.slice(i * ITEMS_AT_ONCE, (i + 1) * ITEMS_AT_ONCE),
      )

const stockOf = async (
  call: RestCall,
  names: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<readonly StockRow[]> => {
  const sums = makeStockSums()
  for (let from: string | null = null, isMore = true; isMore;) {
    const found: v.InferOutput<typeof stockPage> = await call.get(
      `/stock${asked(from, PAGE, names)}`,
      stockPage,
      signal,
    )
    for (const { serial, ...row } of found.rows) sums.add({ ...row, lot: numberOf({ lot: row.lot, serial }) })
    leads(found, from)
    isMore = found.more
    from = found.next
  }
  return sums.rows()
}
