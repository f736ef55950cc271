import type { KpiAnswer } from '../../../shared/desk/kpi.ts'
import type { ColumnKind } from '../../../shared/desk/kpi-tables.ts'
import type { ExceptionKind } from '../../../shared/exception.ts'
import { partsOf } from '../../../shared/kpi/names.ts'
import { KIND_WORDS } from '../../words/desk-exceptions.ts'
import { FIGURE_WORDS } from '../../words/desk-figures.ts'
import type { DeskSpeaker } from './speak.ts'

export type Shown = KpiAnswer['figures'][number]
type Unit = Shown['unit']
type Connections = KpiAnswer['connections']

const isExceptionKind = (kind: string): kind is ExceptionKind => kind in KIND_WORDS.en

/** A day of the calendar, which has no zone. */
export const dayOf = (speaker: DeskSpeaker, day: string): string =>
  new Intl.DateTimeFormat(speaker.language, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00.000Z`))

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400]

/** Whole seconds in the two largest units that they have. */
export const durationOf = (speaker: DeskSpeaker, seconds: number): string => {
  if (seconds < MINUTE) return speaker.say('k.s', { s: seconds })
  if (seconds < HOUR) return speaker.say('k.min', { min: Math.floor(seconds / MINUTE), s: seconds % MINUTE })
  if (seconds < 2 * DAY)
    return speaker.say('k.h', { h: Math.floor(seconds / HOUR), min: Math.floor((seconds % HOUR) / MINUTE) })
  return speaker.say('k.d', { d: Math.floor(seconds / DAY), h: Math.floor((seconds % DAY) / HOUR) })
}

/** What there is nothing to say of is a dash, never 0. */
export const valueOf = (speaker: DeskSpeaker, unit: Unit, value: number | null): string => {
  if (value === null) return '–'
  switch (unit) {
    case 'ppm':
      return speaker.percent(value / 1_000_000)
    case 's':
      return durationOf(speaker, value)
    case 'minor':
      return speaker.money(value)
    case 'milli':
      return speaker.number(Math.round(value / 100) / 10)
    case 'n':
      return speaker.number(value)
  }
}

const SPREAD = { p50: 'k.median', p90: 'k.p90', p95: 'k.p95', max: 'k.max' } as const

/** What a figure is called, with its percentile; one that we have no words for keeps its own name. */
export const nameOf = (speaker: DeskSpeaker, name: string): string => {
  const parts = partsOf(name)
  if (parts === null) return name
  const [words] = FIGURE_WORDS[speaker.language][parts.stem]
  return parts.spread === null ? words : `${words}, ${speaker.say(SPREAD[parts.spread])}`
}

export const meaningOf = (speaker: DeskSpeaker, name: string): string => {
  const parts = partsOf(name)
  return parts === null ? '' : FIGURE_WORDS[speaker.language][parts.stem][1]
}

/** The part that a figure is of: a process, a cause, a connection … */
export const splitOf = (
  speaker: DeskSpeaker,
  { name, split }: Pick<Shown, 'name' | 'split'>,
  of: Connections,
): string => {
  if (split === '') return ''
  const family = name.split('.')[0]
  if (family === 'exceptions') return isExceptionKind(split) ? KIND_WORDS[speaker.language][split] : split
  if (family === 'efficiency') return speaker.maybe('task', split)
  if (name === 'order.backlog') return speaker.maybe('backlog', split)
  if (name === 'errors.failed.connector') return of.find(({ id }) => id === split)?.name ?? split
  if (name === 'errors.failed.type') return speaker.maybe('m', split)
  if (family !== 'adjustments') return split
  const [reason = '', group = ''] = split.split('|')
  return [speaker.maybe('r', reason), group].filter(one => one !== '').join(' · ')
}

/** Words for what the server names, by the column that it stands in. */
const FAMILY: Readonly<Record<string, string>> = {
  state: 'state',
  status: 'st',
  type: 'm',
  process: 'task',
  reason: 'r',
}

export const cellOf = (
  speaker: DeskSpeaker,
  { key, kind }: { key: string; kind: ColumnKind },
  cell: string | number | null,
): string => {
  if (cell === null) return '–'
  if (typeof cell === 'number') {
    if (kind === 'seconds') return durationOf(speaker, cell)
    if (kind === 'ms') return durationOf(speaker, Math.floor(cell / 1000))
    return kind === 'minor' ? speaker.money(cell) : speaker.number(cell)
  }
  if (kind === 'instant') return speaker.stamp(cell)
  if (kind === 'day') return dayOf(speaker, cell)
  if (key === 'kind' && isExceptionKind(cell)) return KIND_WORDS[speaker.language][cell]
  const family = FAMILY[key]
  return family === undefined ? cell : speaker.maybe(family, cell)
}
