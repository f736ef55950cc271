import * as v from 'valibot'
import { CSV_LANGUAGES } from '../csv.ts'
import type { CsvLanguage } from '../csv.ts'
import { calendarDay } from '../sync/calendar.ts'
import { text } from '../sync/fields.ts'
import { PAST_BASES, PAST_GROUPS } from './goods.ts'
import { DOCUMENT_SORTS, STOCK_SORTS } from './view.ts'

/** Lists of the desk as files, with exactly the filters of the screen. */
export const EXPORTS = [
  'stock',
  'movements',
  'orders',
  'receipts',
  'returns',
  'approvals',
  'audit',
  'recall',
  'expiring',
  'past',
  'stocktake',
] as const
export type ExportName = (typeof EXPORTS)[number]

/** GET /api/desk/export */
export const exportQuery = v.object({
  list: v.picklist(EXPORTS),
  format: v.optional(v.picklist(['csv', 'xlsx']), 'csv'),
  language: v.optional(v.picklist(CSV_LANGUAGES), 'en'),
  q: v.optional(text(80), ''),
  state: v.optional(v.picklist(['open', 'closed', 'all']), 'all'),
  item: v.optional(text(36), ''),
  location: v.optional(text(36), ''),
  client: v.optional(text(36), ''),
  lot: v.optional(text(40), ''),
  id: v.optional(text(36), ''),
  days: v.optional(v.pipe(v.string(), v.regex(/^\d{1,4}$/)), '30'),
  day: v.optional(calendarDay, '1970-01-01'),
  basis: v.optional(v.picklist(PAST_BASES), 'booked'),
  by: v.optional(v.picklist(PAST_GROUPS), 'item'),
  sort: v.optional(v.picklist([...STOCK_SORTS, ...DOCUMENT_SORTS])),
  /** Names of columns with a point between, in this order; '' = all that the list has. */
  columns: v.optional(text(400), ''),
  /** 1 = below the heads a line of the names that programs read. */
  machine: v.optional(v.picklist(['0', '1']), '0'),
})
export type ExportQuery = v.InferOutput<typeof exportQuery>

/** A spreadsheet with more rows than this is no help, and does not fit into memory; CSV goes on to a million. */
export const MAX_XLSX_ROWS = 100_000
export const MAX_CSV_ROWS = 1_000_000

const EN = {
  place: 'Place',
  zone: 'Zone',
  sku: 'SKU',
  name: 'Item',
  unit: 'Unit',
  client: 'Client',
  lot: 'Lot',
  serial: 'Serial',
  expiry: 'Expiry',
  label: 'Pallet',
  status: 'Status',
  onHand: 'On hand',
  reserved: 'Reserved',
  held: 'Held',
  available: 'Available',
  at: 'When',
  receivedAt: 'Received',
  worker: 'Who',
  device: 'Handheld',
  from: 'From',
  fromStatus: 'From status',
  to: 'To',
  toStatus: 'To status',
  qty: 'Quantity',
  number: 'Number',
  partner: 'Partner',
  state: 'State',
  due: 'Due',
  lines: 'Lines',
  linesDone: 'Lines done',
  wanted: 'Wanted',
  done: 'Done',
  short: 'Short lines',
  book: 'Book',
  counted: 'Counted',
  delta: 'Difference',
  value: 'Value',
  kind: 'What',
  subject: 'About',
  outcome: 'Outcome',
  warehouse: 'Warehouse',
  carrier: 'Carrier',
  tracking: 'Tracking',
  daysLeft: 'Days left',
  reason: 'Reason',
}
export type Head = keyof typeof EN
const TR: Readonly<Record<Head, string>> = {
  place: 'Yer',
  zone: 'Bölge',
  sku: 'SKU',
  name: 'Ürün',
  unit: 'Birim',
  client: 'Müşteri',
  lot: 'Parti',
  serial: 'Seri no',
  expiry: 'Son tarih',
  label: 'Palet',
  status: 'Durum',
  onHand: 'Eldeki',
  reserved: 'Ayrılmış',
  held: 'Bekletilen',
  available: 'Kullanılabilir',
  at: 'Ne zaman',
  receivedAt: 'Alındı',
  worker: 'Kim',
  device: 'El terminali',
  from: 'Nereden',
  fromStatus: 'Önceki durum',
  to: 'Nereye',
  toStatus: 'Sonraki durum',
  qty: 'Miktar',
  number: 'Numara',
  partner: 'Karşı taraf',
  state: 'Aşama',
  due: 'Termin',
  lines: 'Satır',
  linesDone: 'Biten satır',
  wanted: 'İstenen',
  done: 'Yapılan',
  short: 'Eksik satır',
  book: 'Kayıt',
  counted: 'Sayılan',
  delta: 'Fark',
  value: 'Değer',
  kind: 'Ne',
  subject: 'Konu',
  outcome: 'Sonuç',
  warehouse: 'Depo',
  carrier: 'Taşıyıcı',
  tracking: 'Takip no',
  daysLeft: 'Kalan gün',
  reason: 'Neden',
}
export const HEADS: Readonly<Record<CsvLanguage, Readonly<Record<Head, string>>>> = { en: EN, tr: TR }
