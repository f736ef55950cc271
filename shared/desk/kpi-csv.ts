import type { CsvCell, CsvLanguage } from '../csv.ts'
import type { Figure } from '../kpi/figures.ts'
import { TABLES } from './kpi-tables.ts'
import type { ColumnKind, TableName, TableRow } from './kpi-tables.ts'

type Line = readonly CsvCell[]

const FIGURE_WORDS: Readonly<Record<CsvLanguage, Line>> = {
  en: ['Figure', 'Part', 'Value', 'Unit', 'Numerator', 'Denominator', 'n', 'Few', 'Before', 'Definition'],
  tr: ['Gösterge', 'Kırılım', 'Değer', 'Birim', 'Pay', 'Payda', 'n', 'Az veri', 'Önceki', 'Tanım'],
}
const FIGURE_KEYS: Line = ['name', 'split', 'value', 'unit', 'num', 'den', 'n', 'few', 'before', 'definition']
/** What a figure is counted in, and how many of our whole numbers make one of it. */
const PRINTED: Readonly<Record<Figure['unit'], { unit: string; per: number }>> = {
  ppm: { unit: '%', per: 10_000 },
  s: { unit: 's', per: 1 },
  n: { unit: '', per: 1 },
  minor: { unit: '', per: 100 },
  milli: { unit: '1/h', per: 1000 },
}

export const figuresHead = (language: CsvLanguage, machine: boolean): readonly Line[] =>
  machine ? [FIGURE_WORDS[language], FIGURE_KEYS] : [FIGURE_WORDS[language]]

/** A figure without a value is an empty cell: it is not 0. */
export const figureLine = (figure: Figure & { before: number | null }, definition: string): Line => {
  const { unit, per } = PRINTED[figure.unit]
  const scaled = (value: number | null): number | null => (value === null ? null : value / per)
  const { name, split, value, num, den, n, few, before } = figure
  return [name, split, scaled(value), unit, num, den, n, few ? 1 : 0, scaled(before), definition]
}

export const tableHead = (table: TableName, language: CsvLanguage, machine: boolean): readonly Line[] => {
  const words = TABLES[table].map(column => column.words[language])
  return machine ? [words, TABLES[table].map(column => column.key)] : [words]
}

const DIVISOR: Partial<Readonly<Record<ColumnKind, number>>> = { minor: 100 }
export const tableLine = (table: TableName, row: TableRow): Line =>
  TABLES[table].map(({ key, kind }: { key: string; kind: ColumnKind }) => {
    const cell = row[key] ?? null
    return typeof cell === 'number' ? cell / (DIVISOR[kind] ?? 1) : cell
  })
