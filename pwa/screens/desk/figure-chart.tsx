import type { KpiDaysAnswer } from '../../../shared/desk/kpi.ts'
import { valueOf } from './figure-speak.ts'
import type { Shown } from './figure-speak.ts'
import { useDesk } from './context.ts'

type Day = KpiDaysAnswer['days'][number]
type Props = { name: string; unit: Shown['unit']; from: string; to: string; days: readonly Day[] }

const DAY_MS = 86_400_000
const HEIGHT = 100

/** Every day of the window; one without facts is a gap. */
const everyDay = ({ from, to, days }: Pick<Props, 'from' | 'to' | 'days'>): readonly (number | null)[] => {
  const values = new Map(days.map(({ day, value }) => [day, value]))
  const all: (number | null)[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS)
    all.push(values.get(new Date(at).toISOString().slice(0, 10)) ?? null)
  return all
}

/** Rates lie close together near 100 %: their scale begins near the lowest. All others begin at 0. */
const scaleOf = (unit: Shown['unit'], values: readonly number[]): { low: number; high: number } => {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (unit !== 'ppm') return { low: Math.min(0, least), high: Math.max(most, least + 1, 1) }
  const room = Math.max((most - least) / 5, 1000)
  return { low: Math.max(0, least - room), high: Math.min(1_000_000, most + room) }
}

/** A rate day by day as a line, an amount as bars. Whoever cannot see it is told its ends; the table beside has every day. */
export const FigureChart = ({ name, unit, from, to, days }: Props) => {
  const { speaker } = useDesk()
  const all = everyDay({ from, to, days })
  const known = all.filter(value => value !== null)
  const last = known.at(-1)
  if (last === undefined) return null
  const { low, high } = scaleOf(unit, known)
  const y = (value: number): number => HEIGHT - ((value - low) / (high - low)) * HEIGHT
  const words = {
    name,
    least: valueOf(speaker, unit, Math.min(...known)),
    most: valueOf(speaker, unit, Math.max(...known)),
    last: valueOf(speaker, unit, last),
  }
  return (
    <div className="desk-chart">
      <div className="desk-chart-scale" aria-hidden="true">
        <span>{valueOf(speaker, unit, Math.round(high))}</span>
        <span>{valueOf(speaker, unit, Math.round(low))}</span>
      </div>
      <svg
        role="img"
        aria-label={speaker.say('k.chart', words)}
        viewBox={`0 0 ${all.length} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {unit === 'ppm' ? <Line values={all} y={y} /> : <Bars values={all} y={y} />}
      </svg>
    </div>
  )
}

type Drawn = { values: readonly (number | null)[]; y: (value: number) => number }

const Bars = ({ values, y }: Drawn) =>
  values.map((value, n) =>
    value === null ? null : (
      <rect
        key={n}
        x={n + 0.15}
        width={0.7}
        y={Math.min(y(value), y(0))}
        height={Math.max(1, Math.abs(y(value) - y(0)))}
      />
    ),
  )

/** A point is a line of no length: the picture is stretched, and a circle would be, too. */
const Line = ({ values, y }: Drawn) => {
  const path = values.map((value, n) => {
    if (value === null) return ''
    const at = `${n + 0.5} ${y(value)}`
    const before = values[n - 1] ?? null
    return `${before === null ? 'M' : 'L'}${at}`
  })
  const points = values.map((value, n) => (value === null ? '' : `M${n + 0.5} ${y(value)}h0`))
  return (
    <>
      <path className="line" d={path.join('')} />
      <path className="point" d={points.join('')} />
    </>
  )
}
