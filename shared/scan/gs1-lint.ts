import { checkDigitHolds } from './check-digit.ts'

const CHARSETS: Readonly<Record<string, RegExp>> = {
  N: /^\d*$/,
  X: /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*$/,
  Y: /^[#\-/0-9A-Z]*$/,
  Z: /^[-0-9A-Z_a-z]*={0,2}$/,
}
export const inCharset = (type: string, value: string): boolean => CHARSETS[type]?.test(value) ?? false

const between = (text: string, low: number, high: number): boolean =>
  /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high
const daysIn = (year: number, month: number): number => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Century rule of the GS1 General Specifications 7.12: YY − present YY ≥ 51 → last century, ≤ −50 → next. */
export const yearOf = (yy: string, today: string): number => {
  const present = Number(today.slice(0, 4))
  const century = present - (present % 100)
  const distance = Number(yy) - (present % 100)
  return century + Number(yy) + (distance >= 51 ? -100 : distance <= -50 ? 100 : 0)
}

const isDate = (value: string, today: string, day00: boolean): boolean => {
  const month = Number(value.slice(2, 4))
  const day = Number(value.slice(4, 6))
  return (
    between(value.slice(2, 4), 1, 12) && (day === 0 ? day00 : day <= daysIn(yearOf(value.slice(0, 2), today), month))
  )
}
const isLongDate = (value: string): boolean =>
  between(value.slice(4, 6), 1, 12) &&
  between(value.slice(6, 8), 1, daysIn(Number(value.slice(0, 4)), Number(value.slice(4, 6))))

const yes = (): boolean => true

/** The checks of the dictionary by name. Those marked `yes` lie outside a warehouse's needs; they are listed so that a new name is noticed. */
const LINTERS: Readonly<Record<string, (value: string, today: string) => boolean>> = {
  csum: checkDigitHolds,
  gcppos1: value => /^\d{4}/.test(value),
  gcppos2: value => /^.\d{4}/.test(value),
  yymmdd: (value, today) => isDate(value, today, false),
  yymmd0: (value, today) => isDate(value, today, true),
  yyyymmdd: isLongDate,
  hhmi: value => between(value.slice(0, 2), 0, 23) && between(value.slice(2, 4), 0, 59),
  hh: value => between(value, 0, 23),
  mi: value => between(value, 0, 59),
  ss: value => between(value, 0, 59),
  pieceoftotal: value => {
    const half = value.length / 2
    const piece = Number(value.slice(0, half))
    const total = Number(value.slice(half))
    return piece > 0 && total > 0 && piece <= total
  },
  zero: value => /^0+$/.test(value),
  nonzero: value => !/^0+$/.test(value),
  nozeroprefix: value => value === '0' || !value.startsWith('0'),
  hasnondigit: value => /\D/.test(value),
  hyphen: value => /^-+$/.test(value),
  yesno: value => value === '0' || value === '1',
  winding: value => value === '0' || value === '1' || value === '9',
  iso3166: value => value !== '000',
  iso3166999: value => value !== '000',
  iso4217: value => value !== '000',
  iso3166alpha2: value => /^[A-Z]{2}$/.test(value),
  csumalpha: yes,
  iban: yes,
  couponcode: yes,
  couponposoffer: yes,
  pcenc: yes,
  latitude: yes,
  longitude: yes,
  mediatype: yes,
  packagetype: yes,
  importeridx: yes,
  posinseqslash: yes,
  iso5218: yes,
}
export const knownLinter = (name: string): boolean => Object.hasOwn(LINTERS, name)
export const lint = (name: string, value: string, today: string): boolean => LINTERS[name]?.(value, today) ?? false
