import * as v from 'valibot'
import type { LocationId, PrinterId, PrintJobId, SessionId, WorkerId } from '../ids.ts'
import { captionsSchema } from '../label/captions.ts'
import type { Captions } from '../label/captions.ts'
import { commandSheetSchema, labelSchema, practiceSheetSchema, slipSchema } from '../label/label.ts'
import type { Label, Sheet, Slip } from '../label/label.ts'
import { DPIS, LABEL_SIZES, PAGE_SIZES, ROLL_SIZES } from '../label/size.ts'
import type { Dpi, LabelSize, PageSize, RollSize } from '../label/size.ts'
import { text, uuid } from '../sync/fields.ts'

/** Labels of one request, copies included. */
export const MAX_LABELS = 1000
/** Jobs of a warehouse that may wait; more is a mistake, or a printer that nobody looks after. */
export const MAX_WAITING = 10_000

/**
 *   waiting ──► sending ──► done
 *      ▲           ├──► waiting    (no byte had gone out: tried again later)
 *      │           └──► unknown    (some had: it may be printed, only a person may say again)
 *      └── failed ◄── waiting      (tried for three days)
 */
export const PRINT_STATES = ['waiting', 'sending', 'done', 'failed', 'unknown'] as const
export type PrintState = (typeof PRINT_STATES)[number]
export const PRINTER_KINDS = ['zpl'] as const

export type Printer = {
  id: PrinterId
  name: string
  host: string
  port: number
  kind: (typeof PRINTER_KINDS)[number]
  dpi: Dpi
  size: RollSize
  active: boolean
  /** The pack station whose boxes get their carrier's labels here; null = none of its own. */
  station: LocationId | null
  version: number
}
/** A label of ours, drawn for its printer when it is sent. */
export type OwnLabel = { label: Label; captions: Captions }
/** A carrier's label as the ERP has it, in base64: nothing of it is looked into. */
export type CarrierLabel = { zpl: string; code: string }
export type PrintBody = OwnLabel | CarrierLabel
export type PrintJob = {
  id: PrintJobId
  /** In the order of asking. */
  seq: number
  printer: PrinterId
  /** Kind and code of the label; the code of what opens a door is left out. */
  kind: Label['kind'] | 'carrier'
  code: string
  copies: number
  state: PrintState
  attempts: number
  nextAt: string
  /** What went wrong, for people. */
  words: string | null
  worker: WorkerId
  createdAt: string
  endedAt: string | null
  reprintOf: PrintJobId | null
  /** The how-manieth time after the first; 0 = the first. */
  reprintNo: number
}

/** What is answered about printers and their queue. */
export const printerSchema = v.object({
  id: uuid<PrinterId>(),
  name: v.string(),
  host: v.string(),
  port: v.number(),
  kind: v.picklist(PRINTER_KINDS),
  dpi: v.picklist(DPIS),
  size: v.picklist(ROLL_SIZES),
  active: v.boolean(),
  station: v.nullable(uuid<LocationId>()),
  /** A change names it. */
  version: v.number(),
})
const nullable = v.nullable(v.string())
export const jobSchema = v.object({
  id: uuid<PrintJobId>(),
  seq: v.number(),
  printer: v.string(),
  kind: v.string(),
  /** Of what the label says; of badges and set-up codes empty. */
  code: v.string(),
  copies: v.number(),
  state: v.picklist(PRINT_STATES),
  attempts: v.number(),
  nextAt: v.string(),
  words: nullable,
  worker: v.string(),
  createdAt: v.string(),
  endedAt: nullable,
  reprintOf: nullable,
  reprintNo: v.number(),
})
export const printersAnswerSchema = v.object({ printers: v.array(printerSchema) })
export const jobsAnswerSchema = v.object({ jobs: v.array(jobSchema), before: v.nullable(v.number()) })

const who = { worker: uuid<WorkerId>(), session: uuid<SessionId>() }
type Who = { worker: WorkerId; session: SessionId }

export type PrinterRequest = Who & Omit<Printer, 'version'> & { expectedVersion: number }
/** POST /api/printers */
export const printerRequestSchema: v.GenericSchema<unknown, PrinterRequest> = v.object({
  ...who,
  id: uuid<PrinterId>(),
  /** 0 = a new one. */
  expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  name: v.pipe(text(60), v.nonEmpty()),
  /** A name or an address, no URL. */
  host: v.pipe(v.string(), v.maxLength(253), v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:_-]*[A-Za-z0-9])?$/)),
  port: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1024), v.maxValue(65_535)), 9100),
  kind: v.optional(v.picklist(PRINTER_KINDS), 'zpl'),
  dpi: v.picklist(DPIS),
  size: v.picklist(ROLL_SIZES),
  active: v.optional(v.boolean(), true),
  station: v.optional(v.nullable(uuid<LocationId>()), null),
})

const copies = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100)), 1)
const isWithin = (labels: readonly { copies: number }[]): boolean =>
  labels.reduce((sum, label) => sum + label.copies, 0) <= MAX_LABELS

export type PrintRequest = Who & {
  printer: PrinterId
  captions: Captions
  labels: { id: PrintJobId; label: Label; copies: number }[]
}
/** POST /api/print: a job for each label, under the id that the asker gives it. */
export const printRequestSchema: v.GenericSchema<unknown, PrintRequest> = v.object({
  ...who,
  printer: uuid<PrinterId>(),
  captions: captionsSchema,
  labels: v.pipe(
    v.array(v.object({ id: uuid<PrintJobId>(), label: labelSchema, copies })),
    v.minLength(1),
    v.maxLength(MAX_LABELS),
    v.check(labels => isWithin(labels), 'too many copies'),
  ),
})

export type AgainRequest = Who & { id: PrintJobId }
/** POST /api/print/jobs/:id/again: `id` names the new job, so that the same request twice prints once. */
export const againRequestSchema: v.GenericSchema<unknown, AgainRequest> = v.object({ ...who, id: uuid<PrintJobId>() })

export type PdfRequest = Who &
  (
    | { what: 'labels'; size: LabelSize; skip: number; captions: Captions; labels: { label: Label; copies: number }[] }
    | { what: 'sheet'; captions: Captions; sheet: Sheet }
    | { what: 'slips'; size: PageSize; captions: Captions; slips: Slip[] }
  )
/** POST /api/labels.pdf */
export const pdfRequestSchema: v.GenericSchema<unknown, PdfRequest> = v.variant('what', [
  v.object({
    ...who,
    what: v.literal('labels'),
    size: v.picklist(LABEL_SIZES),
    /** Labels that a begun sheet of A4 lacks. */
    skip: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(13)), 0),
    captions: captionsSchema,
    labels: v.pipe(
      v.array(v.object({ label: labelSchema, copies })),
      v.minLength(1),
      v.maxLength(MAX_LABELS),
      v.check(labels => isWithin(labels), 'too many copies'),
    ),
  }),
  v.object({
    ...who,
    what: v.literal('sheet'),
    captions: captionsSchema,
    sheet: v.variant('kind', [commandSheetSchema, practiceSheetSchema]),
  }),
  v.object({
    ...who,
    what: v.literal('slips'),
    size: v.picklist(PAGE_SIZES),
    captions: captionsSchema,
    slips: v.pipe(v.array(slipSchema), v.minLength(1), v.maxLength(20)),
  }),
])
