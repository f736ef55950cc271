import { derivedId } from '../../shared/ids.ts'
import type { ClientId, DocumentId, ItemId, LocationId } from '../../shared/ids.ts'
import type { MessageDraft } from '../../shared/ledger/effects.ts'
import type { Movement, StockStatus } from '../../shared/ledger/stock.ts'
import { lotKey } from '../../shared/ledger/world.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import type { CommandRef, MessageWrite, Uncovered } from './ports.ts'

/** Base units of one kind of goods. Below zero: what was told before is taken off again. */
export type MessageLine = {
  item: ItemId
  lot: string
  serial: string
  expiry: string | null
  status: StockStatus
  /** Where it came to or left from. */
  place: LocationId
  qty: number
}

type Common = { v: 1; document: DocumentId; client: ClientId; final: boolean }

/** What the outbox keeps: our own ids only; the worker that delivers it maps them to the ERP's. */
export type ReceiptPayload = Common & { type: 'receipt'; lines: MessageLine[] }
export type ReturnPayload = Common & { type: 'return'; origin: DocumentId | null; lines: MessageLine[] }
export type ShipmentPayload = Common & {
  type: 'shipment'
  carrier: string | null
  packages: {
    label: string
    type: string | null
    weightG: number | null
    tracking: string | null
    lines: MessageLine[]
  }[]
}
export type DocumentPayload = ReceiptPayload | ReturnPayload | ShipmentPayload

/**
 * One message about a document with every command counted once. Its key is derived from what closes it, so that commands
 * that are sent again after a restore make the same key, and the ERP's own copy is recognised.
 */
export const outboundMessage = (
  draft: MessageDraft,
  covered: readonly Uncovered[],
  closing: CommandRef,
  view: View,
): MessageWrite => {
  const movements = covered.flatMap(row => row.movements)
  const lots = new Map(covered.flatMap(row => row.lots.map(lot => [lotKey(lot.client, lot.item, lot.lot), lot])))
  const expiryOf: ExpiryOf = m =>
    (view.lot(m.client, m.item, m.lot) ?? lots.get(lotKey(m.client, m.item, m.lot)))?.expiry ?? null
  const client = view.document(draft.document)?.client ?? movements[0]?.client
  if (client === undefined) throw new Error(`message for unknown document ${draft.document}`)
  const subject = `${draft.type}/${draft.document}`
  return {
    key: derivedId('outbox', draft.type, subject, closing.device, closing.epoch, closing.seq),
    client,
    subject,
    type: draft.type,
    payload: payloadOf(draft, client, movements, view, expiryOf),
    covers: covered.map(row => row.command),
    closing,
  }
}

/** The world of a batch knows the lots of that batch only; what came before it brings its own. */
type ExpiryOf = (m: Movement) => string | null

const payloadOf = (
  { type, document, final }: MessageDraft,
  client: ClientId,
  movements: readonly Movement[],
  view: View,
  expiryOf: ExpiryOf,
): DocumentPayload => {
  const common: Common = { v: 1, document, client, final }
  switch (type) {
    case 'receipt':
      return { ...common, type, lines: linesOf(movements, 'in', view, expiryOf) }
    case 'return':
      return {
        ...common,
        type,
        origin: view.document(document)?.origin ?? null,
        lines: linesOf(movements, 'in', view, expiryOf),
      }
    case 'shipment':
      return {
        ...common,
        type,
        carrier: view.document(document)?.carrier ?? null,
        packages: packagesOf(movements, view, expiryOf),
      }
  }
}

/** Sums per goods and status; a movement against the direction of the message takes off. */
const linesOf = (
  movements: readonly Movement[],
  direction: 'in' | 'out',
  view: View,
  expiryOf: ExpiryOf,
): MessageLine[] => {
  const lines = new Map<string, MessageLine>()
  for (const m of movements) {
    const isIn = isVirtual(view.location(m.from.location))
    const { status, location: place } = isIn ? m.to : m.from
    const key = [m.item, m.lot, m.serial, status, place].join('\u001f')
    const expiry = expiryOf(m)
    const line = lines.get(key) ?? { item: m.item, lot: m.lot, serial: m.serial, expiry, status, place, qty: 0 }
    line.qty += (isIn === (direction === 'in') ? 1 : -1) * m.qty
    lines.set(key, line)
  }
  return [...lines.values()].filter(line => line.qty !== 0)
}

/** A box is a package; goods that went out of something else are in a package without a label. */
const packagesOf = (movements: readonly Movement[], view: View, expiryOf: ExpiryOf): ShipmentPayload['packages'] => {
  const boxes = new Map<string, Movement[]>()
  for (const m of movements) boxes.set(m.from.location, [...(boxes.get(m.from.location) ?? []), m])
  return [...boxes.values()].map(rows => {
    const box = rows[0] === undefined ? undefined : view.location(rows[0].from.location)
    const { type = null, weightG = null, tracking = null } = box?.carton ?? {}
    return { label: box?.code ?? '', type, weightG, tracking, lines: linesOf(rows, 'out', view, expiryOf) }
  })
}
