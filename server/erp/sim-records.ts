import * as v from 'valibot'
import type { InboundKind } from './connector.ts'
import type { OutboundOp } from './operation.ts'
import { baseOf, decimalQty, ratioOf } from './quantity.ts'
import { simItem, simOrder } from './sim/wire.ts'
import type { documentDraft } from './sim/wire.ts'

const ratioText = (quantity: number | null) => (quantity === null ? null : ratioOf(String(quantity)))

/** The sim's records in the words of the port; what is not as it must be stays as it came and becomes a flaw. */
export const recordOf = (kind: InboundKind, raw: unknown): unknown => {
  if (kind === 'item') return itemOf(raw)
  return kind === 'delivery' || kind === 'carrierLabel' ? raw : orderOf(raw)
}

const itemOf = (raw: unknown): unknown => {
  const read = v.safeParse(simItem, raw)
  if (!read.success) return raw
  const { packagings, ...item } = read.output
  return { ...item, packagings: packagings.map(({ quantity, ...p }) => ({ ...p, ratio: ratioText(quantity) })) }
}

const orderOf = (raw: unknown): unknown => {
  const read = v.safeParse(simOrder, raw)
  if (!read.success) return raw
  const { lines, shipTo, exception = false, ...order } = read.output
  return {
    ...order,
    // Open by its word, but nothing of it is to be shipped any more.
    ...(exception && order.state === 'open' ? { state: 'closed' } : {}),
    shipTo: shipTo ? { ...shipTo, lines: [shipTo.street] } : null,
    lines: lines.map(line => ({
      ...line,
      quantity: decimalQty(String(line.quantity)),
      done: decimalQty(String(line.done)),
    })),
  }
}

const whole = (line: Parameters<typeof baseOf>[0]): number => {
  const n = baseOf(line)
  if (n === null) throw new Error('a fraction of a base unit')
  return n
}

/** A document of the sim for one operation: every line has both sides, null is outside. */
export const draftOf = (op: OutboundOp, main: string): v.InferInput<typeof documentDraft> => ({
  key: op.key,
  type: op.type === 'orderStatus' || op.type === 'reservation' ? 'transfer' : op.type,
  client: op.client,
  order: op.type === 'receipt' || op.type === 'shipment' || op.type === 'return' ? (op.order?.id ?? null) : null,
  lines: linesOf(op, main),
  tracking: op.type === 'shipment' ? [...op.shipping.tracking, ...op.packages.flatMap(p => p.tracking ?? [])] : [],
  reason: op.type === 'adjustment' || op.type === 'return' ? op.reason : null,
})

const linesOf = (op: OutboundOp, main: string): v.InferInput<typeof documentDraft>['lines'] => {
  switch (op.type) {
    case 'receipt':
    case 'return':
      return op.lines.map(({ location, qty, ...line }) => ({
        ...line,
        quantity: whole(qty),
        from: null,
        to: location ?? main,
      }))
    case 'shipment':
      return op.lines.map(({ location, qty, ...line }) => ({
        ...line,
        quantity: whole(qty),
        from: location ?? main,
        to: null,
      }))
    case 'transfer':
      return op.lines.map(({ qty, ...line }) => ({ ...line, quantity: whole(qty) }))
    case 'adjustment': {
      const { location, ...line } = op.line
      const place = location ?? main
      const sides = op.delta > 0 ? { from: null, to: place } : { from: place, to: null }
      return [{ ...line, line: null, quantity: Math.abs(op.delta), ...sides }]
    }
    case 'orderStatus':
    case 'reservation':
      return []
  }
}
