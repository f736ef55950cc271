import { useState } from 'react'
import { fillAnswerSchema } from '../../../shared/desk/faces.ts'
import { availableOf, movementsAnswerSchema, stockAnswerSchema } from '../../../shared/desk/view.ts'
import type { StockAnswer, StockSort } from '../../../shared/desk/view.ts'
import { mayDo } from '../../../shared/roles.ts'
import { useColumns } from './columns.tsx'
import type { ListColumn } from './columns.tsx'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { Exports } from './exports.tsx'
import { useKeys } from './keys.ts'
import { MoreButton } from './more.tsx'
import { Movements } from './movements.tsx'
import { usePaged } from './query.ts'
import { StockActs } from './stock-acts.tsx'
import { textOf } from './form.ts'
import { Listed, Table } from './table.tsx'

type Row = StockAnswer['rows'][number]
const keyOf = (row: Row): string =>
  [row.location, row.item, row.client, row.lot, row.serial, row.status, row.lpn].join()

const columnsOf = ({ speaker, names }: Pick<Desk, 'speaker' | 'names'>): readonly ListColumn<Row>[] => {
  return [
    { key: 'place', heads: ['place'], head: speaker.say('a.place'), code: true, cell: row => row.place },
    { key: 'sku', heads: ['sku'], head: 'SKU', code: true, cell: row => row.sku },
    { key: 'name', heads: ['name'], head: speaker.say('a.item'), cell: row => row.name },
    { key: 'client', heads: ['client'], head: speaker.say('d.client'), cell: row => names.client(row.client) },
    {
      key: 'lot',
      heads: ['lot', 'serial'],
      head: speaker.say('a.lot'),
      code: true,
      cell: row => row.serial || row.lot,
    },
    {
      key: 'expiry',
      heads: ['expiry'],
      head: speaker.say('t.expiry'),
      cell: row => (row.expiry === null ? '' : speaker.day(row.expiry)),
    },
    { key: 'label', heads: ['label'], head: speaker.say('t.label'), code: true, cell: row => row.label },
    {
      key: 'status',
      heads: ['status'],
      head: speaker.say('t.status'),
      cell: row => (row.status === 'available' ? '' : speaker.maybe('st', row.status)),
    },
    {
      key: 'onHand',
      heads: ['onHand'],
      head: speaker.say('t.onHand'),
      number: true,
      alarm: row => row.onHand !== null && row.onHand < 0,
      cell: row => speaker.figure(row.onHand),
    },
    {
      key: 'reserved',
      heads: ['reserved'],
      head: speaker.say('t.reserved'),
      number: true,
      cell: row => speaker.figure(row.reserved),
    },
    { key: 'held', heads: ['held'], head: speaker.say('t.held'), number: true, cell: row => speaker.figure(row.held) },
    {
      key: 'available',
      heads: ['available'],
      head: speaker.say('t.available'),
      number: true,
      cell: row => speaker.figure(availableOf(row)),
    },
  ]
}

/** What lies where, and how it came there. Below zero is shown as it is. */
export const Stock = ({
  q,
  onFind,
  onScan,
}: {
  q: string
  onFind: (q: string) => void
  onScan: (text: string) => void
}) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const [open, setOpen] = useState<Row | null>(null)
  const { columns, sort, asked, chooser } = useColumns<Row, StockSort>(columnsOf(desk), [
    { value: 'place', word: speaker.say('a.place') },
    { value: 'sku', word: 'SKU' },
    { value: 'expiry', word: speaker.say('t.expiry') },
  ])
  const list = usePaged(`stock ${sort} ${q}`, after =>
    api.get('/api/desk/stock', { q, sort, after, limit: '100' }, stockAnswerSchema),
  )
  useKeys({ Escape: () => setOpen(null) }, onScan)
  return (
    <section aria-label={speaker.say('s.stock')}>
      <FindForm q={q} onFind={onFind} />
      <Exports list="stock" query={{ q, ...asked }} /> {chooser}
      {open === null ? null : <History row={open} onClose={() => setOpen(null)} />}
      <Listed loaded={list} empty={speaker.say('none')}>
        <Table
          caption={speaker.say('s.stock')}
          columns={columns}
          rows={list.value ?? []}
          rowKey={keyOf}
          marked={row => open !== null && keyOf(row) === keyOf(open)}
          onOpen={index => setOpen(list.value?.[index] ?? null)}
        />
        <MoreButton more={list.more} />
      </Listed>
    </section>
  )
}

const History = ({ row, onClose }: { row: Row; onClose: () => void }) => {
  const { speaker, api } = useDesk()
  const { item, location } = row
  const list = usePaged(`${item} ${location}`, after =>
    api.get('/api/desk/movements', { item, location, after, limit: '50' }, movementsAnswerSchema),
  )
  const caption = speaker.say('t.moves', { item: `${row.name}, ${row.place}` })
  return (
    <aside className="desk-panel" aria-label={caption}>
      <h2>{caption}</h2>
      <Listed loaded={list} empty={speaker.say('none')}>
        <Movements rows={[...(list.value ?? [])]} caption={caption} />
        <MoreButton more={list.more} />
      </Listed>
      <StockActs row={row} />
      <Exports list="movements" query={{ item, location }} /> {row.face ? <TopUp place={row.location} /> : null}
      <button type="button" className="desk-button" onClick={onClose}>
        {speaker.say('close')}
      </button>
    </aside>
  )
}

/** A supervisor wants the pick face full, though its least is not reached. */
const TopUp = ({ place }: { place: string }) => {
  const { speaker, api, me, tell } = useDesk()
  if (!mayDo(me.roles, ['supervisor'])) return null
  const fill = (): void =>
    void api.post('/api/faces/fill', { worker: me.worker, place }, fillAnswerSchema).then(
      ({ task }) => tell(speaker.say(task === null ? 't.fill.none' : 't.fill.asked')),
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  return (
    <>
      <button type="button" className="desk-button" onClick={fill}>
        {speaker.say('t.fill')}
      </button>{' '}
    </>
  )
}

const FindForm = ({ q, onFind }: { q: string; onFind: (q: string) => void }) => {
  const { speaker } = useDesk()
  return (
    <form
      className="desk-tools"
      onSubmit={event => {
        event.preventDefault()
        onFind(textOf(new FormData(event.currentTarget), 'q').trim())
      }}
    >
      <input
        key={q}
        name="q"
        type="search"
        defaultValue={q}
        maxLength={80}
        aria-label={speaker.say('t.find')}
        placeholder={speaker.say('t.find')}
        className="desk-wide"
      />
      <button type="submit" className="desk-button">
        {speaker.say('search')}
      </button>
    </form>
  )
}
