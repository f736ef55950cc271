import { documentsAnswerSchema } from '../../../shared/desk/view.ts'
import type { DocumentsAnswer, DocumentSort } from '../../../shared/desk/view.ts'
import { mayDo } from '../../../shared/roles.ts'
import { Board } from './board.tsx'
import { useColumns } from './columns.tsx'
import type { ListColumn } from './columns.tsx'
import { useDesk } from './context.ts'
import type { Desk } from './context.ts'
import { DocumentPanel } from './document-panel.tsx'
import { Exports } from './exports.tsx'
import { useFilter } from './filter.ts'
import { useKeys } from './keys.ts'
import { MoreButton } from './more.tsx'
import { usePaged } from './query.ts'
import { Chips, Listed, Table } from './table.tsx'

type Row = DocumentsAnswer['rows'][number]
const STATES = ['open', 'closed', 'all'] as const
type State = (typeof STATES)[number]
const VIEWS = ['list', 'board'] as const
type View = (typeof VIEWS)[number]
type ListProps = {
  kind: 'order' | 'receipt'
  q: string
  open: string | null
  onOpen: (id: string | null) => void
  onScan: (text: string) => void
}

/** Orders, or deliveries and returns, by date; each opens to its lines. */
export const Documents = (props: ListProps) => {
  const { speaker, me } = useDesk()
  const [view, setView] = useFilter<View>('view', VIEWS, 'list')
  const { kind, q, onScan } = props
  const hasBoard = kind === 'order' && mayDo(me.roles, ['administrator'])
  return (
    <section aria-label={speaker.say(kind === 'order' ? 's.orders' : 's.receipts')}>
      {hasBoard ? (
        <Chips<View>
          label={speaker.say('w.board')}
          value={view}
          choices={VIEWS.map(value => ({ value, word: speaker.say(`w.${value}`) }))}
          onChoose={setView}
        />
      ) : null}
      {hasBoard && view === 'board' ? <Board q={q} onScan={onScan} /> : <List {...props} />}
    </section>
  )
}

const columnsOf = ({ speaker, names }: Pick<Desk, 'speaker' | 'names'>): readonly ListColumn<Row>[] => {
  const stateOf = (row: Row): string =>
    [
      speaker.maybe('state', row.state),
      ...(row.hold === null ? [] : [speaker.say('w.held')]),
      ...(row.turn === null ? [] : [speaker.say(`w.turn.${row.turn}`)]),
    ].join(' · ')
  return [
    { key: 'number', heads: ['number'], head: speaker.say('d.number'), code: true, cell: row => row.number },
    { key: 'partner', heads: ['partner'], head: speaker.say('d.partner'), cell: row => row.partner },
    { key: 'client', heads: ['client'], head: speaker.say('d.client'), cell: row => names.client(row.client) },
    { key: 'due', heads: ['due'], head: speaker.say('d.due'), cell: row => speaker.day(row.due) },
    {
      key: 'lines',
      heads: ['lines', 'linesDone'],
      head: speaker.say('d.lines'),
      number: true,
      cell: row => `${row.linesDone}/${row.lines}`,
    },
    {
      key: 'units',
      heads: ['wanted', 'done'],
      head: speaker.say('d.units'),
      number: true,
      cell: row => `${speaker.number(row.done)}/${speaker.number(row.wanted)}`,
    },
    {
      key: 'short',
      heads: ['short'],
      head: speaker.say('d.short'),
      number: true,
      cell: row => (row.short === 0 ? '' : row.short),
    },
    { key: 'state', heads: ['state'], head: speaker.say('d.state'), cell: stateOf },
    {
      key: 'worker',
      heads: ['worker'],
      head: speaker.say('d.worker'),
      cell: row => (row.worker === null ? '' : names.person(row.worker)),
    },
  ]
}

const List = ({ kind, q, open, onOpen, onScan }: ListProps) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const [state, setState] = useFilter<State>('state', STATES, 'open')
  const [incoming, setIncoming] = useFilter('kind', ['receipt', 'return'], 'receipt')
  const of = kind === 'receipt' ? incoming : kind
  const { columns, sort, asked, chooser } = useColumns<Row, DocumentSort>(columnsOf(desk), [
    { value: 'due', word: speaker.say('d.due') },
    { value: 'number', word: speaker.say('d.number') },
    { value: 'partner', word: speaker.say('d.partner') },
  ])
  const list = usePaged(`${of} ${state} ${sort} ${q}`, after =>
    api.get('/api/desk/documents', { kind: of, state, q, sort, after, limit: '100' }, documentsAnswerSchema),
  )
  useKeys({ Escape: () => onOpen(null) }, onScan)
  return (
    <>
      <div className="desk-tools">
        <Chips<State>
          label={speaker.say('d.state')}
          value={state}
          choices={[
            { value: 'open', word: speaker.say('d.open') },
            { value: 'closed', word: speaker.say('d.closed') },
            { value: 'all', word: speaker.say('d.all') },
          ]}
          onChoose={setState}
        />
        {kind === 'order' ? null : (
          <Chips<'receipt' | 'return'>
            label={speaker.say('s.receipts')}
            value={incoming}
            choices={[
              { value: 'receipt', word: speaker.say('d.receipts') },
              { value: 'return', word: speaker.say('d.returns') },
            ]}
            onChoose={setIncoming}
          />
        )}
        <Exports
          list={of === 'order' ? 'orders' : of === 'receipt' ? 'receipts' : 'returns'}
          query={{ state, q, ...asked }}
        />
        {chooser}
      </div>
      {open === null ? null : (
        <DocumentPanel id={open} kind={of} onClose={() => onOpen(null)} onChanged={list.reload} />
      )}
      <Listed loaded={list} empty={speaker.say('none')}>
        <Table
          caption={speaker.say(kind === 'order' ? 's.orders' : 's.receipts')}
          columns={columns}
          rows={list.value ?? []}
          rowKey={row => row.id}
          marked={row => row.id === open}
          onOpen={index => onOpen(list.value?.[index]?.id ?? null)}
        />
        <MoreButton more={list.more} />
      </Listed>
    </>
  )
}
