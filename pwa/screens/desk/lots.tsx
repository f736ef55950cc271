import { useState } from 'react'
import { expiringAnswerSchema } from '../../../shared/desk/goods.ts'
import type { ExpiringAnswer } from '../../../shared/desk/goods.ts'
import { lotsAnswerSchema } from '../../../shared/desk/recall.ts'
import type { LotsAnswer } from '../../../shared/desk/recall.ts'
import { decisionsAnswerSchema } from '../../../shared/sync/decision.ts'
import { useDesk, whyNot } from './context.ts'
import { Exports } from './exports.tsx'
import { useFilter } from './filter.ts'
import { textOf } from './form.ts'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { LotPage } from './lot.tsx'
import { MoreButton } from './more.tsx'
import { useLoaded, usePaged } from './query.ts'
import { Chips, Listed, Table } from './table.tsx'

type Props = { search: URLSearchParams; onGo: (path: string) => void; onScan: (text: string) => void }

export const lotPath = ({ client, item, lot }: { client: string; item: string; lot: string }): string =>
  `/desk/lots?${new URLSearchParams({ client, item, lot }).toString()}`

/** Lots: found, traced and called back; and what expires. */
export const Lots = ({ search, onGo, onScan }: Props) => {
  const { speaker } = useDesk()
  const [client, item, lot] = ['client', 'item', 'lot'].map(name => search.get(name))
  useKeys({ Escape: () => onGo('/desk/lots') }, onScan)
  if (client && item && lot) return <LotPage lot={{ client, item, lot }} onBack={() => onGo('/desk/lots')} />
  const view = search.get('view') === 'expiring' ? 'expiring' : 'find'
  return (
    <section aria-label={speaker.say('s.lots')}>
      <div className="desk-tools">
        <Chips
          label={speaker.say('s.lots')}
          value={view}
          choices={[
            { value: 'find', word: speaker.say('l.find') },
            { value: 'expiring', word: speaker.say('l.expiring') },
          ]}
          onChoose={value => onGo(value === 'find' ? '/desk/lots' : '/desk/lots?view=expiring')}
        />
      </div>
      {view === 'find' ? <FindLots q={search.get('q') ?? ''} onGo={onGo} /> : <Expiring onGo={onGo} />}
    </section>
  )
}

type Lot = LotsAnswer['rows'][number]

const FindLots = ({ q, onGo }: { q: string; onGo: (path: string) => void }) => {
  const { speaker, api, names } = useDesk()
  const list = useLoaded(`lots ${q}`, () => api.get('/api/desk/lots', { q }, lotsAnswerSchema))
  const rows = list.value?.rows ?? []
  return (
    <>
      <form
        className="desk-tools"
        onSubmit={event => {
          event.preventDefault()
          onGo(`/desk/lots?q=${encodeURIComponent(textOf(new FormData(event.currentTarget), 'q').trim())}`)
        }}
      >
        <input
          key={q}
          name="q"
          type="search"
          defaultValue={q}
          maxLength={80}
          aria-label={speaker.say('l.q')}
          placeholder={speaker.say('l.q')}
          className="desk-wide"
        />
        <button type="submit" className="desk-button">
          {speaker.say('search')}
        </button>
      </form>
      <Listed loaded={{ ...list, isEmpty: rows.length === 0 }} empty={speaker.say('l.none')}>
        <Table<Lot>
          caption={speaker.say('s.lots')}
          rows={rows}
          rowKey={row => `${row.client} ${row.item} ${row.lot}`}
          onOpen={index => {
            const row = rows[index]
            if (row !== undefined) onGo(lotPath(row))
          }}
          columns={[
            { key: 'lot', head: speaker.say('a.lot'), code: true, cell: row => row.lot },
            { key: 'sku', head: 'SKU', code: true, cell: row => row.sku },
            { key: 'name', head: speaker.say('a.item'), cell: row => row.name },
            { key: 'client', head: speaker.say('d.client'), cell: row => names.client(row.client) },
            { key: 'expiry', head: speaker.say('t.expiry'), cell: row => (row.expiry ? speaker.day(row.expiry) : '') },
            { key: 'onHand', head: speaker.say('t.onHand'), number: true, cell: row => speaker.figure(row.onHand) },
            {
              key: 'state',
              head: speaker.say('d.state'),
              alarm: row => row.recalled,
              cell: row => (row.recalled ? speaker.say('l.recalled') : ''),
            },
          ]}
        />
      </Listed>
    </>
  )
}

const DAYS = ['0', '30', '90', '365'] as const
type Row = ExpiringAnswer['rows'][number]

