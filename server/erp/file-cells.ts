import type { Row } from './file-csv.ts'
import { dayText, decimalText, flagValue } from './file-value.ts'
import type { Decimal } from './file-value.ts'
import type { Flaw } from './inbound.ts'
import { decimalQty, ratioOf } from './quantity.ts'
import type { Qty, Ratio } from './quantity.ts'

/** How people call a column of this kind of file over there, by our name. */
export type Naming = ReadonlyMap<string, string>
export type Reading = { file: string; naming: Naming; decimal: Decimal }

/** The cells of one row, read by what they must be. What cannot be read is a flaw that names line and column, and null. */
export const cellsOf = (row: Row, id: string, { file, naming, decimal }: Reading, flaws: Flaw[]) => {
  const text = (name: string): string => row.cells.get(naming.get(name) ?? name) ?? ''
  const wrong = (field: string, problem: string): null => {
    flaws.push({ id, field, problem: `line ${row.line} of ${file}: ${problem}`, value: text(field).slice(0, 120) })
    return null
  }
  const read =
    <T>(parse: (given: string) => T | null, problem: string) =>
    (name: string): T | null =>
      text(name) === '' ? null : (parse(text(name)) ?? wrong(name, problem))
  const must = <T>(name: string, value: T | null): T | null =>
    value === null && text(name) === '' ? wrong(name, 'is missing') : value
  const number = (given: string): string | null => decimalText(given, decimal)
  const whole = read<number>(given => {
    const plain = number(given)
    return plain !== null && /^[+-]?\d{1,15}$/.test(plain) ? Number(plain) : null
  }, 'is no whole number')
  return {
    text,
    orNull: (name: string): string | null => (text(name) === '' ? null : text(name)),
    wrong,
    must,
    whole,
    quantity: read<Qty>(given => decimalQty(number(given) ?? ''), 'is no number, or one that may mean two'),
    ratio: (given: string): Ratio | null => ratioOf(number(given) ?? ''),
    day: read<string>(dayText, 'is no day (2027-01-31 or 31.01.2027)'),
    flag: (name: string, otherwise: boolean): boolean =>
      text(name) === '' ? otherwise : (flagValue(text(name)) ?? wrong(name, 'is neither yes nor no') ?? otherwise),
    list: (name: string): string[] =>
      text(name)
        .split('|')
        .map(part => part.trim())
        .filter(part => part !== ''),
  }
}
export type Cells = ReturnType<typeof cellsOf>
