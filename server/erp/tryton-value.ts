import * as v from 'valibot'

/** How Tryton writes values in JSON. Dates and times are always UTC; quantities are plain numbers, prices are Decimals. */
const pad = (n: number, width = 2): string => String(n).padStart(width, '0')
const whole = v.pipe(v.number(), v.safeInteger())

export const dateValue = v.pipe(
  v.object({ __class__: v.literal('date'), year: whole, month: whole, day: whole }),
  v.transform(({ year, month, day }) => `${pad(year, 4)}-${pad(month)}-${pad(day)}`),
)
/** ISO with six digits of a second: cursors lose records when they are cut to milliseconds. */
export const timeValue = v.pipe(
  v.object({
    __class__: v.literal('datetime'),
    year: whole,
    month: whole,
    day: whole,
    hour: whole,
    minute: whole,
    second: whole,
    microsecond: whole,
  }),
  v.transform(
    t =>
      `${pad(t.year, 4)}-${pad(t.month)}-${pad(t.day)}T${pad(t.hour)}:${pad(t.minute)}:${pad(t.second)}.${pad(t.microsecond, 6)}Z`,
  ),
)
export const decimalValue = v.pipe(
  v.object({ __class__: v.literal('Decimal'), decimal: v.pipe(v.string(), v.maxLength(60)) }),
  v.transform(value => value.decimal),
)

export const toDate = (day: string) => {
  const [year = 0, month = 0, date = 0] = day.slice(0, 10).split('-').map(Number)
  return { __class__: 'date', year, month, day: date }
}
export const toTime = (iso: string) => {
  const [hour = 0, minute = 0] = iso.slice(11, 16).split(':').map(Number)
  const microsecond = Number((/\.(\d{1,6})/.exec(iso)?.[1] ?? '').padEnd(6, '0'))
  return { ...toDate(iso), __class__: 'datetime', hour, minute, second: Number(iso.slice(17, 19)), microsecond }
}
export const toDecimal = (decimal: string) => ({ __class__: 'Decimal', decimal })

/** A record's number. */
export const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
export const text = v.pipe(
  v.nullish(v.string(), ''),
  v.transform(value => value ?? ''),
)
/** Booleans come as 1 and 0 from some databases. */
export const flag = v.pipe(
  v.nullish(v.union([v.boolean(), v.number()]), false),
  v.transform(value => value === true || value === 1),
)
export const rowsOf = <T extends v.GenericSchema>(row: T) => v.pipe(v.array(row), v.maxLength(100_000))

/** Remote ids of the port carry their model: "product.product,5". Null where it is another model or no id. */
export const remoteId = (model: string, n: number): string => `${model},${n}`
export const idIn = (remote: string, model: string): number | null => {
  const [name, digits, ...more] = remote.split(',')
  return name === model && more.length === 0 && /^[1-9]\d{0,15}$/.test(digits ?? '') ? Number(digits) : null
}
