import * as v from 'valibot'
import type { ErpCaps, ErpConnector, Inbound, InboundKind } from './connector.ts'
import { ErpError } from './erp-error.ts'
import { readRecords } from './inbound.ts'
import type { InboundPage } from './inbound.ts'
import type { OutboundOp } from './operation.ts'
import { connectorKind, erpUrl } from './settings.ts'
import type { Secret } from './settings.ts'
import { items, locations, lots, partners } from './tryton-catalogue.ts'
import type { Source } from './tryton-catalogue.ts'
import { checkTryton } from './tryton-check.ts'
import { diagnosed } from './tryton-diagnose.ts'
import { foundOf } from './tryton-document.ts'
import type { Work } from './tryton-document.ts'
import { findInternal, postInternal, prepareInternal } from './tryton-internal.ts'
import { purchases, shipments } from './tryton-orders.ts'
import { changedSince, nextCursor, readCursor } from './tryton-pages.ts'
import { postIncoming, prepareIncoming } from './tryton-receipt.ts'
import { ARCHIVED_TOO, trytonRpc } from './tryton-rpc.ts'
import type { Rpc } from './tryton-rpc.ts'
import { findShipment, postShipment, prepareShipment } from './tryton-shipment.ts'
import { siteReader, todayThere } from './tryton-site.ts'
import type { SiteReader, TrytonSettings } from './tryton-site.ts'
import { movesSince, stockOf } from './tryton-stock.ts'
import { id, remoteId } from './tryton-value.ts'

const SOURCES: Partial<Record<InboundKind, Source>> = {
  item: items,
  partner: partners,
  location: locations,
  lot: lots,
  purchaseOrder: purchases,
  salesOrder: shipments,
}

const CAPS: ErpCaps = {
  key: 'reference',
  adjust: 'delta',
  locations: 'bins',
  lots: true,
  serials: false,
  expiry: true,
  partialReceipt: true,
  overReceipt: 'accepted',
  // Tryton would accept it without a word; we ask a person first.
  negativeStock: 'refused',
  blindReceipt: true,
  tracking: true,
  packages: true,
  carrierLabels: false,
  pictures: false,
  webhooks: false,
  fractions: true,
  kinds: Object.keys(SOURCES) as InboundKind[],
  operations: ['receipt', 'shipment', 'adjustment', 'transfer', 'return'],
  concurrent: 4,
  perSecond: 40,
  settleMs: 60_000,
}

type Deps = { id: string; settings: TrytonSettings; password: Secret; fetch: typeof fetch; now: () => string }

/**
 * Tryton 6.0 over JSON-RPC. What we make there carries our key as its reference, which Tryton does not hold unique: one writer
 * a key, and a look before each step. What Tryton made (customer shipments) is anchored by its number.
 */
const makeTryton = ({ id: connection, settings, password, fetch, now }: Deps): ErpConnector => {
  const { url, database, user } = settings
  const rpc = trytonRpc({ url, database, user, password, fetch, now })
  const reader = siteReader(rpc, settings)
  const workOf = async <O extends OutboundOp>(op: O, signal: AbortSignal): Promise<Work<O>> => {
    const site = await reader.read(signal)
    const today = await todayThere(rpc, site, signal)
    const day = op.day ?? op.at.slice(0, 10)
    return { rpc, site, settings, op, today, effective: day < today ? day : null, signal }
  }
  return {
    id: connection,
    caps: CAPS,
    check: signal => checkTryton(rpc, reader, now, signal),
    ...pulling(rpc, reader),
    prepare: async (op, known, signal) => {
      const work = await workOf(op, signal)
      return diagnosed(work, () => {
        if (isIncoming(work)) return prepareIncoming(work, known)
        if (isInternal(work)) return prepareInternal(work, known)
        if (isShipment(work)) return prepareShipment(work, known)
        throw unknownOperation(op)
      })
    },
    post: async (op, ref, signal) => {
      const work = await workOf(op, signal)
      return diagnosed(work, () => {
        if (isIncoming(work)) return postIncoming(work, ref)
        if (isInternal(work)) return postInternal(work, ref)
        if (isShipment(work)) return postShipment(work, ref)
        throw unknownOperation(op)
      })
    },
    find: async (op, ref, signal) => {
      const work = await workOf(op, signal)
      if (isInternal(work)) return findInternal(work, ref)
      if (isShipment(work)) return findShipment(work, ref)
      if (op.type === 'receipt')
        return foundOf(work, 'stock.shipment.in', ref, [['from_location.type', '=', 'supplier']])
      if (op.type === 'return')
        return foundOf(work, 'stock.shipment.out.return', ref, [['from_location.type', '=', 'customer']])
      throw unknownOperation(op)
    },
    stock: stockOf(rpc, reader),
    movementsSince: movesSince(rpc, reader),
  }
}

const isIncoming = (work: Work): work is Parameters<typeof prepareIncoming>[0] =>
  work.op.type === 'receipt' || work.op.type === 'return'
const isInternal = (work: Work): work is Parameters<typeof prepareInternal>[0] =>
  work.op.type === 'adjustment' || work.op.type === 'transfer'
const isShipment = (work: Work): work is Parameters<typeof prepareShipment>[0] => work.op.type === 'shipment'
const unknownOperation = (op: OutboundOp): ErpError => new ErpError('config', `Tryton has nothing for ${op.type}.`)

const pulling = (rpc: Rpc, reader: SiteReader): Pick<ErpConnector, 'pull' | 'ids'> => ({
  pull: async <K extends InboundKind>(
    kind: K,
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<InboundPage<K>> => {
    const source = SOURCES[kind]
    if (source === undefined) return { items: [], flaws: [], next: cursor ?? '', more: false }
    const site = await reader.read(signal)
    const at = readCursor(cursor)
    const began = at.began ?? (await rpc.clock(signal))
    const domain = [
      ...source.domain(site),
      ...(at.from === null ? source.alive : changedSince(at.from, source.children)),
      ['id', '>', at.after],
    ]
    const args = [domain, 0, limit, [['id', 'ASC']], source.fields(site.features)]
    const rows = await rpc.read(`model.${source.model}.search_read`, args, v.array(v.looseObject({ id })), signal, {
      context: ARCHIVED_TOO,
    })
    const raw = await source.read(rows, site, rpc, signal)
    const more = rows.length >= limit
    return {
      ...readRecords(kind, raw as readonly { id: string; record: Inbound[K] }[]),
      next: nextCursor({ ...at, began }, rows.at(-1)?.id ?? at.after, more),
      more,
    }
  },
  ids: async function* (kind, signal) {
    const source = SOURCES[kind]
    if (source === undefined) return
    const site = await reader.read(signal)
    for (let after = 0; ;) {
      const args = [[...source.domain(site), ...source.alive, ['id', '>', after]], 0, 1000, [['id', 'ASC']]]
      const found = await rpc.read(`model.${source.model}.search`, args, v.array(id), signal)
      for (const n of found) yield remoteId(source.model, n)
      if (found.length < 1000) return
      after = found.at(-1) ?? after
    }
  },
})

const code = v.pipe(v.string(), v.trim(), v.maxLength(80))
const settings = v.object({
  url: erpUrl,
  database: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{1,63}$/)),
  user: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  warehouse: v.optional(code, ''),
  supplier: v.optional(code, ''),
  customer: v.optional(code, ''),
})

export const tryton = connectorKind({
  name: 'tryton',
  title: 'Tryton 6.0',
  settings,
  secrets: [{ name: 'password', title: 'Password' }],
  make: ({ id, settings, secrets, fetch, now }) => makeTryton({ id, settings, password: secrets.password, fetch, now }),
})
