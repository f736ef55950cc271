import { aiLength, aiNamed, matchesPattern, unknownAi } from './gs1-ai.ts'
import type { Ai } from './gs1-ai.ts'
import { inCharset, lint } from './gs1-lint.ts'

export type Element = { ai: string; value: string }
export type Parsed =
  | { ok: true; elements: readonly Element[] }
  | { ok: false; at: number; ai: string | null; problem: Problem }
export type Problem =
  | 'noFnc1'
  | 'empty'
  | 'unknownAi'
  | 'tooShort'
  | 'tooLong'
  | 'charset'
  | 'check'
  | 'brackets'
  | 'tooMany'
  | 'carrier'
  | 'link'
export type ParseOptions = { today: string; unknownAIs?: boolean }

/** The engine's own bound; every input has one. */
const MAX_ELEMENTS = 64

export const bad = (problem: Problem, at: number, ai: string | null = null): Parsed => ({ ok: false, at, ai, problem })

/**
 * Length of the value at the start of `text`, which ends at an FNC1 or at the end; the problem where it does not fit.
 * Components are consumed one by one, an empty optional one is skipped (GS1 General Specifications 7.8).
 */
export const valueLength = (ai: Ai, text: string, today: string): number | Problem => {
  let at = 0
  for (const component of ai.components) {
    const piece = text.slice(at, at + component.max)
    if (piece === '' && component.optional) continue
    if (piece.length < component.min) return 'tooShort'
    if (!inCharset(component.type, piece)) return 'charset'
    if (component.linters.some(name => !lint(name, piece, today))) return 'check'
    at += piece.length
  }
  return at === 0 ? 'empty' : at
}

/** An element string, `^` standing for FNC1: "^01…10…^21…". Strict: the first thing that breaks a rule refuses the whole. */
export const parseElements = (text: string, options: ParseOptions): Parsed => {
  if (!text.startsWith('^')) return bad('noFnc1', 0)
  if (text.length === 1) return bad('empty', 1)
  const elements: Element[] = []
  let at = 1
  while (at < text.length) {
    const length = aiLength(text.slice(at, at + 2))
    const ai = length === undefined ? undefined : aiNamed(text.slice(at, at + length))
    if (ai === undefined) return bad('unknownAi', at, text.slice(at, at + 4))
    at += ai.ai.length
    const end = text.indexOf('^', at)
    const value = text.slice(at, end < 0 ? text.length : end)
    const taken = valueLength(ai, value, options.today)
    if (typeof taken !== 'number') return bad(taken, at, ai.ai)
    if (!ai.fixed && taken < value.length) return bad('tooLong', at + taken, ai.ai)
    elements.push({ ai: ai.ai, value: value.slice(0, taken) })
    if (elements.length > MAX_ELEMENTS) return bad('tooMany', at, ai.ai)
    at += taken
    if (text[at] === '^') at += 1
  }
  return { ok: true, elements }
}

/** "(01)…(10)…": each AI in parentheses, `\(` is a parenthesis of the data. */
export const parseBracketed = (text: string, options: ParseOptions): Parsed => {
  if (text.includes('^') || !text.startsWith('(')) return bad('brackets', 0)
  const elements: Element[] = []
  let at = 0
  while (at < text.length) {
    const match = /^\((\d{2,4})\)((?:\\\(|[^(])*)/.exec(text.slice(at))
    if (match?.[1] === undefined || match[2] === undefined) return bad('brackets', at)
    const ai = aiNamed(match[1]) ?? (options.unknownAIs ? unknownAi(match[1]) : undefined)
    if (ai === undefined) return bad('unknownAi', at, match[1])
    const value = match[2].replaceAll('\\(', '(')
    const taken = valueLength(ai, value, options.today)
    if (typeof taken !== 'number') return bad(taken, at, ai.ai)
    if (taken < value.length) return bad('tooLong', at, ai.ai)
    elements.push({ ai: ai.ai, value })
    if (elements.length > MAX_ELEMENTS) return bad('tooMany', at, ai.ai)
    at += match[0].length
  }
  return { ok: true, elements }
}

/** Whether an element's length is predefined, so that no FNC1 need end it. */
export const isFixedAi = (ai: string): boolean => aiNamed(ai)?.fixed ?? unknownAi(ai)?.fixed ?? false

/** FNC1 only where the rules need one: at the start and after a value without predefined length. */
export const writeElements = (elements: readonly Element[]): string =>
  elements
    .map(({ ai, value }, i) => `${i === 0 || !isFixedAi(elements[i - 1]?.ai ?? '') ? '^' : ''}${ai}${value}`)
    .join('')

export type Relation = 'repeats' | 'excludes' | 'requires' | 'signature'

/** Which relations between the elements do not hold. A scanner meets one symbol of a label at a time: a note, never a refusal. */
export const relations = (elements: readonly Element[]): readonly Relation[] => {
  const here = new Map<string, string>()
  const broken = new Set<Relation>()
  for (const { ai, value } of elements) {
    if (here.has(ai) && here.get(ai) !== value) broken.add('repeats')
    here.set(ai, value)
  }
  const has = (pattern: string, but: string): boolean =>
    [...here.keys()].some(ai => ai !== but && matchesPattern(pattern, ai))
  for (const ai of here.keys()) {
    const rule = aiNamed(ai)
    if (rule === undefined) continue
    if (rule.excludes.some(pattern => has(pattern, ai))) broken.add('excludes')
    if (rule.requires.some(list => !list.split(',').some(all => all.split('+').every(pattern => has(pattern, ai)))))
      broken.add('requires')
  }
  if (
    here.has('8030') &&
    ['253', '255', '8003'].some(ai => here.has(ai) && (here.get(ai) ?? '').length <= (ai === '8003' ? 14 : 13))
  )
    broken.add('signature')
  return [...broken]
}