const Expiring = ({ onGo }: { onGo: (path: string) => void }) => {
  const desk = useDesk()
  const { speaker, api, names, me } = desk
  const [days, setDays] = useFilter('days', DAYS, '30')
  const [client, setClient] = useState('')
  const list = usePaged(`expiring ${days} ${client}`, after =>
    api.get('/api/desk/expiring', { days, client, after, limit: '100' }, expiringAnswerSchema),
  )
  const count = (row: Row): void => {
    const args = { client: row.client, item: row.item, mode: 'guided' }
    const decision = { id: v7(), kind: 'count.request', target: row.location, expectedVersion: 0, args }
    api
      .post('/api/decisions', { worker: me.worker, session: v7(), decisions: [decision] }, decisionsAnswerSchema)
      .then(({ results }) => {
        desk.tell(speaker.say(results[0]?.outcome === 'done' ? 'l.countAsked' : 'a.stale'))
        desk.changed()
      })
      .catch((error: unknown) => desk.tell(whyNot(speaker, error)))
  }
  return (
    <>
      <div className="desk-tools">
        <Chips
          label={speaker.say('l.within')}
          value={days}
          choices={DAYS.map(value => ({ value, word: speaker.say('l.days', { n: Number(value) }) }))}
          onChoose={setDays}
        />
        <label>
          {speaker.say('d.client')}{' '}
          <select value={client} onChange={event => setClient(event.target.value)}>
            <option value="">{speaker.say('p.allClients')}</option>
            {names.clients.map(one => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <Exports list="expiring" query={{ days, client }} />
      </div>
      <Listed loaded={list} empty={speaker.say('l.noneExpires')}>
        <ExpiringTable
          rows={list.value ?? []}
          onOpen={row => onGo(lotPath(row))}
          onCount={me.roles.includes('supervisor') ? count : null}
        />
        <MoreButton more={list.more} />
      </Listed>
    </>
  )
}

type TableProps = { rows: readonly Row[]; onOpen: (row: Row) => void; onCount: ((row: Row) => void) | null }

const ExpiringTable = ({ rows, onOpen, onCount }: TableProps) => {
  const { speaker, names } = useDesk()
  return (
    <Table<Row>
      caption={speaker.say('l.expiring')}
      rows={rows}
      rowKey={row => [row.location, row.item, row.client, row.lot, row.serial, row.status, row.label].join()}
      onOpen={index => {
        const row = rows[index]
        if (row !== undefined) onOpen(row)
      }}
      columns={[
        { key: 'expiry', head: speaker.say('t.expiry'), cell: row => speaker.day(row.expiry) },
        {
          key: 'left',
          head: speaker.say('l.left'),
          number: true,
          alarm: row => row.state !== 'soon',
          cell: row => `${speaker.number(row.daysLeft)} ${row.state === 'soon' ? '' : speaker.say(`l.${row.state}`)}`,
        },
        { key: 'lot', head: speaker.say('a.lot'), code: true, cell: row => row.serial || row.lot },
        { key: 'sku', head: 'SKU', code: true, cell: row => row.sku },
        { key: 'name', head: speaker.say('a.item'), cell: row => row.name },
        { key: 'client', head: speaker.say('d.client'), cell: row => names.client(row.client) },
        { key: 'place', head: speaker.say('a.place'), code: true, cell: row => row.place },
        {
          key: 'status',
          head: speaker.say('t.status'),
          cell: row => (row.status === 'available' ? '' : speaker.maybe('st', row.status)),
        },
        { key: 'onHand', head: speaker.say('t.onHand'), number: true, cell: row => speaker.figure(row.onHand) },
        {
          key: 'reserved',
          head: speaker.say('t.reserved'),
          number: true,
          cell: row => speaker.figure(row.reserved),
        },
        {
          key: 'value',
          head: speaker.say('a.value'),
          number: true,
          cell: row => (row.value === null ? '–' : speaker.money(row.value)),
        },
      ]}
      {...(onCount === null ? {} : { renderActs: (row: Row) => <CountButton row={row} onCount={onCount} /> })}
    />
  )
}

const CountButton = ({ row, onCount }: { row: Row; onCount: (row: Row) => void }) => {
  const { speaker } = useDesk()
  return (
    <button
      type="button"
      className="desk-button"
      aria-label={`${speaker.say('l.count')} ${row.place} ${row.lot}`}
      onClick={event => {
        event.stopPropagation()
        onCount(row)
      }}
    >
      {speaker.say('l.count')}
    </button>
  )
}
