import { kpiDaysAnswer, kpiRowsAnswer } from '../../../shared/desk/kpi.ts'
import type { KpiAnswer, KpiDaysAnswer } from '../../../shared/desk/kpi.ts'
import { TABLES } from '../../../shared/desk/kpi-tables.ts'
import type { TableName, TableRow } from '../../../shared/desk/kpi-tables.ts'
import { useDesk } from './context.ts'
import { FigureChart } from './figure-chart.tsx'
import { cellOf, dayOf, meaningOf, nameOf, splitOf, valueOf } from './figure-speak.ts'
import type { Shown } from './figure-speak.ts'
import { MoreButton } from './more.tsx'
import { useLoaded, usePaged } from './query.ts'
import { Listed, Table } from './table.tsx'

/** What the address says of the window, as the server takes it. */
export type Asked = Readonly<Record<string, string>>
type Props = { figure: Shown; answer: KpiAnswer; asked: Asked; onClose: () => void }

export const csvOf = (path: string, asked: Asked, language: string): string =>
  `${path}?${new URLSearchParams({ ...asked, lang: language }).toString()}`

const TABLE_OF: Readonly<Record<string, TableName>> = { approval: 'adjustments' }
/** The rows that a figure is made of. */
const tableOf = (name: string): TableName | null => {
  const family = name.split('.')[0] ?? ''
  if (family in TABLES) return family as TableName
  return TABLE_OF[family] ?? null
}
/** The picture of a new figure begins where one looks. */
const intoView = (node: HTMLElement | null): void => {
  node?.scrollIntoView({ block: 'start' })
  node?.focus({ preventScroll: true })
}

/** One figure: what it means, its days as a chart and as a table, its parts, and the rows behind it. */
export const FigurePanel = ({ figure, answer, asked, onClose }: Props) => {
  const { speaker } = useDesk()
  const { name, unit } = figure
  const split = splitOf(speaker, figure, answer.connections)
  const title = split === '' ? nameOf(speaker, name) : `${nameOf(speaker, name)}: ${split}`
  const table = tableOf(name)
  const { num, den } = figure
  return (
    <section className="desk-panel" aria-labelledby="figure-title" tabIndex={-1} ref={intoView}>
      <h2 id="figure-title">{title}</h2>
      <p>{meaningOf(speaker, name)}</p>
      <p className="desk-big">{valueOf(speaker, unit, figure.value)}</p>
      <p className="desk-quiet">
        {num === null || den === null || unit !== 'ppm'
          ? ''
          : `${speaker.say('k.ratio', { num: speaker.number(num), den: speaker.number(den) })} · `}
        {speaker.say('k.n')} {speaker.number(figure.n)} · {speaker.say('k.before')}{' '}
        {valueOf(speaker, unit, figure.before)} · {answer.definition}
      </p>
      <ByDay figure={figure} answer={answer} asked={asked} title={title} />
      <Parts figure={figure} answer={answer} />
      {table === null ? null : <Rows table={table} asked={asked} />}
      <button type="button" className="desk-button" onClick={onClose}>
        {speaker.say('close')}
      </button>
    </section>
  )
}

const ByDay = ({ figure, answer, asked, title }: Omit<Props, 'onClose'> & { title: string }) => {
  const { speaker, api } = useDesk()
  const { name, split, unit } = figure
  const query = { ...asked, figure: name, split }
  const loaded = useLoaded<KpiDaysAnswer>(JSON.stringify(query), () => api.get('/api/kpi/days', query, kpiDaysAnswer))
  const days = loaded.value?.days ?? []
  return (
    <>
      <h3>{speaker.say('k.byDay')}</h3>
      <Listed loaded={{ ...loaded, isEmpty: days.length === 0 }} empty={speaker.say('k.noDays')}>
        <div className="desk-days">
          <FigureChart name={title} unit={unit} from={answer.from} to={answer.to} days={days} />
          <div className="desk-scroll" role="region" aria-label={speaker.say('k.byDay')} tabIndex={0}>
            <Table
              caption={`${title}, ${speaker.say('k.byDay')}`}
              rows={days}
              rowKey={row => row.day}
              columns={[
                { key: 'day', head: speaker.say('k.day'), cell: row => dayOf(speaker, row.day) },
                {
                  key: 'value',
                  head: speaker.say('k.value'),
                  number: true,
                  cell: row => valueOf(speaker, unit, row.value),
                },
                { key: 'n', head: speaker.say('k.n'), number: true, cell: row => speaker.number(row.n) },
              ]}
            />
          </div>
        </div>
      </Listed>
    </>
  )
}

const Parts = ({ figure, answer }: Pick<Props, 'figure' | 'answer'>) => {
  const { speaker } = useDesk()
  const parts =
    figure.split === ''
      ? answer.figures.filter(({ name, split }) => split !== '' && (name === figure.name || isPart(name, figure.name)))
      : []
  if (parts.length === 0) return null
  return (
    <>
      <h3>{speaker.say('k.parts')}</h3>
      <Table<Shown>
        caption={speaker.say('k.parts')}
        rows={parts}
        rowKey={row => `${row.name} ${row.split}`}
        columns={[
          { key: 'part', head: speaker.say('k.part'), cell: row => splitOf(speaker, row, answer.connections) || '–' },
          {
            key: 'by',
            head: speaker.say('k.figure'),
            cell: row => (row.name === figure.name ? '' : nameOf(speaker, row.name)),
          },
          {
            key: 'value',
            head: speaker.say('k.value'),
            number: true,
            cell: row => valueOf(speaker, row.unit, row.value),
          },
          {
            key: 'before',
            head: speaker.say('k.before'),
            number: true,
            cell: row => valueOf(speaker, row.unit, row.before),
          },
          { key: 'n', head: speaker.say('k.n'), number: true, cell: row => speaker.number(row.n) },
        ]}
      />
    </>
  )
}
const isPart = (name: string, of: string): boolean =>
  ['connector', 'type', 'class'].some(part => name === `${of}.${part}`)

const Rows = ({ table, asked }: { table: TableName; asked: Asked }) => {
  const { speaker, api } = useDesk()
  const path = `/api/kpi/${table}/rows`
  const list = usePaged<TableRow>(`${table} ${JSON.stringify(asked)}`, after =>
    api.get(path, { ...asked, after, limit: '50' }, kpiRowsAnswer),
  )
  const rows = (list.value ?? []).map((row, n) => ({ row, n }))
  return (
    <>
      <h3>{speaker.say('k.rows')}</h3>
      <p>{speaker.say(`k.rows.${table}`)}</p>
      <p>
        <a className="desk-button" href={csvOf(`${path}.csv`, asked, speaker.language)} download>
          {speaker.say('k.csv')}
        </a>
      </p>
      <Listed loaded={list} empty={speaker.say('none')}>
        <Table
          caption={speaker.say('k.rows')}
          rows={rows}
          rowKey={({ n }) => String(n)}
          columns={TABLES[table].map(column => ({
            key: column.key,
            head: column.words[speaker.language],
            code: column.kind === 'code',
            number: !['text', 'code', 'instant', 'day'].includes(column.kind),
            cell: ({ row }: { row: TableRow }) => cellOf(speaker, column, row[column.key] ?? null),
          }))}
        />
        <MoreButton more={list.more} />
      </Listed>
    </>
  )
}
