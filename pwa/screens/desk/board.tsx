import { useState } from 'react'
import { BOARD_PARTS, boardAnswerSchema } from '../../../shared/desk/work.ts'
import type { BoardRow } from '../../../shared/desk/work.ts'
import { mayDo } from '../../../shared/roles.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import type { Desk } from './context.ts'
import { useFilter } from './filter.ts'
import { useKeys } from './keys.ts'
import { MoreButton } from './more.tsx'
import { useLive, usePaged } from './query.ts'
import { Chips, Listed, Table } from './table.tsx'
import type { Column } from './table.tsx'
import { TaskActs } from './work-acts.tsx'

type Part = (typeof BOARD_PARTS)[number]

const columnsOf = ({ speaker, names }: Pick<Desk, 'speaker' | 'names'>): readonly Column<BoardRow>[] => [
  { key: 'kind', head: speaker.say('w.task'), cell: one => speaker.maybe('task', one.kind) },
  { key: 'number', head: speaker.say('w.number'), code: true, cell: one => one.number ?? one.place ?? '–' },
  { key: 'zone', head: speaker.say('w.zone'), code: true, cell: one => one.zone ?? '' },
  { key: 'client', head: speaker.say('d.client'), cell: one => names.client(one.client) },
  { key: 'who', head: speaker.say('w.who'), cell: one => (one.worker === null ? '' : names.person(one.worker)) },
  { key: 'device', head: speaker.say('w.device'), number: true, cell: one => one.device ?? '' },
  {
    key: 'lines',
    head: speaker.say('w.lines'),
    number: true,
    cell: one => (one.lines === 0 ? '' : `${one.linesDone}/${one.lines}`),
  },
  {
    key: 'scanned',
    head: speaker.say('w.scanned'),
    cell: one => (one.scannedAt === null ? '' : speaker.stamp(one.scannedAt)),
  },
  {
    key: 'waiting',
    head: speaker.say('w.waiting'),
    number: true,
    cell: one => (one.pending === 0 ? '' : speaker.number(one.pending)),
  },
  { key: 'due', head: speaker.say('d.due'), cell: one => (one.due === null ? '' : speaker.day(one.due)) },
  {
    key: 'state',
    head: speaker.say('d.state'),
    cell: one =>
      [
        speaker.maybe('state', one.state),
        ...(one.held ? [speaker.say('w.held')] : []),
        ...(one.turn === null ? [] : [speaker.say(`w.turn.${one.turn}`)]),
      ].join(' · '),
  },
]

/** Who works on what, how far it is and what waits; a row opens to what a supervisor may change. */
export const Board = ({ q, onScan }: { q: string; onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker, names, api, me } = desk
  const [part, setPart] = useFilter<Part>('part', BOARD_PARTS, 'all')
  const [open, setOpen] = useState<string | null>(null)
  const list = usePaged(`board ${part} ${q}`, after =>
    api.get('/api/desk/board', { part, q, after, limit: '100' }, boardAnswerSchema),
  )
  useLive(list.reload)
  useKeys({ Escape: () => setOpen(null) }, onScan)
  const rows = list.value ?? []
  const row = rows.find(one => one.id === open)
  return (
    <>
      <div className="desk-tools">
        <Chips<Part>
          label={speaker.say('w.board')}
          value={part}
          choices={BOARD_PARTS.map(value => ({ value, word: speaker.say(`w.${value}`) }))}
          onChoose={setPart}
        />
      </div>
      {row === undefined ? null : (
        <aside className="desk-panel" aria-label={row.number ?? row.place ?? ''}>
          <h2>
            {speaker.maybe('task', row.kind)} <Code>{row.number ?? row.place ?? ''}</Code>
            {row.since === null ? '' : ` · ${names.person(row.worker)}, ${speaker.stamp(row.since)}`}
            {row.seenAt === null ? '' : ` · ${speaker.say('v.seen', { time: speaker.stamp(row.seenAt) })}`}
          </h2>
          {mayDo(me.roles, ['supervisor']) ? (
            <TaskActs key={`${row.id} ${row.version}`} row={row} onChanged={list.reload} />
          ) : null}
          <button type="button" className="desk-button" onClick={() => setOpen(null)}>
            {speaker.say('close')}
          </button>
        </aside>
      )}
      <Listed loaded={list} empty={speaker.say('w.none')}>
        <Table
          caption={speaker.say('w.board')}
          columns={columnsOf(desk)}
          rows={rows}
          rowKey={one => one.id}
          marked={one => one.id === open}
          onOpen={index => setOpen(rows[index]?.id ?? null)}
        />
        <MoreButton more={list.more} />
      </Listed>
    </>
  )
}
