import * as v from 'valibot'
import { text } from '../sync/fields.ts'

/** What a site brings along on its first day, each as a CSV file with a header. Places come first, then items, then stock. */
export const INTAKE_KINDS = ['places', 'items', 'stock'] as const
export type IntakeKind = (typeof INTAKE_KINDS)[number]

/** Of one file; more is split into several. */
export const MAX_ROWS = 100_000
export const MAX_FILE_BYTES = 24 * 1024 * 1024
/** Of an answer; the rest is counted. */
export const MAX_PROBLEMS = 500
export const SAMPLE_ROWS = 10
export const MAX_PACKAGINGS = 3

type Column = { name: string; tr: string; required?: true }

const packColumns = Array.from({ length: MAX_PACKAGINGS }, (_, i) => i + 1).flatMap((n): Column[] => [
  { name: `pack${n}_name`, tr: `paket${n}_adı` },
  { name: `pack${n}_quantity`, tr: `paket${n}_miktar` },
  { name: `pack${n}_barcodes`, tr: `paket${n}_barkodlar` },
])

/** Columns by the names that they are known by, English or Turkish. A column that is not there leaves what is known as it is. */
export const INTAKE_COLUMNS: Readonly<Record<IntakeKind, readonly Column[]>> = {
  places: [
    { name: 'code', tr: 'kod', required: true },
    { name: 'kind', tr: 'tür' },
    { name: 'zone', tr: 'bölge' },
    { name: 'sequence', tr: 'sıra' },
    { name: 'capacity_units', tr: 'kapasite_adet' },
    { name: 'capacity_pallets', tr: 'kapasite_palet' },
    { name: 'accepts', tr: 'kabul' },
    { name: 'mix', tr: 'karışım' },
    { name: 'pallet_required', tr: 'palet_zorunlu' },
  ],
  items: [
    { name: 'sku', tr: 'stok_kodu', required: true },
    { name: 'name', tr: 'ad', required: true },
    { name: 'client', tr: 'müşteri' },
    { name: 'unit', tr: 'birim' },
    { name: 'barcodes', tr: 'barkodlar' },
    ...packColumns,
    { name: 'track_lot', tr: 'lot_takibi' },
    { name: 'track_serial', tr: 'seri_takibi' },
    { name: 'track_expiry', tr: 'skt_takibi' },
    { name: 'storage', tr: 'depolama' },
    { name: 'category', tr: 'kategori' },
    { name: 'weight_g', tr: 'ağırlık_g' },
    { name: 'unit_cost', tr: 'birim_maliyet' },
    { name: 'accept_days', tr: 'kabul_gün' },
    { name: 'min_days_out', tr: 'çıkış_gün' },
    { name: 'life_days', tr: 'ömür_gün' },
    { name: 'face', tr: 'toplama_yeri' },
    { name: 'face_min', tr: 'yer_min' },
    { name: 'face_max', tr: 'yer_maks' },
  ],
  stock: [
    { name: 'place', tr: 'yer', required: true },
    { name: 'sku', tr: 'stok_kodu', required: true },
    { name: 'quantity', tr: 'miktar', required: true },
    { name: 'client', tr: 'müşteri' },
    { name: 'lot', tr: 'lot' },
    { name: 'expiry', tr: 'skt' },
    { name: 'serial', tr: 'seri' },
    { name: 'pallet', tr: 'palet' },
    { name: 'status', tr: 'durum' },
  ],
}

/** What can be wrong with a file or a row; the desk has words for each, and for what to do. */
export const PROBLEMS = [
  // Of the file as a whole.
  'encoding',
  'no_csv',
  'empty',
  'rows',
  'column_missing',
  'column_twice',
  // Of a row.
  'cells',
  'missing',
  'too_long',
  'characters',
  'choice',
  'yes_no',
  'number',
  'ambiguous',
  'fraction',
  'range',
  'date',
  'check_digit',
  'label_check',
  'reserved',
  'twice',
  'code_taken',
  'unknown_place',
  'unknown_item',
  'unknown_client',
  'many_items',
  'no_shelf',
  'face_taken',
  'face_needs',
  'pack_needs',
  'packagings',
  'tracking_stock',
  'not_tracked',
  'serial_one',
  'serial_taken',
  'lot_date',
  'pallet_needed',
  'pallet_place',
  'pallet_client',
  'storage',
  'has_stock',
  'too_many_clients',
] as const
export type ProblemCode = (typeof PROBLEMS)[number]

export const problemSchema = v.object({
  /** Line of the file, the header is 1; 0 = the file as a whole. */
  row: v.number(),
  column: v.string(),
  value: v.string(),
  code: v.picklist(PROBLEMS),
  /** What the words name besides: a limit, the choices, the other row. */
  about: v.string(),
})
export type Problem = v.InferOutput<typeof problemSchema>

/** POST /api/desk/intake/preview and /api/desk/intake/apply: what is in a file, what is wrong with it, and what became of it. */
export const intakeAnswerSchema = v.object({
  kind: v.picklist(INTAKE_KINDS),
  /** `shown`: nothing was done. `before`: the same content was taken over already, nothing was done again. */
  outcome: v.picklist(['shown', 'done', 'before', 'refused']),
  /** Names the content: the same rows have the same, whatever their encoding and separator. */
  hash: v.string(),
  rows: v.number(),
  added: v.number(),
  changed: v.number(),
  same: v.number(),
  /** Base units of stock. */
  units: v.number(),
  /** Names of clients that come with the file. */
  clients: v.array(v.string()),
  columns: v.array(v.string()),
  /** Columns that mean nothing here. */
  ignored: v.array(v.string()),
  sample: v.array(v.array(v.string())),
  problems: v.array(problemSchema),
  problemCount: v.number(),
  /** When the same content was taken over, and by whom. */
  before: v.nullable(v.object({ at: v.string(), worker: v.nullable(v.string()) })),
})
export type IntakeAnswer = v.InferOutput<typeof intakeAnswerSchema>

export const intakeQuerySchema = v.object({ kind: v.picklist(INTAKE_KINDS) })
export const applyQuerySchema = v.object({
  kind: v.picklist(INTAKE_KINDS),
  /** Of the preview that the person has seen. */
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  name: v.optional(text(200), ''),
})
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const
export type Separator = keyof typeof SEPARATORS
export const templateQuerySchema = v.object({
  kind: v.picklist(INTAKE_KINDS),
  separator: v.optional(v.picklist(['comma', 'semicolon', 'tab']), 'comma'),
})

/** The steps of a first day, in their order. */
export const STEPS = [
  'administrator',
  'places',
  'items',
  'stock',
  'connection',
  'labels',
  'people',
  'handhelds',
  'live',
] as const
export type Step = (typeof STEPS)[number]
/** Steps that the server can not see the end of, or that a site may do without. */
export const MARKABLE = ['items', 'stock', 'connection', 'labels', 'people', 'live'] as const satisfies readonly Step[]

/** GET /api/desk/going-live */
export const goingLiveSchema = v.object({
  steps: v.array(
    v.object({
      step: v.picklist(STEPS),
      /** `marked`: somebody has said so. */
      state: v.picklist(['open', 'done', 'marked']),
      n: v.number(),
    }),
  ),
  files: v.array(
    v.object({
      kind: v.picklist(INTAKE_KINDS),
      name: v.string(),
      rows: v.number(),
      at: v.string(),
      worker: v.nullable(v.string()),
    }),
  ),
})
export type GoingLive = v.InferOutput<typeof goingLiveSchema>
/** POST /api/desk/going-live */
export const markSchema = v.object({ step: v.picklist(MARKABLE), done: v.boolean() })
