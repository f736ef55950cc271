import * as v from 'valibot'
import type { ConnectorId, DocumentId, ItemId } from '../../shared/ids.ts'
import { ErpError } from '../erp/erp-error.ts'
import type { Line, OutboundOp, RemoteRef } from '../erp/operation.ts'
import { baseQty } from '../erp/quantity.ts'
import type { ReceiptPayload } from '../sync/outbound-message.ts'
import type { OutboxRow } from './outbox-port.ts'
import type { ImportStore } from './ports.ts'

const receiptSchema = v.object({
  v: v.literal(1),
  type: v.literal('receipt'),
  document: v.string(),
  client: v.string(),
  final: v.boolean(),
  lines: v.array(
    v.object({
      item: v.string(),
      lot: v.string(),
      serial: v.string(),
      expiry: v.nullable(v.string()),
      status: v.string(),
      qty: v.number(),
    }),
  ),
})

/**
 * Our payload in the ERP's words. What has no counterpart there is a gap of the mapping: class `config`, so that the
 * message is parked and comes back when the gap is filled.
 */
export const toOperation =
  (deps: { store: ImportStore; connector: ConnectorId; remoteClient: (client: string) => string | null }) =>
  async (row: OutboxRow): Promise<OutboundOp> => {
    const read = v.safeParse(receiptSchema, row.payload)
    if (!read.success) throw new ErpError('config', `message ${row.key} of type ${row.type} cannot be read`)
    const payload = read.output as Omit<ReceiptPayload, 'document'> & { document: DocumentId }
    const remotes = await deps.store.remoteOf(deps.connector, [
      payload.document,
      ...payload.lines.map(line => line.item),
    ])
    const client = deps.remoteClient(payload.client)
    if (client === null)
      throw new ErpError('config', `client ${payload.client} is not mapped`, {
        gap: { kind: 'client', key: payload.client },
      })
    const remoteItem = (item: ItemId): string => {
      const remote = remotes.get(item)
      if (remote === undefined)
        throw new ErpError('config', `item ${item} is not mapped`, { gap: { kind: 'item', key: item } })
      return remote
    }
    const order = remotes.get(payload.document)
    const lines = payload.lines.map((line): Line => ({
      item: remoteItem(line.item),
      lot: line.lot,
      serial: line.serial,
      expiry: line.expiry,
      qty: baseQty(line.qty),
      line: null,
      location: null,
    }))
    const ref: RemoteRef | null = order === undefined ? null : { kind: 'order', id: order }
    return {
      key: row.key,
      seq: row.seq,
      subject: row.subject,
      at: row.createdAt,
      by: '',
      answers: {},
      type: 'receipt',
      client,
      order: ref,
      lines,
      final: payload.final,
    }
  }
