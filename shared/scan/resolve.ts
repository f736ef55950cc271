import type { ClientId } from '../ids.ts'
import { codeKey } from './code-key.ts'
import { isReserved } from './command-code.ts'
import { parseDigitalLink } from './digital-link.ts'
import { parseElements } from './gs1.ts'
import { gtin14, gtinsOf } from './gtin.ts'
import { checkDigitHolds } from './check-digit.ts'
import { meaning, readLabel } from './label.ts'
import type { Label } from './label.ts'
import { readMeasure } from './measure.ts'
import type { MeasureRule } from './measure.ts'
import { ownCode } from './own-code.ts'
import { GS, MAX_SCAN } from './scan.ts'
import type { CodeHit, CodeKind, CodeLookup, Resolved, Scan, ScanFields } from './scan.ts'

export type ResolveOptions = {
  today: string
  /** Inside a task only this client's codes count; others only name the mistake. Null: outside a task. */
  client: ClientId | null
  /** Whether this scanner has ever sent a separator: before that, a label that needs one is not guessed. */
  gsSeen: boolean
  measureRules: readonly MeasureRule[]
  /** A site without lower-case codes may look up once more in capitals. */
  upperCase: boolean
}

const ELEMENT_AIMS = new Set([']C1', ']e0', ']d2', ']Q3', ']J1'])
const LINK_AIMS = new Set([null, ']Q1', ']d1', ']J0'])
const control = /[\u0000-\u001c\u001e\u001f\u007f]/

const elementText = (text: string): string =>
  `^${text.startsWith(GS) ? text.slice(1) : text}`.replaceAll(GS, '^').replaceAll('|]e0', '^')

/** The label in a scan, where its structure is certain (carrier, separator, link) or at least likely; null = plain text. */
const labelOf = (scan: Scan, today: string): { label: Label; certain: boolean } | null => {
  if (ELEMENT_AIMS.has(scan.aim ?? '') || scan.text.includes(GS))
    return { label: readLabel(elementText(scan.text), today), certain: true }
  if (LINK_AIMS.has(scan.aim) && /^(https?|HTTPS?):\/\//.test(scan.text)) {
    const link = parseDigitalLink(scan.text, { today, zeroSuppressedGtin: true, convenienceAlphas: true })
    if (!link.ok) return null
    return {
      label: { ...meaning(link.elements, today), elements: link.elements, notes: [], problem: null },
      certain: true,
    }
  }
  if (scan.aim !== null || !/^(00|01|02)\d{14}/.test(scan.text)) return null
  const strict = parseElements(`^${scan.text}`, { today })
  if (!strict.ok) return null
  return {
    label: { ...meaning(strict.elements, today), elements: strict.elements, notes: [], problem: null },
    certain: false,
  }
}

const labelKeys = (label: Label): string[] => [
  ...(label.gtin === null ? [] : [codeKey(label.gtin)]),
  ...(label.sscc === null ? [] : [label.sscc]),
  ...label.references,
]

const halves = (text: string): string | null => {
  const half = text.length / 2
  return text.length >= 8 && Number.isInteger(half) && text.slice(0, half) === text.slice(half)
    ? text.slice(0, half)
    : null
}

/** Every key that `resolve` may look up for this scan: fetch them first, then resolving never waits. At most a dozen. */
export const keysOf = (
  scan: Scan,
  today: string = '2026-01-01',
  rules: readonly MeasureRule[] = [],
): readonly string[] => {
  if (scan.text === '' || scan.text.length > MAX_SCAN || control.test(scan.text)) return []
  const found = labelOf(scan, today)
  const measure = readMeasure(scan.text, rules)
  const doubled = halves(scan.text)
  const keys = [
    scan.text,
    codeKey(scan.text),
    ...gtinsOf(scan.text),
    scan.text.toUpperCase(),
    ...(found === null ? [] : labelKeys(found.label)),
    ...(measure === null ? [] : [measure.article]),
    ...(doubled === null ? [] : [doubled, codeKey(doubled)]),
  ]
  return [...new Set(keys)]
}

type Step = { hits: readonly CodeHit[]; fields?: ScanFields; notes?: readonly string[] }

/**
 * What a scan means here, on local data only: own codes, then structure that is certain, then plain text in the order of
 * the prompt, then GTIN forms, then structure that is only likely, measure rules, capitals, doubled text. The first step
 * with a candidate of a wanted kind wins; two of equal rank are "many", never the first one.
 */
