import * as v from 'valibot'
import { decimalQty, ratioOf } from './quantity.ts'
import type { Qty, Ratio } from './quantity.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'

/** How many of `base` one of `unit` is, exactly; null where the two do not measure the same, or by no small ratio. */
export type Units = { ratio(unit: number, base: number): Ratio | null; name(unit: number): string }

const unitRow = v.object({ id: number, name: text, relative_factor: number, relative_uom_id: reference })
/** Up to Odoo 18: `factor` of this unit make one reference unit of the category, or `factor_inv` reference units are in it. */
const unitRowBefore19 = v.object({ id: number, name: text, factor: number, factor_inv: number, category_id: reference })
const MAX_UNITS = 2000

type Step = { name: string; ratio: Ratio | null; of: string }

/** The table of units is small and asked whole: a unit's ratio goes through units that no item names. */
export const readUnits = async (odoo: Odoo, signal: AbortSignal): Promise<Units> => {
  const steps = (await odoo.fields('uom.uom', signal)).has('relative_factor')
    ? await relativeSteps(odoo, signal)
    : await categorySteps(odoo, signal)
  /** Multiplies up to the unit at the root. */
  const toRoot = (key: string): { root: string; ratio: Ratio | null } => {
    let at = key
    let ratio: Ratio | null = { num: 1, den: 1 }
    for (let i = 0; i < 50; i += 1) {
      const step = steps.get(at)
      if (step === undefined || step.of === at) return { root: at, ratio }
      ratio = ratio === null || step.ratio === null ? null : times(ratio, step.ratio)
      at = step.of
    }
    return { root: key, ratio: null }
  }
  return {
    ratio: (unit, base) => {
      if (unit === base) return { num: 1, den: 1 }
      const [a, b] = [toRoot(String(unit)), toRoot(String(base))]
      if (a.root !== b.root || a.ratio === null || b.ratio === null) return null
      return times(a.ratio, { num: b.ratio.den, den: b.ratio.num })
    },
    name: unit => steps.get(String(unit))?.name ?? '',
  }
}

const relativeSteps = async (odoo: Odoo, signal: AbortSignal): Promise<Map<string, Step>> => {
  const rows = await odoo.rows('uom.uom', unitRow, { domain: [], limit: MAX_UNITS }, signal)
  return new Map(
    rows.map(row => [
      String(row.id),
      row.relative_uom_id === null
        ? { name: row.name, ratio: { num: 1, den: 1 }, of: String(row.id) }
        : { name: row.name, ratio: ratioOf(String(row.relative_factor)), of: String(row.relative_uom_id.id) },
    ]),
  )
}

const categorySteps = async (odoo: Odoo, signal: AbortSignal): Promise<Map<string, Step>> => {
  const rows = await odoo.rows('uom.uom', unitRowBefore19, { domain: [], limit: MAX_UNITS }, signal)
  return new Map(
    rows.map(row => {
      const smaller = row.factor > 1 ? ratioOf(String(row.factor)) : null
      const ratio = smaller === null ? ratioOf(String(row.factor_inv)) : { num: smaller.den, den: smaller.num }
      return [String(row.id), { name: row.name, ratio, of: `category ${row.category_id?.id ?? 0}` }]
    }),
  )
}

const times = (a: Ratio, b: Ratio): Ratio | null => {
  const [num, den] = [a.num * b.num, a.den * b.den]
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den)) return null
  const common = greatestCommon(num, den)
  return { num: num / common, den: den / common }
}
const greatestCommon = (a: number, b: number): number => (b === 0 ? a : greatestCommon(b, a % b))

/** Odoo keeps quantities as floats, rounded to its own digits; the shortest text that reads back as the same float is meant. */
export const quantityOf = (value: number, unit?: Ratio): Qty | null =>
  decimalQty(String(Math.round(value * 1e6) / 1e6), unit)
