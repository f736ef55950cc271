import type { StocktakeAnswer, StocktakeDifference, StocktakeTotals } from '../../../shared/desk/stocktake.ts'
import { useDesk } from './context.ts'
import { Table } from './table.tsx'

type Zone = StocktakeAnswer['report']['zones'][number]

/** How far it is, and what it has found. */
export const StocktakeReportOf = ({ answer }: { answer: StocktakeAnswer }) => {
  const { speaker, names } = useDesk()
  const { stocktake, report } = answer
  const { all } = report
  const done = all.settled + all.skipped
  const number = (n: number): string => speaker.number(n)
  return (
    <>
      <h2>
        {speaker.say('sk.of', { time: speaker.stamp(stocktake.at), name: names.person(stocktake.worker) })} ·{' '}
        {speaker.say(`sk.state.${stocktake.state}`)}
      </h2>
      <p>
        <progress max={Math.max(1, all.places)} value={done} aria-label={speaker.say('sk.progress')} />{' '}
        {speaker.say('sk.done', { n: done, m: all.places })}
        {report.waiting > 0 ? ` · ${speaker.say('sk.waiting', { n: report.waiting })}` : ''}
      </p>
      {report.totals === null ? null : <Totals totals={report.totals} />}
      <h3>{speaker.say('sk.byZone')}</h3>
      <Table<Zone>
        caption={speaker.say('sk.byZone')}
        rows={report.zones}
        rowKey={row => row.zone}
        columns={[
          { key: 'zone', head: speaker.say('sk.zone'), cell: row => row.zone || '–' },
          { key: 'places', head: speaker.say('sk.places'), number: true, cell: row => number(row.places) },
          { key: 'open', head: speaker.say('sk.place.open'), number: true, cell: row => number(row.open) },
          { key: 'counted', head: speaker.say('sk.place.counted'), number: true, cell: row => number(row.counted) },
          { key: 'recount', head: speaker.say('sk.place.recount'), number: true, cell: row => number(row.recount) },
          { key: 'settled', head: speaker.say('sk.place.settled'), number: true, cell: row => number(row.settled) },
          { key: 'skipped', head: speaker.say('sk.place.skipped'), number: true, cell: row => number(row.skipped) },
        ]}
      />
      {report.counters.length === 0 ? null : (
        <p>
          {speaker.say('sk.counters')}:{' '}
          {report.counters.map(one => `${names.person(one.worker)} ${speaker.number(one.places)}`).join(' · ')}
        </p>
      )}
      <Differences rows={report.differences} />
      {report.skipped.length === 0 ? null : (
        <>
          <h3>{speaker.say('sk.place.skipped')}</h3>
          <ul>
            {report.skipped.map(one => (
              <li key={one.place}>
                {one.place}: {one.reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

const Totals = ({ totals }: { totals: StocktakeTotals }) => {
  const { speaker } = useDesk()
  const percent = new Intl.NumberFormat(speaker.language, { style: 'percent', maximumFractionDigits: 2 })
  const rate = ({ right, of }: { right: number; of: number }): string =>
    of === 0 ? '–' : `${percent.format(right / of)} (${speaker.number(right)}/${speaker.number(of)})`
  const { accuracy } = totals
  const facts: readonly (readonly [string, string])[] = [
    [speaker.say('sk.net'), `${speaker.signed(totals.net)} · ${speaker.money(totals.netValue)}`],
    [speaker.say('sk.gross'), `${speaker.number(totals.gross)} · ${speaker.money(totals.grossValue)}`],
    [speaker.say('sk.acc.lines'), rate(accuracy.lines)],
    [speaker.say('sk.acc.pieces'), rate(accuracy.pieces)],
    [
      speaker.say('sk.acc.value'),
      accuracy.value.of === 0 ? '–' : percent.format(accuracy.value.right / accuracy.value.of),
    ],
    [speaker.say('sk.acc.places'), rate(accuracy.places)],
  ]
  return (
    <dl className="desk-facts">
      {facts.map(([head, text]) => (
        <div key={head}>
          <dt>{head}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}

const Differences = ({ rows }: { rows: readonly StocktakeDifference[] }) => {
  const { speaker, names } = useDesk()
  if (rows.length === 0) return <p className="desk-quiet">{speaker.say('sk.noDifference')}</p>
  return (
    <>
      <h3>{speaker.say('sk.differences')}</h3>
      <Table<StocktakeDifference>
        caption={speaker.say('sk.differences')}
        rows={rows}
        rowKey={row => [row.place, row.item, row.client, row.lot, row.serial, row.status].join()}
        columns={[
          { key: 'place', head: speaker.say('a.place'), code: true, cell: row => row.place },
          { key: 'sku', head: 'SKU', code: true, cell: row => row.sku },
          { key: 'name', head: speaker.say('a.item'), cell: row => row.name },
          { key: 'client', head: speaker.say('d.client'), cell: row => names.client(row.client) },
          { key: 'lot', head: speaker.say('a.lot'), code: true, cell: row => row.serial || row.lot },
          { key: 'book', head: speaker.say('a.book'), number: true, cell: row => speaker.number(row.book) },
          { key: 'counted', head: speaker.say('a.counted'), number: true, cell: row => speaker.number(row.counted) },
          { key: 'delta', head: speaker.say('a.delta'), number: true, cell: row => speaker.signed(row.delta) },
          {
            key: 'value',
            head: speaker.say('a.value'),
            number: true,
            cell: row => (row.value === null ? '–' : speaker.money(row.value)),
          },
          { key: 'by', head: speaker.say('a.by'), cell: row => row.counters.map(names.person).join(', ') },
          {
            key: 'state',
            head: speaker.say('d.state'),
            cell: row => [speaker.maybe('sk.v', row.state), row.reason].filter(word => word !== '').join(' '),
          },
        ]}
      />
    </>
  )
}
