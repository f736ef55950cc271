import type { CsvLanguage } from '../csv.ts'

/** How a cell is to be read. Codes and ids are text; `permille`… of figures are in kpi.ts. */
export type ColumnKind = 'text' | 'code' | 'instant' | 'day' | 'count' | 'seconds' | 'ms' | 'minor'
export type Column = { key: string; kind: ColumnKind; words: Readonly<Record<CsvLanguage, string>> }
/** By the keys of the columns. */
export type TableRow = Readonly<Record<string, string | number | null>>

const column = (key: string, kind: ColumnKind, en: string, tr: string): Column => ({ key, kind, words: { en, tr } })

const at = (en: string, tr: string): Column => column('at', 'instant', en, tr)
const PLACE = column('place', 'code', 'Place', 'Raf')
const ITEM = column('item', 'code', 'Item', 'Ürün')
const LOT = column('lot', 'code', 'Lot', 'Lot')
const DELTA = column('delta', 'count', 'Difference', 'Fark')
const VALUE = column('value', 'minor', 'Value', 'Değer')
const STATE = column('state', 'text', 'State', 'Durum')
const TYPE = column('type', 'text', 'Kind', 'Tür')
const CONNECTOR = column('connector', 'text', 'Connection', 'Bağlantı')
const CREATED = column('createdAt', 'instant', 'In our books', 'Kayıt zamanı')
const POSTED = column('postedAt', 'instant', 'Posted in the ERP', 'ERP onayı')
const PROCESS = column('process', 'text', 'Process', 'Süreç')

/** The rows that figures are made of, by the tile that they belong to; see docs/kpis.md. */
export const TABLES = {
  accuracy: [
    at('Accepted', 'Kabul zamanı'),
    PLACE,
    ITEM,
    LOT,
    column('status', 'text', 'Status', 'Statü'),
    column('book', 'count', 'Book', 'Kayıt'),
    column('counted', 'count', 'Counted', 'Sayılan'),
    DELTA,
    VALUE,
    STATE,
  ],
  order: [
    at('Ready', 'Hazır'),
    column('number', 'code', 'Order', 'Sipariş'),
    column('importedAt', 'instant', 'Imported', 'Aktarım'),
    column('pickedAt', 'instant', 'First pick', 'İlk toplama'),
    column('shippedAt', 'instant', 'Shipped', 'Sevk'),
    column('confirmedAt', 'instant', 'Confirmed by the ERP', 'ERP onayı'),
    column('dueAt', 'instant', 'Due', 'Termin'),
    column('toReady', 'seconds', 'Imported to ready (s)', 'Aktarımdan hazıra (sn)'),
  ],
  sync: [
    at('Posted in the ERP', 'ERP onayı'),
    CONNECTOR,
    TYPE,
    column('capturedAt', 'instant', 'First scan', 'İlk okutma'),
    CREATED,
    column('out', 'seconds', 'To the ERP (s)', 'ERP’ye (sn)'),
    column('endToEnd', 'seconds', 'End to end (s)', 'Uçtan uca (sn)'),
  ],
  errors: [
    at('In our books', 'Kayıt zamanı'),
    CONNECTOR,
    TYPE,
    column('failure', 'text', 'Failure', 'Hata'),
    column('attempts', 'count', 'Tries', 'Deneme'),
    column('failedAttempts', 'count', 'Failed tries', 'Başarısız deneme'),
    POSTED,
  ],
  efficiency: [
    column('day', 'day', 'Day', 'Gün'),
    PROCESS,
    column('lines', 'count', 'Lines', 'Satır'),
    column('right', 'count', 'Right the first time', 'İlk seferde doğru'),
    column('activeMs', 'ms', 'Active time (ms)', 'Aktif süre (ms)'),
    column('standardMs', 'ms', 'Standard time of a line (ms)', 'Satır standart süresi (ms)'),
  ],
  shorts: [
    at('Shorted', 'Eksik zamanı'),
    column('zone', 'code', 'Zone', 'Bölge'),
    column('command', 'code', 'Command', 'Komut'),
  ],
  adjustments: [
    at('Posted', 'Kayıt zamanı'),
    PLACE,
    ITEM,
    LOT,
    DELTA,
    VALUE,
    column('reason', 'text', 'Reason', 'Neden'),
    column('abc', 'text', 'Class', 'Sınıf'),
    column('openedAt', 'instant', 'Came up', 'Ortaya çıkış'),
    column('decidedAt', 'instant', 'Decided', 'Karar'),
  ],
  exceptions: [
    at('Opened', 'Açılış'),
    column('kind', 'text', 'Cause', 'Neden'),
    column('zone', 'code', 'Zone', 'Bölge'),
    STATE,
    column('closedAt', 'instant', 'Closed', 'Kapanış'),
    column('age', 'seconds', 'Age (s)', 'Yaş (sn)'),
  ],
} as const satisfies Readonly<Record<string, readonly Column[]>>
export type TableName = keyof typeof TABLES
export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[]
