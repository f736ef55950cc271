import { pastAnswerSchema } from '../../../shared/desk/goods.ts'
import type { PastAnswer } from '../../../shared/desk/goods.ts'
import { laterDay } from '../../../shared/time.ts'
import { useDesk } from './context.ts'
import { Exports } from './exports.tsx'
import { textOf } from './form.ts'
import { useKeys } from './keys.ts'
import { MoreButton } from './more.tsx'
import { useLoaded, usePaged } from './query.ts'
import type { DeskSpeaker } from './speak.ts'
import { Chips, Listed, Table } from './table.tsx'

type Row = PastAnswer['rows'][number]
type Props = { search: URLSearchParams; onGo: (path: string) => void; onScan: (text: string) => void }

const yesterday = (speaker: DeskSpeaker): string => laterDay(speaker.today(), -1)

/** Stock and its value at the end of a past day; the heading says on which basis. */
export const Past = ({ search, onGo, onScan }: Props) => {
  const { speaker, api } = useDesk()
  const want: Want = {
    day: search.get('day') ?? yesterday(speaker),
    basis: search.get('basis') === 'known' ? 'known' : 'booked',
    by: search.get('by') === 'place' ? 'place' : 'item',
    client: search.get('client') ?? '',
  }
  const list = usePaged(`past ${JSON.stringify(want)}`, after =>
    api.get('/api/desk/past', { ...want, after, limit: '200' }, pastAnswerSchema),
  )
  useKeys({}, onScan)
  const show = (change: Partial<Want>): void =>
    onGo(`/desk/past?${new URLSearchParams({ ...want, ...change }).toString()}`)
  return (
    <section aria-label={speaker.say('s.past')}>
      <Tools want={want} onShow={show} />
      <Totals want={want} />
      <Listed loaded={list} empty={speaker.say('none')}>
        <PastTable rows={list.value ?? []} byPlace={want.by === 'place'} />
        <MoreButton more={list.more} />
      </Listed>
    </section>
  )
}

type Want = { day: string; basis: 'booked' | 'known'; by: 'item' | 'place'; client: string }

const Tools = ({ want, onShow }: { want: Want; onShow: (change: Partial<Want>) => void }) => {
  const { speaker, names } = useDesk()
  return (
    <>
      <form
        className="desk-tools"
        onSubmit={event => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          onShow({ day: textOf(form, 'day'), client: textOf(form, 'client') })
        }}
      >
        <label>
          {speaker.say('z.day')}{' '}
          <input key={want.day} name="day" type="date" required defaultValue={want.day} max={yesterday(speaker)} />
        </label>
        <label>
          {speaker.say('d.client')}{' '}
          <select key={want.client} name="client" defaultValue={want.client}>
            <option value="">{speaker.say('p.allClients')}</option>
            {names.clients.map(one => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="desk-button primary">
          {speaker.say('z.show')}
        </button>
        <Exports list="past" query={want} />
      </form>
      <div className="desk-tools">
        <Chips
          label={speaker.say('z.basis')}
          value={want.basis}
          choices={[
            { value: 'booked', word: speaker.say('z.booked') },
            { value: 'known', word: speaker.say('z.known') },
          ]}
          onChoose={basis => onShow({ basis })}
        />
        <Chips
          label={speaker.say('z.by')}
          value={want.by}
          choices={[
            { value: 'item', word: speaker.say('z.byItem') },
            { value: 'place', word: speaker.say('z.byPlace') },
          ]}
          onChoose={by => onShow({ by })}
        />
      </div>
    </>
  )
}

const PastTable = ({ rows, byPlace }: { rows: readonly Row[]; byPlace: boolean }) => {
  const { speaker, names } = useDesk()
  return (
    <Table<Row>
      caption={speaker.say('s.past')}
      rows={rows}
      rowKey={row => [row.item, row.client, row.place, row.lot, row.status].join()}
      columns={[
        { key: 'sku', head: 'SKU', code: true, cell: row => row.sku },
        { key: 'name', head: speaker.say('a.item'), cell: row => row.name },
        { key: 'client', head: speaker.say('d.client'), cell: row => names.client(row.client) },
        ...(byPlace
          ? [
              { key: 'place', head: speaker.say('a.place'), code: true, cell: (row: Row) => row.place },
              { key: 'lot', head: speaker.say('a.lot'), code: true, cell: (row: Row) => row.lot },
              { key: 'status', head: speaker.say('t.status'), cell: (row: Row) => speaker.maybe('st', row.status) },
            ]
          : []),
        {
          key: 'onHand',
          head: speaker.say('t.onHand'),
          number: true,
          alarm: row => row.onHand !== null && row.onHand < 0,
          cell: row => speaker.figure(row.onHand),
        },
        {
          key: 'value',
          head: speaker.say('a.value'),
          number: true,
          cell: row => (row.value === null ? '–' : speaker.money(row.value)),
        },
      ]}
    />
  )
}

const Totals = ({ want }: { want: { day: string; basis: string; by: string; client: string } }) => {
  const { speaker, api } = useDesk()
  const first = useLoaded(`totals ${JSON.stringify(want)}`, () =>
    api.get('/api/desk/past', { ...want, after: '', limit: '1' }, pastAnswerSchema),
  )
  const totals = first.value?.totals
  if (totals === null || totals === undefined) return null
  const day = speaker.day(want.day)
  return (
    <p>
      <b>{speaker.say(want.basis === 'known' ? 'z.head.known' : 'z.head.booked', { day })}</b>{' '}
      {speaker.say('z.totals', { n: totals.onHand, value: speaker.money(totals.value) })}
      {totals.withoutCost === 0 ? '' : ` · ${speaker.say('z.withoutCost', { n: totals.withoutCost })}`}
    </p>
  )
}
