import * as v from 'valibot'
import type { ConnectorId } from '../../shared/ids.ts'
import { dayOf } from '../../shared/time.ts'
import { ErpError } from '../erp/erp-error.ts'
import type { Line, OperationBody, OutboundOp, Package, RemoteRef } from '../erp/operation.ts'
import { baseQty } from '../erp/quantity.ts'
import type { ImportStore } from './import-port.ts'
import { gapError, makeMapper } from './mapper.ts'
import type { Mapper } from './mapper.ts'
import type { OutboxRow } from './outbox-port.ts'
import { documentsOf, itemsOf, payloadSchema, placesOf } from './payload.ts'
import type { Payload, PayloadLine, PayloadOf } from './payload.ts'

export type OutboundDeps = {
  store: Pick<ImportStore, 'remoteOf' | 'unitsOf'>
  connector: ConnectorId
  remoteClient: (client: string) => string | null
  /** The mapping as it is now, with the zones of these places. */
  mapper?: (places: readonly string[]) => Promise<Mapper>
  /** Questions of the ERP that the connection answers by itself. */
  allow?: Readonly<Record<string, string>>
  /** The warehouse's time zone. */
  timeZone?: () => Promise<string>
  /** Name of a worker or of whoever decided. */
  nameOf?: (who: string) => string
}

/**
 * Our payload in the ERP's words; null = nothing that the ERP would see (a move inside one of its locations). What has no
 * counterpart there is a gap of the mapping: class `config`, so that the message is parked and comes back when the gap is
 * filled.
 */
export const toOperation =
  (deps: OutboundDeps) =>
  async (row: OutboxRow): Promise<OutboundOp | null> => {
    const read = v.safeParse(payloadSchema, row.payload)
    if (!read.success) throw new ErpError('config', `message ${row.key} of type ${row.type} cannot be read`)
    const payload = read.output
    const items = [...new Set(itemsOf(payload))]
    const [remotes, units, mapped, zone] = await Promise.all([
      deps.store.remoteOf(deps.connector, [...items, ...documentsOf(payload)]),
      deps.store.unitsOf(items),
      deps.mapper?.(placesOf(payload)),
      deps.timeZone?.(),
    ])
    const mapper = mapped ?? makeMapper([])
    const client = deps.remoteClient(payload.client)
    if (client === null) throw gapError({ kind: 'client', key: payload.client })
    const body = bodyOf(payload, { remotes, units, mapper })
    if (body === null) return null
    const who = 'by' in payload ? payload.by : ''
    const { key, seq, subject, createdAt: at } = row
    const when = zone === undefined ? { at } : { at, day: dayOf(at, zone) }
    const answers = { ...deps.allow, ...row.answers }
    return { key, seq, subject, ...when, by: deps.nameOf?.(who) ?? who, answers, client, ...body }
  }

type Words = {
  remotes: ReadonlyMap<string, string>
  units: ReadonlyMap<string, string>
  mapper: Mapper
}

const bodyOf = (payload: Payload, words: Words): OperationBody | null => {
  switch (payload.type) {
    case 'receipt': {
      const lines = payload.lines.map(lineIn(words))
      return { type: 'receipt', order: refOf(payload.document, words), lines, final: payload.final }
    }
    case 'return': {
      const sent = payload.origin === null ? null : refOf(payload.origin, words)
      const order = refOf(payload.document, words) ?? sent
      const reason = words.mapper.reason('return')
      return { type: 'return', order, lines: payload.lines.map(lineIn(words)), reason }
    }
    case 'shipment':
      return shipmentOf(payload, words)
    case 'adjustment':
      return adjustmentOf(payload, words)
    case 'transfer':
      return transferOf(payload, words)
    case 'reservation': {
      const { location, reserved } = payload
      return { type: 'reservation', item: remoteItem(payload.item, words), location, reserved }
    }
    case 'orderStatus': {
      const { status, carrier, tracking } = payload
      const shipping = { carrier: words.mapper.carrier(carrier), tracking }
      const packages = packagesOf(payload.packages, words)
      return { type: 'orderStatus', order: orderOf(payload.document, words), status, packages, shipping }
    }
  }
}

