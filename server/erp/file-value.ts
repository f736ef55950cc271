/** How a number is written: `auto` takes what can mean one thing only. */
export const DECIMALS = ['auto', 'comma', 'point'] as const
export type Decimal = (typeof DECIMALS)[number]

/** Which sign stands before the fraction; null = the text may mean two numbers. */
const signOf = (text: string): ',' | '.' | null => {
  const [comma, point] = [text.lastIndexOf(','), text.lastIndexOf('.')]
  if (comma >= 0 && point >= 0) return comma > point ? ',' : '.'
  if (comma < 0 && point < 0) return '.'
  const [sign, other] = comma >= 0 ? ([',', '.'] as const) : (['.', ','] as const)
  const parts = text.replace(/^[+-]/, '').split(sign)
  if (parts.length > 2) return other
  // "1.250" is a thousand and some in one country and one and a quarter in another; "0.250" and "12.5" are clear.
  return /^[1-9]\d{0,2}$/.test(parts[0] ?? '') && /^\d{3}$/.test(parts[1] ?? '') ? null : sign
}

/** A number as plain decimal text ("1.234,50" → "1234.50"); null = no number, or one that may mean two. */
export const decimalText = (given: string, decimal: Decimal): string | null => {
  const text = given.replace(/[\s\u00a0\u202f]/g, '')
  if (!/^[+-]?[\d.,]+$/.test(text)) return null
  const sign = decimal === 'auto' ? signOf(text) : decimal === 'comma' ? ',' : '.'
  if (sign === null) return null
  const group = sign === ',' ? '.' : ','
  const [whole = '', fraction, ...more] = text.split(sign)
  if (more.length > 0 || fraction?.includes(group) === true) return null
  const thousands = sign === ',' ? /^[+-]?\d{1,3}(\.\d{3})+$/ : /^[+-]?\d{1,3}(,\d{3})+$/
  if (whole.includes(group) && !thousands.test(whole)) return null
  return whole.replaceAll(group, '') + (fraction === undefined || fraction === '' ? '' : `.${fraction}`)
}

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const LOCAL_DAY = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/

/** A day, written 2027-01-31, 31.01.2027 or 31/01/2027, as ISO; null = no such day. */
export const dayText = (text: string): string | null => {
  const iso = ISO_DAY.exec(text)
  const local = LOCAL_DAY.exec(text)
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : local ? [local[3], local[2], local[1]] : []
  if (year === undefined || month === undefined || day === undefined) return null
  const shown = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const ms = Date.parse(`${shown}T00:00:00Z`)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== shown ? null : shown
}

const YES = new Set(['1', 'yes', 'y', 'true', 'evet', 'e', 'x'])
const NO = new Set(['0', 'no', 'n', 'false', 'hayır', 'hayir', 'h'])
/** Null = neither. Lower case without a language: a dotless ı stays what it is. */
export const flagValue = (text: string): boolean | null => {
  const word = text.toLowerCase()
  return YES.has(word) ? true : NO.has(word) ? false : null
}