export const resolve = (
  scan: Scan,
  wanted: readonly CodeKind[],
  lookup: CodeLookup,
  options: ResolveOptions,
): Resolved => {
  const none: Resolved = { scan, readings: [], wanted: true, fields: {}, notes: [], problem: null }
  const { text } = scan
  if (text === '' || text.length > MAX_SCAN || control.test(text)) return { ...none, problem: 'unreadable' }
  const own = ownCode(text)
  if (own !== null) return { ...none, readings: [own] }
  if (isReserved(text)) return none
  const found = labelOf(scan, options.today)
  if (found?.certain && found.label.problem !== null)
    return { ...none, fields: found.label.fields, notes: found.label.notes, problem: found.label.problem }
  if (found?.certain && separatorLost(scan, found.label, options)) return { ...none, problem: 'separatorLost' }

  const steps = stepsOf(scan, found, lookup, options)
  const fields = found?.label.fields ?? {}
  let mistake: Step | null = null
  for (const step of steps) {
    const mine = step.hits.filter(hit => !('client' in hit) || options.client === null || hit.client === options.client)
    const first = wanted.find(kind => mine.some(hit => hit.kind === kind))
    if (first !== undefined) {
      const hits = first === 'item' ? mine.filter(hit => hit.kind === 'item') : mine.filter(hit => hit.kind === first)
      return {
        ...none,
        readings: distinct(hits),
        fields: step.fields ?? fields,
        notes: step.notes ?? found?.label.notes ?? [],
      }
    }
    if (mistake === null && step.hits.length > 0) mistake = step
  }
  // A label whose thing is unknown still says a lot or a serial: the process that waits for one takes it.
  const wantsField = wanted.some(
    kind => (kind === 'lot' && fields.lot !== undefined) || (kind === 'serial' && fields.serial !== undefined),
  )
  return {
    ...none,
    readings: mistake === null ? [] : distinct(mistake.hits),
    wanted: mistake === null || wantsField,
    fields,
    notes: found?.label.notes ?? [],
  }
}

/** A variable-length value that hides a tail which itself reads as elements, from a scanner that never sent a separator. */
const separatorLost = (scan: Scan, label: Label, options: ResolveOptions): boolean => {
  if (options.gsSeen || scan.text.includes(GS) || !ELEMENT_AIMS.has(scan.aim ?? '') || scan.source === 'camera')
    return false
  const last = label.elements.at(-1)
  if (last === undefined || !['10', '21', '240', '241', '250'].includes(last.ai)) return false
  return Array.from({ length: last.value.length - 3 }, (_, i) => last.value.slice(i + 1)).some(
    tail => /^(10|11|13|15|17|21|30|37|310\d|400)/.test(tail) && parseElements(`^${tail}`, { today: options.today }).ok,
  )
}

const stepsOf = (
  scan: Scan,
  found: ReturnType<typeof labelOf>,
  lookup: CodeLookup,
  options: ResolveOptions,
): Step[] => {
  const { text } = scan
  const find = (...keys: readonly string[]): readonly CodeHit[] => [...new Set(keys)].flatMap(key => lookup.find(key))
  const fromLabel = (label: Label): Step => ({
    hits: find(...labelKeys(label)),
    fields: label.fields,
    notes: label.notes,
  })
  const measure = readMeasure(text, options.measureRules)
  const doubled = halves(text)
  const steps: Step[] = []
  if (found?.certain) steps.push(fromLabel(found.label))
  steps.push({ hits: find(text) })
  const gtins = gtinsOf(text)
  steps.push({ hits: find(...gtins) })
  if (/^\d{18}$/.test(text) && checkDigitHolds(text)) steps.push({ hits: find(text), fields: { sscc: text } })
  if (found !== null && !found.certain) steps.push(fromLabel(found.label))
  if (measure !== null)
    steps.push({ hits: find(measure.article), fields: measure.quantity === null ? {} : { count: measure.quantity } })
  if (options.upperCase && text !== text.toUpperCase())
    steps.push({ hits: find(text.toUpperCase(), codeKey(text.toUpperCase())) })
  if (doubled !== null) steps.push({ hits: find(doubled, gtin14(doubled) ?? doubled), notes: ['doubled'] })
  return steps
}

const distinct = (hits: readonly CodeHit[]): CodeHit[] => [
  ...new Map(hits.map(hit => [JSON.stringify(hit), hit])).values(),
]