const packagesOf = (boxes: PayloadOf<'shipment'>['packages'], words: Words): readonly Package[] =>
  boxes.map(box => ({ ...box, lines: box.lines.map(lineIn(words)) }))

const shipmentOf = (payload: PayloadOf<'shipment'>, words: Words): OperationBody => {
  const packages = packagesOf(payload.packages, words)
  const tracking = packages.flatMap(box => box.tracking ?? [])
  return {
    type: 'shipment',
    order: orderOf(payload.document, words),
    lines: summed(payload.packages.flatMap(box => box.lines)).map(lineIn(words)),
    packages,
    shipping: { carrier: words.mapper.carrier(payload.carrier), tracking },
    // What is still to come keeps the order open over there; the last shipment ends it.
    shorts: payload.final ? 'cancel' : 'backorder',
  }
}

const adjustmentOf = (payload: PayloadOf<'adjustment'>, words: Words): OperationBody => {
  const { item, lot, serial, place, delta, count } = payload
  const { counted = 0, bookAtCount = 0, countedAt = '', countLine = '' } = count ?? {}
  return {
    type: 'adjustment',
    line: {
      item: remoteItem(item, words),
      lot,
      serial,
      expiry: null,
      ...unitOf(item, words),
      location: words.mapper.place(place),
    },
    delta,
    counted,
    bookAtCount,
    countedAt,
    reason: words.mapper.reason(payload.reason),
    approvedBy: payload.by,
    countLine,
  }
}

/** Goods that stay inside one location of the ERP are nothing to it; the ERP may have a default for one side only. */
const transferOf = (payload: PayloadOf<'transfer'>, words: Words): OperationBody | null => {
  const item = remoteItem(payload.item, words)
  const lines = payload.lines.flatMap(({ lot, serial, qty, from, to }) => {
    const [there, here] = [words.mapper.place(from), words.mapper.place(to)]
    if (there === here) return []
    if (there === null || here === null) throw gapError({ kind: 'location', key: '* *' })
    const line = { item, lot, serial, expiry: null, qty: baseQty(qty), ...unitOf(payload.item, words), line: null }
    return [{ ...line, from: there, to: here }]
  })
  return lines.length === 0 ? null : { type: 'transfer', lines }
}

const refOf = (document: string, { remotes }: Words): RemoteRef | null => {
  const id = remotes.get(document)
  return id === undefined ? null : { kind: 'order', id }
}
const orderOf = (document: string, words: Words): RemoteRef => {
  const ref = refOf(document, words)
  if (ref === null) throw gapError({ kind: 'order', key: document })
  return ref
}
const remoteItem = (item: string, { remotes }: Words): string => {
  const remote = remotes.get(item)
  if (remote === undefined) throw gapError({ kind: 'item', key: item })
  return remote
}
const unitOf = (item: string, { units }: Words): { unit?: string } => {
  const unit = units.get(item)
  return unit === undefined ? {} : { unit }
}

/** Boxes and places may hold the same goods: the document of the ERP has them once. */
const summed = (all: readonly PayloadLine[]): PayloadLine[] => {
  const sums = new Map<string, PayloadLine>()
  for (const line of all) {
    const name = [line.item, line.lot, line.serial, line.status].join('\u001f')
    const sum = sums.get(name)
    sums.set(name, sum === undefined ? line : { ...sum, qty: sum.qty + line.qty })
  }
  return [...sums.values()]
}

const lineIn =
  (words: Words) =>
  (line: PayloadLine): Line => {
    const item = remoteItem(line.item, words)
    // A step that the ERP was told of was taken back: no document there says "minus two received".
    if (line.qty <= 0)
      throw new ErpError('conflict', 'Goods that the ERP was told of were taken back. Correct the document there.')
    const { lot, serial, expiry, status, place } = line
    const location = words.mapper.place({ location: place ?? '', status })
    return { item, lot, serial, expiry, qty: baseQty(line.qty), ...unitOf(line.item, words), line: null, location }
  }
