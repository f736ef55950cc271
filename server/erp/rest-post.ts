import * as v from 'valibot'
import type { ErpConnector, Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { Line, OutboundOp, RemoteRef } from './operation.ts'
import { baseOf, baseQty } from './quantity.ts'
import type { RestCall } from './rest-call.ts'
import { documentName, lineName } from './remote-id.ts'

const text = v.pipe(v.string(), v.maxLength(300))
const maybe = v.optional(v.nullable(text), null)
const reference = v.object({ kind: v.pipe(v.string(), v.maxLength(60)), id: text, number: maybe, url: maybe })
const found = v.object({
  /** `waiting`: it was taken in, and nothing has moved yet. */
  state: v.picklist(['waiting', 'posted', 'cancelled', 'refused']),
  id: text,
  number: maybe,
  url: maybe,
  postedAt: maybe,
  reason: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2000))), null),
  lines: v.optional(
    v.nullable(
      v.pipe(
        v.array(
          v.object({
            item: text,
            lot: v.optional(text, ''),
            serial: v.optional(text, ''),
            quantity: v.pipe(v.number(), v.safeInteger()),
          }),
        ),
        v.maxLength(10_000),
      ),
    ),
    null,
  ),
  documents: v.optional(v.pipe(v.array(reference), v.maxLength(20)), []),
})

const unitsOf = ({ qty, item }: Pick<Line, 'qty' | 'item'>): number => {
  const n = baseOf(qty)
  if (n === null) throw new ErpError('config', `${item}: a fraction of a unit`)
  return n
}

/** A message as JSON: its orders and lines as the ERP itself calls them, quantities in whole base units. */
export const documentJson = (op: OutboundOp): unknown => {
  const { key, seq, at, by, client, type, answers } = op
  const head = { key, type, seq, at, by, client, answers }
  const order = 'order' in op ? (op.order?.id ?? null) : null
  const orderJson = order === null ? null : documentName(order)
  const goods = ({ item, lot, serial, expiry, line, qty }: Omit<Line, 'location'>) => ({
    item,
    lot,
    serial,
    expiry,
    quantity: unitsOf({ item, qty }),
    line: line === null ? null : lineName(order, line),
  })
  const placed = (line: Line) => ({ ...goods(line), location: line.location })
  const packed = 'packages' in op ? op.packages.map(p => ({ ...p, lines: p.lines.map(goods) })) : []
  switch (op.type) {
    case 'receipt':
      return { ...head, order: orderJson, final: op.final, lines: op.lines.map(placed) }
    case 'return':
      return { ...head, order: orderJson, reason: op.reason, lines: op.lines.map(placed) }
    case 'shipment': {
      const { shorts, shipping } = op
      return { ...head, order: orderJson, shorts, shipping, packages: packed, lines: op.lines.map(placed) }
    }
    case 'transfer':
      return { ...head, lines: op.lines.map(line => ({ ...goods(line), from: line.from, to: line.to })) }
    case 'adjustment': {
      const { delta, counted, bookAtCount, countedAt, reason, approvedBy, countLine } = op
      const { item, lot, serial, expiry, location } = op.line
      const lines = [{ item, lot, serial, expiry, quantity: delta, line: null, location }]
      return { ...head, reason, counted, bookAtCount, countedAt, approvedBy, countLine, lines }
    }
    case 'orderStatus':
      return { ...head, order: orderJson, status: op.status, shipping: op.shipping, packages: packed, lines: [] }
    case 'reservation':
      return { ...head, item: op.item, location: op.location, reserved: op.reserved, lines: [] }
  }
}

/**
 * One call makes and books the document, under our key: a repeat is the same document. What the ERP says of the key is the
 * only witness of it.
 */
export const restWriting = (call: RestCall): Pick<ErpConnector, 'prepare' | 'post' | 'find'> => ({
  prepare: async op => {
    documentJson(op)
    return { kind: 'document', id: op.key }
  },
  post: (op, _ref, signal) => call.send('/documents', op.key, documentJson(op), signal),
  find: async (op, _ref, signal): Promise<Found> => {
    const document = await call.look(`/documents/${encodeURIComponent(op.key)}`, found, signal)
    if (document === null) return { state: 'absent' }
    const { id, number, url, postedAt, lines, documents } = document
    const ref: RemoteRef = { kind: 'document', id, number, url }
    switch (document.state) {
      case 'waiting':
        return { state: 'draft', ref }
      case 'cancelled':
        return { state: 'cancelled', ref }
      case 'refused':
        throw new ErpError('rejected', `the ERP has refused it: ${document.reason ?? 'no reason was given'}`)
      case 'posted':
        return {
          state: 'posted',
          ref,
          at: postedAt ?? '',
          documents,
          lines: lines?.map(({ quantity, ...line }) => ({ ...line, qty: baseQty(Math.abs(quantity)) })) ?? null,
        }
    }
  },
})
