import { schedulesSchema } from '../../../shared/desk/schedules.ts'
import type { Schedules } from '../../../shared/desk/schedules.ts'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

type Row = Schedules['schedules'][number]
const EVERY_MS = 30_000

/** What is made for whoever looks every day, when, and what became of it. */
export const DailyFiles = ({ onScan }: { onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker, api, tell } = desk
  const loaded = useLoaded<Schedules>('schedules', () => api.get('/api/desk/schedules', {}, schedulesSchema), EVERY_MS)
  useKeys({}, onScan)
  const rows = loaded.value?.schedules ?? []
  const end = ({ id, name }: Row): void =>
    void api.post('/api/desk/schedules', { act: 'remove', id }, schedulesSchema).then(
      () => {
        loaded.reload()
        tell(speaker.say('sc.ended', { name }))
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  return (
    <section aria-label={speaker.say('s.exports')}>
      <p className="desk-quiet">{speaker.say('sc.about')}</p>
      <Listed loaded={{ ...loaded, isEmpty: rows.length === 0 }} empty={speaker.say('none')}>
        <Table<Row>
          caption={speaker.say('s.exports')}
          rows={rows}
          rowKey={row => row.id}
          columns={[
            { key: 'name', head: speaker.say('sc.name'), cell: row => row.name },
            { key: 'list', head: speaker.say('sc.list'), code: true, cell: row => row.query.list },
            { key: 'format', head: speaker.say('sc.form'), code: true, cell: row => row.query.format },
            {
              key: 'hour',
              head: speaker.say('sc.hour'),
              cell: row => `${String(row.hour).padStart(2, '0')}:00`,
            },
            { key: 'next', head: speaker.say('sc.next'), cell: row => speaker.stamp(row.nextAt) },
            {
              key: 'last',
              head: speaker.say('sc.last'),
              alarm: row => (row.last?.why ?? null) !== null,
              cell: row => lastOf(desk, row),
            },
          ]}
          renderActs={row => (
            <>
              {(row.last?.file ?? null) === null ? null : (
                <a className="desk-button" href={`/api/desk/schedules/file?id=${row.id}`} download>
                  {speaker.say('sc.get')}
                </a>
              )}{' '}
              <button type="button" className="desk-button" onClick={() => end(row)}>
                {speaker.say('sc.end')}
              </button>
            </>
          )}
        />
      </Listed>
    </section>
  )
}

const lastOf = ({ speaker }: Pick<Desk, 'speaker'>, { last }: Row): string => {
  if (last === null) return '–'
  const at = speaker.stamp(last.at)
  return last.why === null ? at : `${at}: ${speaker.say('sc.not', { why: speaker.maybe('sc.why', last.why) })}`
}
