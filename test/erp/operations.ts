import type { Line, OperationBody, OrderStatus, OutboundOp, RemoteRef } from '../../server/erp/operation.ts'
import { baseQty } from '../../server/erp/quantity.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ErpPeer } from './fixture.ts'

/** Goods of a message, with what is usual left out. */
export type Goods = {
  item: string
  n: number
  lot?: string
  serial?: string
  expiry?: string | null
  line?: string | null
  location?: string | null
}
export const lineOf = (goods: Goods): Line => ({
  item: goods.item,
  lot: goods.lot ?? '',
  serial: goods.serial ?? '',
  expiry: goods.expiry ?? null,
  qty: baseQty(goods.n),
  line: goods.line ?? null,
  location: goods.location ?? null,
})

let made = 0
/** A new operation with a key of its own, as the outbox would hand it to the connector. */
export const operation = (peer: ErpPeer, body: OperationBody, answers: OutboundOp['answers'] = {}): OutboundOp => {
  made += 1
  return {
    key: derivedId('kit', process.pid, peer.url, made),
    seq: made,
    subject: `kit/${made}`,
    at: new Date().toISOString(),
    by: 'Ayşe Yılmaz',
    client: peer.client,
    answers,
    ...body,
  }
}

const order = (kind: 'purchaseOrder' | 'salesOrder', id: string): RemoteRef => ({ kind, id })

export const receipt = (peer: ErpPeer, purchase: string | null, goods: readonly Goods[], final = true): OutboundOp =>
  operation(peer, {
    type: 'receipt',
    order: purchase === null ? null : order('purchaseOrder', purchase),
    lines: goods.map(row => lineOf({ location: peer.places.main, ...row })),
    final,
  })

export const shipment = (
  peer: ErpPeer,
  sale: string,
  goods: readonly Goods[],
  more: { shorts?: 'backorder' | 'cancel'; tracking?: string } = {},
): OutboundOp => {
  const lines = goods.map(row => lineOf({ location: peer.places.main, ...row }))
  const tracking = more.tracking ?? null
  return operation(peer, {
    type: 'shipment',
    order: order('salesOrder', sale),
    lines,
    packages: [{ label: 'XC00001', type: 'M', weightG: 1200, size: { l: 400, w: 300, h: 250 }, tracking, lines }],
    shipping: { carrier: null, tracking: tracking === null ? [] : [tracking] },
    shorts: more.shorts ?? 'backorder',
  })
}

export const adjustment = (
  peer: ErpPeer,
  goods: { item: string; delta: number; book: number; lot?: string; location?: string },
): OutboundOp => {
  const { qty: _qty, line: _line, ...line } = lineOf({ n: 1, location: peer.places.main, ...goods })
  return operation(peer, {
    type: 'adjustment',
    line,
    delta: goods.delta,
    counted: goods.book + goods.delta,
    bookAtCount: goods.book,
    countedAt: new Date().toISOString(),
    reason: peer.reasons.adjustment,
    approvedBy: 'Mehmet Demir',
    countLine: derivedId('count', made),
  })
}

export const transfer = (peer: ErpPeer, goods: readonly Goods[], from: string, to: string): OutboundOp =>
  operation(peer, {
    type: 'transfer',
    lines: goods.map(row => {
      const { location: _location, ...line } = lineOf(row)
      return { ...line, from, to }
    }),
  })

export const customerReturn = (peer: ErpPeer, sale: string | null, goods: readonly Goods[]): OutboundOp =>
  operation(peer, {
    type: 'return',
    order: sale === null ? null : order('salesOrder', sale),
    lines: goods.map(row => lineOf({ location: peer.places.main, ...row })),
    reason: peer.reasons.return,
  })

let boxes = 0
/** `goods`: what lies in its one carton that is closed and still here. */
export const orderStatus = (
  peer: ErpPeer,
  sale: string,
  status: OrderStatus['status'],
  goods: readonly Goods[] = [],
  tracking: readonly string[] = [],
): OutboundOp => {
  boxes += 1
  const lines = goods.map(row => lineOf({ location: peer.places.main, ...row }))
  const size = { l: 400, w: 300, h: 250 }
  const box = { label: `XC${String(boxes).padStart(5, '0')}`, type: 'M', weightG: 1200, size, tracking: null, lines }
  return operation(peer, {
    type: 'orderStatus',
    order: order('salesOrder', sale),
    status,
    packages: goods.length === 0 ? [] : [box],
    shipping: { carrier: 'Aras', tracking },
  })
}
