import * as v from 'valibot'
import type { Effect } from '../erp/effect.ts'
import { numberOf, stockText } from '../erp/effect.ts'
import type { Mapper } from './mapper.ts'
import type { OutboxRow } from './outbox-port.ts'
import { itemsOf, payloadSchema } from './payload.ts'
import type { Payload } from './payload.ts'

/** Where a message says that goods are, in the words of the ERP; '' = wherever the connection's default is. */
export type Grouping = (at: { location: string; status: string }) => string
export const groupingOf =
  (mapper: Pick<Mapper, 'place'>): Grouping =>
  at =>
    mapper.place(at) ?? ''

export const payloadOf = (row: Pick<OutboxRow, 'payload'>): Payload | null => {
  const read = v.safeParse(payloadSchema, row.payload)
  return read.success ? read.output : null
}

/**
 * What a message does to the ERP's figures once it is there, whether or not all of it can be said over there yet: a message
 * that waits for a mapping has moved our books already. Items that have no counterpart keep their own id.
 */
export const messageEffects = (
  payload: Payload,
  group: Grouping,
  remoteOf: (item: string) => string,
): readonly Effect[] => {
  const sums = new Map<string, Effect>()
  const add = (item: string, at: { location: string; status: string }, lot: string, n: number): void => {
    const figure = { item: remoteOf(item), location: group(at), lot }
    const text = stockText(figure)
    sums.set(text, { ...figure, n: (sums.get(text)?.n ?? 0) + n })
  }
  const lines = (all: readonly Line[], sign: 1 | -1): void => {
    for (const { item, status, place, qty, ...at } of all)
      add(item, { location: place ?? '', status }, numberOf(at), sign * qty)
  }
  switch (payload.type) {
    case 'receipt':
    case 'return':
      lines(payload.lines, 1)
      break
    case 'shipment':
      for (const box of payload.packages) lines(box.lines, -1)
      break
    case 'adjustment':
      add(payload.item, payload.place, numberOf(payload), payload.delta)
      break
    case 'transfer':
      for (const { qty, from, to, ...at } of payload.lines) {
        add(payload.item, from, numberOf(at), -qty)
        add(payload.item, to, numberOf(at), qty)
      }
      break
    case 'reservation':
    case 'orderStatus':
      break
  }
  return [...sums.values()].filter(effect => effect.n !== 0)
}
type Line = Extract<Payload, { type: 'receipt' }>['lines'][number]

export const touches = (row: OutboxRow, items: ReadonlySet<string>): boolean => {
  const payload = payloadOf(row)
  return payload !== null && itemsOf(payload).some(item => items.has(item))
}
