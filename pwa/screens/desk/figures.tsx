import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { kpiAnswer } from '../../../shared/desk/kpi.ts'
import type { KpiAnswer } from '../../../shared/desk/kpi.ts'
import { laterDay } from '../../../shared/time.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk } from './context.ts'
import { csvOf, FigurePanel } from './figure-panel.tsx'
import type { Asked } from './figure-panel.tsx'
import { dayOf, meaningOf, nameOf, splitOf, valueOf } from './figure-speak.ts'
import type { Shown } from './figure-speak.ts'
import { FigureTools } from './figure-tools.tsx'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

type Group = { word: DeskKey; families: readonly string[]; heads: readonly string[] }
/** The five figures of an integration of ERP and warehouse, then the others; `heads` stand above the rest. */
const GROUPS: readonly Group[] = [
  { word: 'k.accuracy', families: ['accuracy'], heads: ['accuracy.aligned', 'accuracy.lines'] },
  { word: 'k.order', families: ['order'], heads: ['order.toReady.p50'] },
  { word: 'k.sync', families: ['sync'], heads: ['sync.endToEnd.p95'] },
  { word: 'k.errors', families: ['errors'], heads: ['errors.failed'] },
  { word: 'k.efficiency', families: ['efficiency'], heads: ['efficiency.earned', 'efficiency.firstTimeRight'] },
  { word: 'k.others', families: ['shorts', 'adjustments', 'approval', 'exceptions'], heads: [] },
]
/** Known by their parts alone. */
const SPLIT_ONLY: readonly string[] = ['efficiency.linesPerHour', 'order.backlog']

/** The figures of a window. All that was chosen stands in the address, so that it can be handed on. */
export const Figures = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, api, me } = useDesk()
  const [search, setSearch] = useSearchParams()
  const [today] = useState(() => speaker.today())
  const choose = (more: Readonly<Record<string, string | null>>): void =>
    setSearch(before => {
      const next = new URLSearchParams(before)
      for (const [name, value] of Object.entries(more)) {
        if (value === null || value === '') next.delete(name)
        else next.set(name, value)
      }
      return next
    })
  const asked = askedOf(search, me.worker, today)
  const loaded = useLoaded<KpiAnswer>(JSON.stringify(asked), () => api.get('/api/kpi', asked, kpiAnswer))
  const close = (): void => choose({ figure: null, split: null })
  useKeys({ Escape: close }, onScan)
  const answer = loaded.value
  const [name, split] = [search.get('figure'), search.get('split') ?? '']
  const open = answer?.figures.find(figure => figure.name === name && figure.split === split)
  return (
    <section aria-label={speaker.say('s.figures')}>
      <FigureTools asked={asked} today={today} onChoose={choose} />
      <Listed loaded={{ ...loaded, isEmpty: false }} empty="">
        {answer === null ? null : (
          <>
            <Standing answer={answer} />
            {open === undefined ? null : (
              <FigurePanel
                key={`${open.name} ${open.split}`}
                figure={open}
                answer={answer}
                asked={asked}
                onClose={close}
              />
            )}
            <div className="desk-figures">
              {GROUPS.map(group => (
                <GroupCard
                  key={group.word}
                  group={group}
                  answer={answer}
                  onOpen={figure => choose({ figure: figure.name, split: figure.split })}
                />
              ))}
            </div>
            <p>
              <a className="desk-button" href={csvOf('/api/kpi.csv', asked, speaker.language)} download>
                {speaker.say('k.csv')}
              </a>
            </p>
          </>
        )}
      </Listed>
    </section>
  )
}

const WINDOW = 30
/** The window that the address names: so many days up to today, or from one day to another. */
const askedOf = (search: URLSearchParams, worker: string, today: string): Asked => {
  const days = Number(search.get('days') ?? WINDOW)
  const to = search.get('to') ?? today
  const from = search.get('from') ?? laterDay(to, 1 - days)
  const narrow = ['client', 'zone'].flatMap(name => {
    const value = search.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return { worker, from, to, ...Object.fromEntries(narrow) }
}

/** How far the figures reach, and what may still change them. */
const Standing = ({ answer }: { answer: KpiAnswer }) => {
  const { speaker } = useDesk()
  const { asOf, silent, restated } = answer
  return (
    <>
      {silent === 0 ? null : <p className="desk-worry">▲ {speaker.say('k.silent', { n: silent })}</p>}
      {restated.length === 0 ? null : (
        <p>{speaker.say('k.restated', { days: restated.map(day => dayOf(speaker, day)).join(', ') })}</p>
      )}
      <p className="desk-quiet">{speaker.say('k.asOf', { n: asOf.cursor, time: speaker.stamp(asOf.at) })}</p>
    </>
  )
}

type CardProps = { group: Group; answer: KpiAnswer; onOpen: (figure: Shown) => void }

const GroupCard = ({ group, answer, onOpen }: CardProps) => {
  const { speaker } = useDesk()
  const all = answer.figures.filter(({ name }) => group.families.includes(name.split('.')[0] ?? ''))
  const rows = all.filter(({ name, split }) => split === '' || SPLIT_ONLY.includes(name))
  const heads = rows.filter(({ name }) => group.heads.includes(name))
  const title = speaker.say(group.word)
  const called = (row: Shown): string => {
    const split = splitOf(speaker, row, answer.connections)
    return split === '' ? nameOf(speaker, row.name) : `${nameOf(speaker, row.name)}: ${split}`
  }
  return (
    <section className="desk-figure-card" aria-label={title}>
      <h2>{title}</h2>
      <div className="desk-heads">
        {heads.map(head => (
          <p key={head.name}>
            <b className="desk-big">{valueOf(speaker, head.unit, head.value)}</b> {called(head)}
          </p>
        ))}
      </div>
      <Table<Shown>
        caption={title}
        rows={rows}
        rowKey={row => `${row.name} ${row.split}`}
        onOpen={n => {
          const row = rows[n]
          if (row !== undefined) onOpen(row)
        }}
        columns={[
          { key: 'figure', head: speaker.say('k.figure'), cell: called },
          { key: 'value', head: speaker.say('k.value'), number: true, cell: row => valueWith(row, speaker) },
          {
            key: 'before',
            head: speaker.say('k.before'),
            number: true,
            cell: row => valueOf(speaker, row.unit, row.before),
          },
          { key: 'n', head: speaker.say('k.n'), number: true, cell: row => speaker.number(row.n) },
        ]}
      />
      <Meanings rows={rows} />
    </section>
  )
}

/** Few, and which way it went: in words and signs, not in colours alone. */
const valueWith = (row: Shown, speaker: ReturnType<typeof useDesk>['speaker']): string => {
  const text = valueOf(speaker, row.unit, row.value)
  if (row.value === null) return text
  const way = row.before === null || row.before === row.value ? '' : row.value > row.before ? ' ↑' : ' ↓'
  return `${text}${way}${row.few ? ` (${speaker.say('k.few')})` : ''}`
}

/** Each definition once, also where a figure has several percentiles. */
const Meanings = ({ rows }: { rows: readonly Shown[] }) => {
  const { speaker } = useDesk()
  const meanings = new Map<string, string>()
  for (const { name } of rows) {
    const what = meaningOf(speaker, name)
    if (![...meanings.values()].includes(what)) meanings.set(nameOf(speaker, name), what)
  }
  return (
    <details>
      <summary>{speaker.say('k.means')}</summary>
      <dl className="desk-meanings">
        {[...meanings].map(([name, what]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
