import { aiLength, aiNamed } from './gs1-ai.ts'
import { lint, yearOf } from './gs1-lint.ts'
import { relations, valueLength } from './gs1.ts'
import type { Element } from './gs1.ts'
import { netMeasure } from './measure.ts'
import type { ScanFields, ScanProblem } from './scan.ts'

export type Label = {
  elements: readonly Element[]
  fields: ScanFields
  /** GTIN-14 of the item or packaging: (01), else (02), the content of the LPN. */
  gtin: string | null
  sscc: string | null
  /** GLN of a place (414), number of an order or shipment (400 to 402), returnable asset (8003, 8004). */
  references: readonly string[]
  notes: readonly string[]
  problem: ScanProblem | null
}

/** A wrong digit here names another thing: the whole scan counts as unknown, never as a near match. */
const IDENTITY = new Set(['00', '01', '02', '8003', '8004', '8006', '414'])

/** How many: what is missing of a label is asked for, but one piece would be counted without a question. */
const COUNT = new Set(['30', '37'])

/**
 * What the floor needs of an element string (`^` = FNC1): the strict reader where it works, else whatever is good of it. A
 * bad element is dropped and noted, so that the process asks for its value.
 */
export const readLabel = (text: string, today: string): Label => {
  const elements: Element[] = []
  const notes: string[] = []
  let problem: ScanProblem | null = null
  let at = text.startsWith('^') ? 1 : 0
  while (at < text.length && elements.length < 64) {
    const end = text.indexOf('^', at)
    const chunk = text.slice(at, end < 0 ? text.length : end)
    if (chunk === '') {
      at += 1
      continue
    }
    const length = aiLength(chunk.slice(0, 2))
    const ai = length === undefined ? undefined : aiNamed(chunk.slice(0, length))
    if (ai === undefined) {
      notes.push('unknownAi')
      at += chunk.length
      continue
    }
    const taken = valueLength(ai, chunk.slice(ai.ai.length), today)
    const whole = typeof taken === 'number' && (ai.fixed || taken === chunk.length - ai.ai.length)
    if (!whole) {
      notes.push(`badElement ${ai.ai}`)
      if (IDENTITY.has(ai.ai)) problem = 'checkDigit'
      else if (COUNT.has(ai.ai)) problem ??= 'unreadable'
      at += ai.fixed ? ai.ai.length + ai.components.reduce((sum, component) => sum + component.max, 0) : chunk.length
      continue
    }
    elements.push({ ai: ai.ai, value: chunk.slice(ai.ai.length, ai.ai.length + taken) })
    at += ai.ai.length + taken
  }
  const broken = relations(elements)
  if (broken.includes('repeats')) problem = 'contradiction'
  return {
    ...meaning(elements, today),
    elements,
    notes: broken.length > 0 ? [...notes, ...broken.map(rule => `relation ${rule}`)] : notes,
    problem,
  }
}

/** Fields of elements that are good already (a Digital Link, a strict parse). */
export const meaning = (
  elements: readonly Element[],
  today: string,
): Pick<Label, 'fields' | 'gtin' | 'sscc' | 'references'> => {
  const value = (ai: string): string | undefined => elements.find(element => element.ai === ai)?.value
  const expiry = dayOf(value('17') ?? value('15'), today)
  const bestBefore = dayOf(value('15'), today)
  const produced = dayOf(value('11'), today)
  const count = Number(value('37') ?? value('30'))
  const measure = elements.map(element => netMeasure(element.ai, element.value)).find(found => found !== null)
  const lot = value('10')
  const serial = value('21')
  const sscc = value('00')
  return {
    gtin: value('01') ?? value('02') ?? null,
    sscc: sscc ?? null,
    references: ['414', '400', '401', '402', '8003', '8004'].flatMap(ai => value(ai) ?? []),
    fields: {
      ...(lot === undefined ? {} : { lot }),
      ...(serial === undefined ? {} : { serial }),
      ...(expiry === null ? {} : { expiry }),
      ...(bestBefore === null ? {} : { bestBefore }),
      ...(produced === null ? {} : { produced }),
      ...(Number.isSafeInteger(count) && count > 0 ? { count } : {}),
      ...(measure === undefined ? {} : { measure }),
      ...(sscc === undefined ? {} : { sscc }),
    },
  }
}

/** YYMMDD as an ISO day; day 00 is the last of the month (GS1 General Specifications 3.4). */
const dayOf = (yymmdd: string | undefined, today: string): string | null => {
  if (yymmdd === undefined || !lint('yymmd0', yymmdd, today)) return null
  const year = yearOf(yymmdd.slice(0, 2), today)
  const month = yymmdd.slice(2, 4)
  for (let day = yymmdd.endsWith('00') ? 31 : Number(yymmdd.slice(4)); day > 0; day -= 1) {
    const two = String(day).padStart(2, '0')
    if (lint('yyyymmdd', `${year}${month}${two}`, today)) return `${year}-${month}-${two}`
  }
  return null
}
