import * as v from 'valibot'
import { COMMAND_CODES, isReserved } from '../scan/command-code.ts'
import { checkDigitHolds } from '../scan/check-digit.ts'
import { LABELS, readLabel } from '../scan/own-label.ts'
import { calendarDay, calendarInstant } from '../sync/calendar.ts'
import { text } from '../sync/fields.ts'

/** Letters of AI 10 (GS1 General Specifications, figure 7.11-1). */
const LOT = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*$/
/** Latin letters, digits and signs of ASCII, without blanks at the ends: what every scanner types alike. */
const plain = (least: number) =>
  v.pipe(
    v.string(),
    v.minLength(least),
    v.maxLength(48),
    v.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'Latin letters, digits and signs only'),
  )
/** A code that is nobody else's: commands are reserved. */
const codeText = (least = 1) =>
  v.pipe(
    plain(least),
    v.check(code => !isReserved(code), 'reserved for commands'),
  )
const ownCode = (kind: (typeof LABELS)[keyof typeof LABELS]) =>
  v.pipe(
    plain(1),
    v.check(code => {
      const label = readLabel(code)
      return label !== null && LABELS[label.prefix] === kind
    }, `no code of a ${kind}`),
  )
const name = v.pipe(text(200), v.nonEmpty())
const line = text(120)
/** A label of ours of one kind never stands on a thing of another kind. */
const codeOf = (kinds: readonly string[], least = 1) =>
  v.pipe(
    codeText(least),
    v.check(code => {
      const label = readLabel(code)
      return label === null || kinds.includes(LABELS[label.prefix])
    }, 'a code of something else'),
  )

export const labelSchema = v.variant('kind', [
  v.object({
    kind: v.literal('item'),
    /** GTIN as printed, SKU or any code that the item has. */
    code: codeOf([]),
    name,
    sku: v.optional(text(48), ''),
    packaging: v.optional(
      v.nullable(v.object({ name: text(40), quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) })),
      null,
    ),
    lot: v.optional(v.pipe(text(20), v.regex(LOT, 'no lot of a label')), ''),
    expiry: v.optional(v.nullable(calendarDay), null),
  }),
  v.object({
    kind: v.literal('location'),
    code: codeOf(['location'], 4),
    /** Which of two levels is meant, where one label hangs between them. */
    arrow: v.optional(v.nullable(v.picklist(['up', 'down'])), null),
    words: v.optional(line, ''),
  }),
  v.object({
    kind: v.literal('pallet'),
    /** 18 digits of an SSCC, an `XP…` label or the site's own. */
    code: codeOf(['lpn']),
    content: v.optional(v.pipe(v.array(line), v.maxLength(20)), []),
  }),
  ...(['tote', 'carton', 'cart', 'task'] as const).map(kind =>
    v.object({ kind: v.literal(kind), code: codeOf([kind]), words: v.optional(line, '') }),
  ),
  /** Name and code, no PIN and nothing else that opens a door. */
  v.object({ kind: v.literal('badge'), code: ownCode('badge'), name, words: v.optional(line, '') }),
  v.object({
    kind: v.literal('enrolment'),
    code: ownCode('enrolment'),
    link: v.pipe(v.string(), v.maxLength(200), v.regex(/^https?:\/\/[\x21-\x7e]+$/)),
    /** As people read it; the instant is for whoever asks. */
    until: v.pipe(text(40), v.nonEmpty()),
    expiresAt: calendarInstant,
  }),
])
export type Label = v.InferOutput<typeof labelSchema>
/** What opens a door: printed once, and not kept. */
export const isSecret = (label: Pick<Label, 'kind'>): boolean => label.kind === 'badge' || label.kind === 'enrolment'

const cell = <S extends v.GenericSchema<string, string>>(code: S) => v.object({ code, word: text(60) })
const group = <S extends v.GenericSchema<string, string>>(code: S) =>
  v.object({ heading: v.pipe(text(60), v.nonEmpty()), cells: v.pipe(v.array(cell(code)), v.maxLength(120)) })
const sheetOf = <K extends string, S extends v.GenericSchema<string, string>>(kind: K, code: S) =>
  v.object({
    kind: v.literal(kind),
    title: v.pipe(text(80), v.nonEmpty()),
    hint: v.optional(text(300), ''),
    groups: v.pipe(v.array(group(code)), v.minLength(1), v.maxLength(20)),
  })
const command = v.pipe(
  v.string(),
  v.check(code => COMMAND_CODES.has(code), 'no command'),
)

export const slipSchema = v.object({
  kind: v.literal('slip'),
  title: v.pipe(text(80), v.nonEmpty()),
  number: codeText(),
  to: v.pipe(v.array(line), v.maxLength(8)),
  rows: v.pipe(
    v.array(v.object({ sku: text(48), name: text(200), quantity: v.pipe(text(24), v.nonEmpty()) })),
    v.maxLength(300),
  ),
  note: v.optional(text(300), ''),
})
export type Slip = v.InferOutput<typeof slipSchema>
/** Pages of paper; the practice sheet's codes are any that the demo or the site has, commands too. */
export const commandSheetSchema = sheetOf('commands', command)
export const practiceSheetSchema = sheetOf('practice', plain(1))
export type Sheet = v.InferOutput<typeof commandSheetSchema> | v.InferOutput<typeof practiceSheetSchema>

export const isSscc = (code: string): boolean => /^\d{18}$/.test(code) && checkDigitHolds(code)
