import { checkDigitHolds, gs1CheckDigit } from './check-digit.ts'

/** A GTIN-8, -12, -13 or -14 with a right check digit as GTIN-14, the one form that is compared; else null. */
export const gtin14 = (text: string): string | null =>
  /^(\d{8}|\d{12,14})$/.test(text) && checkDigitHolds(text) ? text.padStart(14, '0') : null

/** UPC-E (8 digits, number system 0 or 1) as UPC-A, or null when it is none (GS1 General Specifications 5.2.2.4). */
export const expandUpcE = (text: string): string | null => {
  const match = /^([01])(\d)(\d)(\d)(\d)(\d)(\d)(\d)$/.exec(text)
  if (match === null) return null
  const [n, a, b, c, d, e, f, check] = match.slice(1) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const body =
    f <= '2'
      ? `${n}${a}${b}${f}0000${c}${d}${e}`
      : f === '3'
        ? `${n}${a}${b}${c}00000${d}${e}`
        : f === '4'
          ? `${n}${a}${b}${c}${d}00000${e}`
          : `${n}${a}${b}${c}${d}${e}0000${f}`
  return gs1CheckDigit(body) === check ? body + check : null
}

/** Every GTIN-14 that a text of digits may stand for: eight digits can be a GTIN-8 and a UPC-E. */
export const gtinsOf = (text: string): readonly string[] => {
  const plain = gtin14(text)
  const expanded = text.length === 8 ? expandUpcE(text) : null
  const all = [plain, expanded === null ? null : expanded.padStart(14, '0')]
  return [...new Set(all.filter(gtin => gtin !== null))]
}
