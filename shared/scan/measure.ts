import { checkDigitHolds } from './check-digit.ts'

/** In-store and variable-measure numbers: their layout is national or the shop's own, so a rule per warehouse and client. */
export type MeasureRule = {
  prefix: string
  /** Digits [from, to) that name the article; the alias under which the catalogue knows it. */
  item: readonly [from: number, to: number]
  value: readonly [from: number, to: number]
  /** A price gives no quantity: the process asks. */
  means: 'grams' | 'count' | 'price'
  decimals: number
}

/** Article and quantity of a variable-measure EAN-13, or null where no rule fits. */
export const readMeasure = (
  text: string,
  rules: readonly MeasureRule[],
): { article: string; quantity: number | null } | null => {
  if (!/^\d{13}$/.test(text) || !checkDigitHolds(text)) return null
  const rule = rules.find(candidate => text.startsWith(candidate.prefix))
  if (rule === undefined) return null
  const article = text.slice(...rule.item)
  const value = Number(text.slice(...rule.value)) / 10 ** rule.decimals
  return { article, quantity: rule.means === 'price' || !Number.isInteger(value) ? null : value }
}

/** Net measures 310n to 316n: n decimals of kilograms, metres or litres, as whole grams, millimetres or millilitres; null when digits would be lost. */
export const netMeasure = (ai: string, value: string): { value: number; unit: 'g' | 'ml' | 'mm' } | null => {
  const unit = ({ 310: 'g', 311: 'mm', 312: 'mm', 313: 'mm', 315: 'ml' } as const)[ai.slice(0, 3)]
  if (unit === undefined || ai.length !== 4) return null
  const whole = (Number(value) * 1000) / 10 ** Number(ai[3])
  return Number.isSafeInteger(whole) ? { value: whole, unit } : null
}
