import { derivedId } from '../../shared/ids.ts'
import type { ClientId, DocumentId, ItemId } from '../../shared/ids.ts'
import type { MessageDraft } from '../../shared/ledger/effects.ts'
import type { StockStatus } from '../../shared/ledger/stock.ts'
import type { View } from '../../shared/ledger/world.ts'
import type { CommandRef, MessageWrite, Uncovered } from './ports.ts'

/** What the outbox keeps of a receipt: our own ids only; the worker that delivers it maps them to the ERP's. */
export type ReceiptPayload = {
  v: 1
  type: 'receipt'
  document: DocumentId
  client: ClientId
  final: boolean
  lines: { item: ItemId; lot: string; serial: string; expiry: string | null; status: StockStatus; qty: number }[]
}

/**
 * One receipt message with every command counted once. Its key is derived from what closes it, so that commands that are
 * sent again after a restore make the same key, and the ERP's own copy is recognised.
 */
export const receiptMessage = (
  draft: MessageDraft,
  covered: readonly Uncovered[],
  closing: CommandRef,
  view: View,
): MessageWrite => {
  const lines = new Map<string, ReceiptPayload['lines'][number]>()
  for (const { movements } of covered) {
    for (const m of movements) {
      const key = [m.item, m.lot, m.serial, m.to.status].join('\u001f')
      const line = lines.get(key) ?? {
        item: m.item,
        lot: m.lot,
        serial: m.serial,
        expiry: view.lot(m.client, m.item, m.lot)?.expiry ?? null,
        status: m.to.status,
        qty: 0,
      }
      line.qty += m.qty
      lines.set(key, line)
    }
  }
  const client = view.document(draft.document)?.client ?? covered[0]?.movements[0]?.client
  if (client === undefined) throw new Error(`receipt message for unknown document ${draft.document}`)
  const subject = `receipt/${draft.document}`
  const payload: ReceiptPayload = {
    v: 1,
    type: 'receipt',
    document: draft.document,
    client,
    final: draft.final,
    lines: [...lines.values()],
  }
  return {
    key: derivedId('outbox', 'receipt', subject, closing.device, closing.epoch, closing.seq),
    client,
    subject,
    type: 'receipt',
    payload,
    covers: covered.map(row => row.command),
    seq: closing.seq,
  }
}
