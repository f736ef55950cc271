import type { Problem, ProblemCode } from '../../shared/desk/intake.ts'
import { problem } from './csv.ts'
import type { Row } from './csv.ts'
import { folded } from './fold.ts'

/** Reads the cells of one row; what does not fit is told and read as nothing, so that one look finds all of it. */
export type Cells = {
  row: number
  has: (column: string) => boolean
  tell: (column: string, code: ProblemCode, about?: string, value?: string) => void
  text: (column: string, max: number) => string
  /** Codes in one cell, between | ; or spaces. */
  codes: (column: string) => readonly string[]
  /** Null = empty, or not readable. */
  whole: (column: string, min: number, max: number) => number | null
  /** Hundredths. */
  money: (column: string) => number | null
  yesNo: (column: string) => boolean | null
  choice: <T extends string>(column: string, choices: Readonly<Record<T, readonly string[]>>) => T | null
  /** ISO day. */
  day: (column: string) => string | null
}

const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/
const MAX_CODES = 30
const MAX_CODE = 80

const YES = new Set(['1', 'yes', 'y', 'true', 'evet', 'e', 'x', 'doğru'])
const NO = new Set(['0', 'no', 'n', 'false', 'hayir', 'h', 'yanliş'])

type Read = number | 'number' | 'ambiguous' | 'fraction'

/**
 * A number as English or Turkish people write it. With both signs the later one is the decimal sign; with one of them alone
 * and three digits behind it nobody can tell (1.200 is 1200 here and 1.2 there), and a guess would book the wrong stock.
 */
export const readNumber = (text: string): Read => {
  const plain = text.replaceAll(/[\s\u00a0\u202f]/g, '')
  if (/^-?\d{1,15}$/.test(plain)) return Number(plain)
  const both = /^(-?\d{1,3}([.,])\d{3}(?:\2\d{3})*)([.,])(\d+)$/.exec(plain)
  if (both?.[1] !== undefined && both[2] !== both[3]) return Number(`${both[1].replaceAll(/[.,]/g, '')}.${both[4]}`)
  if (/^-?\d{1,3}([.,])\d{3}(?:\1\d{3})+$/.test(plain)) return Number(plain.replaceAll(/[.,]/g, ''))
  const one = /^(-?\d{1,15})[.,](\d+)$/.exec(plain)
  if (one?.[2] === undefined) return 'number'
  if (one[2].length === 3) return 'ambiguous'
  return Number(`${one[1]}.${one[2]}`)
}

const pad = (text: string): string => text.padStart(2, '0')

/** A day as `2027-01-31`, `31.01.2027` or `31/01/2027`; null = none that is on the calendar. */
export const readDay = (text: string): string | null => {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  const turned = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(text)
  const [y, m, d] = iso ? iso.slice(1) : turned ? turned.slice(1).reverse() : []
  if (y === undefined || m === undefined || d === undefined) return null
  const day = `${y}-${pad(m)}-${pad(d)}`
  const at = new Date(`${day}T00:00:00.000Z`)
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day ? null : day
}

type Told = { raw: (column: string) => string; tell: Cells['tell'] }

export const cellsOf = ({ row, cells }: Row, problems: Problem[]): Cells => {
  const raw = (column: string): string => cells.get(column) ?? ''
  const tell: Cells['tell'] = (column, code, about = '', value = raw(column)) =>
    void problems.push(problem(row, column, value, code, about))
  return { row, has: column => cells.has(column), tell, ...texts({ raw, tell }), ...values({ raw, tell }) }
}

const texts = ({ raw, tell }: Told): Pick<Cells, 'text' | 'codes' | 'choice' | 'yesNo' | 'day'> => ({
  text: (column, max) => {
    const value = raw(column)
    if (value.length > max) tell(column, 'too_long', String(max))
    else if (CONTROL.test(value)) tell(column, 'characters')
    else return value
    return ''
  },
  codes: column => {
    const list = [
      ...new Set(
        raw(column)
          .split(/[\s|;]+/)
          .filter(code => code !== ''),
      ),
    ]
    if (list.length > MAX_CODES) tell(column, 'too_long', String(MAX_CODES))
    return list.slice(0, MAX_CODES).filter(code => {
      if (code.length <= MAX_CODE && !CONTROL.test(code)) return true
      tell(column, code.length > MAX_CODE ? 'too_long' : 'characters', String(MAX_CODE), code)
      return false
    })
  },
  yesNo: column => {
    const value = folded(raw(column))
    if (value === '') return null
    if (YES.has(value)) return true
    if (NO.has(value)) return false
    tell(column, 'yes_no')
    return null
  },
  choice: (column, choices) => {
    const value = folded(raw(column)).replaceAll(/[\s-]+/g, '_')
    if (value === '') return null
    for (const [name, others] of Object.entries(choices) as [keyof typeof choices, readonly string[]][])
      if (folded(name) === value || others.some(other => folded(other) === value)) return name
    tell(column, 'choice', Object.keys(choices).join(', '))
    return null
  },
  day: column => {
    if (raw(column) === '') return null
    const day = readDay(raw(column))
    if (day === null) tell(column, 'date')
    return day
  },
})

const values = ({ raw, tell }: Told): Pick<Cells, 'whole' | 'money'> => {
  const number = (column: string): number | null => {
    if (raw(column) === '') return null
    const read = readNumber(raw(column))
    if (typeof read === 'number') return read
    tell(column, read)
    return null
  }
  return {
    whole: (column, min, max) => {
      const value = number(column)
      if (value === null) return null
      if (!Number.isInteger(value)) tell(column, 'fraction')
      else if (value < min || value > max) tell(column, 'range', `${min}–${max}`)
      else return value
      return null
    },
    money: column => {
      const value = number(column)
      if (value === null) return null
      const minor = Math.round(value * 100)
      if (minor >= 0 && minor <= 100_000_000_000) return minor
      tell(column, 'range', '0–1 000 000 000')
      return null
    },
  }
}
