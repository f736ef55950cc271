import * as v from 'valibot'
import type { ConnectorId } from '../../shared/ids.ts'
import { ErpError } from '../erp/erp-error.ts'
import type { Line, OperationBody, OutboundOp, Package, RemoteRef } from '../erp/operation.ts'
import { baseQty } from '../erp/quantity.ts'
import type { OutboxRow } from './outbox-port.ts'
import type { ImportStore } from './import-port.ts'

const lines = v.array(
  v.object({
    item: v.string(),
    lot: v.string(),
    serial: v.string(),
    expiry: v.nullable(v.string()),
    status: v.string(),
    qty: v.pipe(v.number(), v.safeInteger()),
  }),
)
const common = { v: v.literal(1), document: v.string(), client: v.string(), final: v.boolean() }
const nullable = v.nullable(v.string())

/** The payloads of server/sync/outbound-message.ts, as they were kept: an older one may be read years later. */
const payloadSchema = v.variant('type', [
  v.object({ ...common, type: v.literal('receipt'), lines }),
  v.object({ ...common, type: v.literal('return'), origin: nullable, lines }),
  v.object({
    ...common,
    type: v.literal('shipment'),
    carrier: nullable,
    packages: v.array(
      v.object({ label: v.string(), type: nullable, weightG: v.nullable(v.number()), tracking: nullable, lines }),
    ),
  }),
])
type Payload = v.InferOutput<typeof payloadSchema>
type MessageLine = v.InferOutput<typeof lines>[number]

/**
 * Our payload in the ERP's words. What has no counterpart there is a gap of the mapping: class `config`, so that the
 * message is parked and comes back when the gap is filled.
 */
export const toOperation =
  (deps: { store: ImportStore; connector: ConnectorId; remoteClient: (client: string) => string | null }) =>
  async (row: OutboxRow): Promise<OutboundOp> => {
    const read = v.safeParse(payloadSchema, row.payload)
    if (!read.success) throw new ErpError('config', `message ${row.key} of type ${row.type} cannot be read`)
    const payload = read.output
    const remotes = await deps.store.remoteOf(deps.connector, [...new Set(namesIn(payload))])
    const client = deps.remoteClient(payload.client)
    if (client === null)
      throw new ErpError('config', `client ${payload.client} is not mapped`, {
        gap: { kind: 'client', key: payload.client },
      })
    const { key, seq, subject } = row
    return { key, seq, subject, at: row.createdAt, by: '', answers: {}, client, ...bodyOf(payload, remotes) }
  }

type Remotes = Awaited<ReturnType<ImportStore['remoteOf']>>

const namesIn = (payload: Payload): string[] => [
  payload.document,
  ...(payload.type === 'return' && payload.origin !== null ? [payload.origin] : []),
  ...(payload.type === 'shipment' ? payload.packages.flatMap(p => p.lines) : payload.lines).map(line => line.item),
]

const bodyOf = (payload: Payload, remotes: Remotes): OperationBody => {
  const order = refOf(payload.document, remotes)
  switch (payload.type) {
    case 'receipt':
      return { type: 'receipt', order, lines: payload.lines.map(lineIn(remotes)), final: payload.final }
    case 'return': {
      const sent = payload.origin === null ? null : refOf(payload.origin, remotes)
      return { type: 'return', order: order ?? sent, lines: payload.lines.map(lineIn(remotes)), reason: '' }
    }
    case 'shipment': {
      if (order === null)
        throw new ErpError('config', `order ${payload.document} is not mapped`, {
          gap: { kind: 'order', key: payload.document },
        })
      const packages = payload.packages.map((box): Package => ({
        ...box,
        size: null,
        lines: box.lines.map(lineIn(remotes)),
      }))
      const tracking = packages.flatMap(box => box.tracking ?? [])
      return {
        type: 'shipment',
        order,
        lines: summed(payload.packages.flatMap(box => box.lines)).map(lineIn(remotes)),
        packages,
        shipping: { carrier: payload.carrier, tracking },
        // What is still to come keeps the order open over there; the last shipment ends it.
        shorts: payload.final ? 'cancel' : 'backorder',
      }
    }
  }
}

const refOf = (document: string, remotes: Remotes): RemoteRef | null => {
  const id = remotes.get(document)
  return id === undefined ? null : { kind: 'order', id }
}

/** Boxes may hold the same goods: the document of the ERP has them once. */
const summed = (all: readonly MessageLine[]): MessageLine[] => {
  const sums = new Map<string, MessageLine>()
  for (const line of all) {
    const name = [line.item, line.lot, line.serial].join('\u001f')
    const sum = sums.get(name)
    sums.set(name, sum === undefined ? line : { ...sum, qty: sum.qty + line.qty })
  }
  return [...sums.values()]
}

const lineIn =
  (remotes: Remotes) =>
  (line: MessageLine): Line => {
    const item = remotes.get(line.item)
    if (item === undefined)
      throw new ErpError('config', `item ${line.item} is not mapped`, { gap: { kind: 'item', key: line.item } })
    // A step that the ERP was told of was taken back: no document there says "minus two received".
    if (line.qty <= 0)
      throw new ErpError('conflict', 'Goods that the ERP was told of were taken back. Correct the document there.')
    const { lot, serial, expiry } = line
    return { item, lot, serial, expiry, qty: baseQty(line.qty), line: null, location: null }
  }
