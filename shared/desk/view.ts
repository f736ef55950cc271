import * as v from 'valibot'
import { TURNS } from '../catalogue.ts'
import type { DeviceId, DocumentId, ItemId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'
import { callRowSchema } from './calls.ts'
import { lossOnCard } from './loss.ts'
import { boardRowSchema } from './work.ts'

/** Everything that the desk shows besides variances, exceptions, policies and connections. Quantities in base units. */
const nullable = v.nullable(v.string())
/** Null = whoever looks counts it blind. */
const figure = v.nullable(v.number())
const page = { after: v.optional(text(400), ''), limit: v.optional(text(4), '100') }
export const MAX_ROWS = 500

/** GET /api/desk/site: names that every page needs. */
export const siteAnswerSchema = v.object({
  /** Whose days and hours are shown. */
  timeZone: v.string(),
  people: v.array(v.object({ id: v.string(), name: v.string() })),
  places: v.array(v.object({ id: v.string(), code: v.string(), kind: v.string(), zone: nullable })),
  clients: v.array(v.object({ id: v.string(), name: v.string() })),
})
export type SiteAnswer = v.InferOutput<typeof siteAnswerSchema>

/** POST /api/desk/names: of items and documents, which are too many to be told at once. */
export const namesSchema = v.object({
  items: v.pipe(v.array(uuid<ItemId>()), v.maxLength(MAX_ROWS)),
  documents: v.pipe(v.array(uuid<DocumentId>()), v.maxLength(MAX_ROWS)),
})
const itemName = v.object({ id: v.string(), sku: v.string(), name: v.string(), unit: v.string(), client: v.string() })
const documentName = v.object({ id: v.string(), number: v.string(), kind: v.string(), partner: v.string() })
export const namesAnswerSchema = v.object({ items: v.array(itemName), documents: v.array(documentName) })
export type NamesAnswer = v.InferOutput<typeof namesAnswerSchema>

/** GET /api/desk/counts: what waits, for the navigation. */
export const countsAnswerSchema = v.object({
  approvals: v.number(),
  exceptions: v.number(),
  /** Messages for ERPs that do not go on by themselves. */
  stopped: v.number(),
  /** Handhelds with unsent steps that were not heard of for ten minutes. */
  silent: v.number(),
  asOf: v.string(),
})
export type CountsAnswer = v.InferOutput<typeof countsAnswerSchema>

/** GET /api/desk/stock */
/** By what a list is sorted; nothing that a blind counter must not know, for the order would tell it. */
export const STOCK_SORTS = ['place', 'sku', 'expiry'] as const
export type StockSort = (typeof STOCK_SORTS)[number]
export const stockQuery = v.object({
  q: v.optional(text(80), ''),
  sort: v.optional(v.picklist(STOCK_SORTS), 'place'),
  ...page,
})
export const stockRowSchema = v.object({
  item: v.string(),
  sku: v.string(),
  name: v.string(),
  unit: v.string(),
  client: v.string(),
  location: v.string(),
  place: v.string(),
  /** The place is the pick face of the item. */
  face: v.boolean(),
  lpn: v.string(),
  /** What stands on the pallet; empty = loose goods. */
  label: v.string(),
  lot: v.string(),
  serial: v.string(),
  expiry: nullable,
  status: v.string(),
  onHand: figure,
  reserved: figure,
  held: figure,
})
export const stockAnswerSchema = v.object({ rows: v.array(stockRowSchema), next: nullable })
export type StockAnswer = v.InferOutput<typeof stockAnswerSchema>
/** Null = withheld. */
export const availableOf = ({ status, onHand, reserved, held }: StockAnswer['rows'][number]): number | null => {
  if (onHand === null || reserved === null || held === null) return null
  return status === 'available' ? onHand - reserved - held : 0
}

/** GET /api/desk/movements: of an item, of a place, or of both; the newest first. */
export const movementsQuery = v.object({ item: v.optional(text(36), ''), location: v.optional(text(36), ''), ...page })
export const movementRowSchema = v.object({
  key: v.string(),
  at: v.string(),
  receivedAt: v.string(),
  worker: nullable,
  /** The handheld's number; 0 = the server's own (decisions, imports). */
  device: v.number(),
  item: v.string(),
  sku: v.string(),
  name: v.string(),
  lot: v.string(),
  serial: v.string(),
  from: v.string(),
  fromStatus: v.string(),
  to: v.string(),
  toStatus: v.string(),
  qty: figure,
})
export const movementsAnswerSchema = v.object({ rows: v.array(movementRowSchema), next: nullable })
export type MovementsAnswer = v.InferOutput<typeof movementsAnswerSchema>

/** GET /api/desk/documents: orders, deliveries or returns. */
export const DOCUMENT_SORTS = ['due', 'number', 'partner'] as const
export type DocumentSort = (typeof DOCUMENT_SORTS)[number]
export const documentsQuery = v.object({
  kind: v.picklist(['order', 'receipt', 'return']),
  state: v.optional(v.picklist(['open', 'closed', 'all']), 'open'),
  q: v.optional(text(80), ''),
  sort: v.optional(v.picklist(DOCUMENT_SORTS), 'due'),
  ...page,
})
export const documentRowSchema = v.object({
  id: v.string(),
  number: v.string(),
  partner: v.string(),
  client: v.string(),
  state: v.string(),
  due: nullable,
  lines: v.number(),
  linesDone: v.number(),
  wanted: v.number(),
  done: v.number(),
  /** Lines that ended with less than was wanted. */
  short: v.number(),
  /** Who is at it. */
  worker: nullable,
  version: v.number(),
  priority: v.number(),
  turn: v.nullable(v.picklist(TURNS)),
  /** Why nobody is given work of it; null = it is not held. */
  hold: nullable,
})
export const documentsAnswerSchema = v.object({ rows: v.array(documentRowSchema), next: nullable })
export type DocumentsAnswer = v.InferOutput<typeof documentsAnswerSchema>

/** A carton in the house, then what its carrier says. */
const PARCEL_STATES = [
  'packing',
  'packed',
  'shipped',
  'announced',
  'collected',
  'inTransit',
  'delivered',
  'failed',
  'returned',
] as const

/** GET /api/desk/document */
export const documentQuery = v.object({ id: uuid<DocumentId>() })
export const documentAnswerSchema = v.object({
  document: documentRowSchema,
  lines: v.array(
    v.object({
      id: v.string(),
      no: v.number(),
      item: v.string(),
      sku: v.string(),
      name: v.string(),
      unit: v.string(),
      wanted: v.number(),
      done: v.number(),
      shipped: v.number(),
      state: v.string(),
      reason: nullable,
      /** Where its reserved goods are now. */
      claims: v.array(v.object({ place: v.string(), lot: v.string(), qty: figure })),
    }),
  ),
  tasks: v.array(boardRowSchema),
  /** Of an order: its cartons with what carriers have said of them last, then parcels of which only that is known. */
  parcels: v.array(
    v.object({
      carton: nullable,
      carrier: nullable,
      tracking: nullable,
      state: v.picklist(PARCEL_STATES),
      at: nullable,
    }),
  ),
  /** What the ERP was told of it. */
  messages: v.array(
    v.object({
      type: v.string(),
      state: v.string(),
      at: v.string(),
      postedAt: nullable,
      /** What the ERP has made of it: its own document, then invoices, journal entries and waybills, each once. */
      records: v.array(v.object({ name: v.string(), url: nullable })),
    }),
  ),
})
export type ParcelState = (typeof PARCEL_STATES)[number]
export type DocumentAnswer = v.InferOutput<typeof documentAnswerSchema>

/** GET /api/desk/devices */
export const deviceRowSchema = v.object({
  id: v.string(),
  number: v.number(),
  state: v.picklist(['active', 'revoked', 'frozen']),
  worker: nullable,
  seenAt: nullable,
  app: nullable,
  agent: v.string(),
  /** What the handheld has said of itself with its last round. */
  pending: v.number(),
  oldest: nullable,
  lost: v.boolean(),
  persisted: v.nullable(v.boolean()),
  /** Minutes that its clock is behind (before: less than 0), where that is too much; else null. */
  clockOff: v.nullable(v.number()),
  /** Steps that it has announced and that have not come. */
  missing: v.number(),
  /** Steps of it that wait for a decision. */
  kept: v.number(),
  loss: v.nullable(lossOnCard),
  /** The newest first, a few. */
  calls: v.array(callRowSchema),
})
export const devicesAnswerSchema = v.object({ rows: v.array(deviceRowSchema), asOf: v.string() })
export type DevicesAnswer = v.InferOutput<typeof devicesAnswerSchema>

/** POST /api/desk/devices */
export const deviceActSchema = v.object({ device: uuid<DeviceId>(), act: v.literal('revoke') })

/** POST /api/desk/enrol: a set-up code that works once, for ten minutes. */
export const enrolCodeSchema = v.object({
  code: v.string(),
  url: v.string(),
  /** The address as a QR code, an SVG picture. */
  qr: v.string(),
  expiresAt: nullable,
})
export type EnrolCode = v.InferOutput<typeof enrolCodeSchema>

/** GET /api/desk/codes: what may stand on the labels of goods, for printing. */
export const codesAnswerSchema = v.object({
  rows: v.array(
    v.object({
      ...itemName.entries,
      /** The base unit's codes come first; an item without one has its SKU. */
      codes: v.array(v.object({ code: v.string(), packaging: v.string(), quantity: v.number() })),
    }),
  ),
})
export type CodesAnswer = v.InferOutput<typeof codesAnswerSchema>

/** GET /api/desk/audit: decisions, log-ins and changes of people, the newest first. */
export const auditQuery = v.object(page)
export const auditRowSchema = v.object({
  key: v.string(),
  at: v.string(),
  worker: nullable,
  kind: v.string(),
  subject: v.string(),
  outcome: v.string(),
})
export const auditAnswerSchema = v.object({ rows: v.array(auditRowSchema), next: nullable })
export type AuditAnswer = v.InferOutput<typeof auditAnswerSchema>

/** GET /api/desk/labels: of carriers, as the ERP has brought them. */
export const labelsAnswerSchema = v.object({
  labels: v.array(
    v.object({ remote: v.string(), format: v.picklist(['pdf', 'zpl']), tracking: v.nullable(v.string()) }),
  ),
})
/** GET /api/desk/label: base64. */
export const labelQuery = v.object({ ...documentQuery.entries, remote: v.pipe(text(200), v.nonEmpty()) })
export const labelAnswerSchema = v.object({ format: v.picklist(['pdf', 'zpl']), content: v.string() })

/** GET /api/desk/find: what a typed or scanned text may mean. */
export const findQuery = v.object({ q: v.pipe(text(200), v.nonEmpty()) })
const exact = v.boolean()
/** `exact`: the text as a whole is its code, its number or its label. */
export const findAnswerSchema = v.object({
  items: v.array(v.object({ ...itemName.entries, exact })),
  documents: v.array(v.object({ ...documentName.entries, exact })),
  places: v.array(v.object({ id: v.string(), code: v.string(), exact })),
  pallets: v.array(v.object({ id: v.string(), label: v.string() })),
  /** That a scanned label names beside the goods. */
  lot: v.nullable(v.string()),
})
export type FindAnswer = v.InferOutput<typeof findAnswerSchema>
