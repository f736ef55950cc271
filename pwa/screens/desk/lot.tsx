import { useState } from 'react'
import { recallAnswerSchema, recallDoneSchema } from '../../../shared/desk/recall.ts'
import type { RecallAnswer, Trace } from '../../../shared/desk/recall.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk, whyNot } from './context.ts'
import { Exports } from './exports.tsx'
import { textOf } from './form.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

type Key = { client: string; item: string; lot: string }

/** One lot: where it lies, where it came from, who has received it, and the decision to block it everywhere. */
export const LotPage = ({ lot, onBack }: { lot: Key; onBack: () => void }) => {
  const { speaker, api, me } = useDesk()
  const found = useLoaded(`recall ${lot.client} ${lot.item} ${lot.lot}`, () =>
    api.get('/api/desk/recall', lot, recallAnswerSchema),
  )
  const answer = found.value
  return (
    <section aria-label={`${speaker.say('a.lot')} ${lot.lot}`}>
      <div className="desk-tools">
        <button type="button" className="desk-button" onClick={onBack}>
          {speaker.say('l.back')}
        </button>
        <Exports list="recall" query={lot} />
      </div>
      <Listed loaded={{ ...found, isEmpty: answer?.warehouses.length === 0 }} empty={speaker.say('none')}>
        {answer === null ? null : (
          <>
            <h2>
              <Code>{answer.lot.lot}</Code> · <Code>{answer.lot.sku}</Code> {answer.lot.name}
              {answer.lot.expiry === null ? '' : ` · ${speaker.day(answer.lot.expiry)}`}
            </h2>
            {me.roles.includes('supervisor') ? <Decision answer={answer} lot={lot} onDone={found.reload} /> : null}
            {answer.warehouses.map(trace => (
              <TraceOf key={trace.warehouse} trace={trace} />
            ))}
          </>
        )}
      </Listed>
    </section>
  )
}

const Decision = ({ answer, lot, onDone }: { answer: RecallAnswer; lot: Key; onDone: () => void }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  // Sent again after the network went, it is the same decision.
  const [id, setId] = useState(v7)
  const isOpen = answer.warehouses.some(one => one.recall?.state === 'open')
  const act = isOpen ? 'release' : 'block'
  const send = (reason: string): void => {
    const mine = answer.warehouses.filter(one => (one.recall?.state === 'open') === isOpen)
    const expected = Object.fromEntries(mine.map(one => [one.warehouse, one.recall?.version ?? 0]))
    api.post('/api/desk/recall', { id, act, ...lot, reason, expected }, recallDoneSchema).then(
      ({ results }) => {
        const isDone = results.length > 0 && results.every(one => one.outcome === 'done')
        desk.tell(speaker.say(isDone ? `l.${act}.done` : 'a.stale'))
        setId(v7())
        desk.changed()
        onDone()
      },
      (error: unknown) => desk.tell(whyNot(speaker, error)),
    )
  }
  return (
    <form
      className="desk-panel desk-tools"
      data-alarm={isOpen}
      onSubmit={event => {
        event.preventDefault()
        const reason = textOf(new FormData(event.currentTarget), 'reason').trim()
        if (reason !== '') send(reason)
      }}
    >
      <p>{speaker.say(isOpen ? 'l.release.why' : 'l.block.why')}</p>
      <input
        name="reason"
        required
        maxLength={200}
        className="desk-wide"
        aria-label={speaker.say('a.reason')}
        placeholder={speaker.say('a.reason')}
      />
      <button type="submit" className="desk-button primary">
        {speaker.say(`l.${act}`)}
      </button>
    </form>
  )
}

const TraceOf = ({ trace }: { trace: Trace }) => {
  const { speaker, names } = useDesk()
  const { totals, recall } = trace
  return (
    <section aria-label={trace.warehouseName}>
      <h2>{trace.warehouseName}</h2>
      {recall?.state !== 'open' ? null : (
        <p className="desk-worry">
          ▲ {speaker.say('l.recalledBy', { name: names.person(recall.worker), time: speaker.stamp(recall.at) })}:{' '}
          {recall.reason}
        </p>
      )}
      {totals === null ? null : <Sums totals={totals} />}
      <Lies rows={trace.lies} />
      <Orders trace={trace} />
      <Came rows={trace.came} />
    </section>
  )
}

/** What came must be what lies here and what left; a person who counts some of it blind is not told. */
const Sums = ({ totals }: { totals: NonNullable<Trace['totals']> }) => {
  const { speaker } = useDesk()
  const isWhole = totals.came + totals.otherwise === totals.lies + totals.went
  return (
    <p data-testid="sums" className={isWhole ? '' : 'desk-alert'}>
      {speaker.say(isWhole ? 'l.sums' : 'l.sums.not', {
        lies: totals.lies,
        came: totals.came,
        went: totals.went,
        otherwise: speaker.signed(totals.otherwise),
      })}
    </p>
  )
}

/** Who has it, and who is about to. */
const Orders = ({ trace }: { trace: Trace }) => {
  const { speaker } = useDesk()
  return (
    <>
      <h3>{speaker.say('l.went')}</h3>
      {trace.went.length === 0 ? (
        <p className="desk-quiet">{speaker.say('l.went.none')}</p>
      ) : (
        <Table
          caption={speaker.say('l.went')}
          rows={trace.went}
          rowKey={row => row.document ?? row.at}
          columns={[
            { key: 'partner', head: speaker.say('d.partner'), cell: row => row.partner || '–' },
            { key: 'number', head: speaker.say('d.number'), code: true, cell: row => row.number || '–' },
            { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.at) },
            { key: 'qty', head: speaker.say('t.qty'), number: true, cell: row => speaker.figure(row.qty) },
            {
              key: 'parcel',
              head: speaker.say('l.parcel'),
              code: true,
              cell: row => [row.carrier ?? '', ...row.tracking].filter(word => word !== '').join(' '),
            },
            { key: 'serials', head: speaker.say('l.serial'), code: true, cell: row => row.serials.join(' ') },
          ]}
        />
      )}
      {trace.orders.length === 0 ? null : (
        <>
          <h3>{speaker.say('l.orders')}</h3>
          <Table
            caption={speaker.say('l.orders')}
            rows={trace.orders}
            rowKey={row => `${row.document} ${row.place}`}
            columns={[
              { key: 'number', head: speaker.say('d.number'), code: true, cell: row => row.number },
              { key: 'partner', head: speaker.say('d.partner'), cell: row => row.partner },
              { key: 'place', head: speaker.say('a.place'), code: true, cell: row => row.place },
              { key: 'qty', head: speaker.say('t.qty'), number: true, cell: row => speaker.figure(row.qty) },
              {
                key: 'state',
                head: speaker.say('d.state'),
                cell: row => speaker.say(row.picked ? 'l.picked' : 'l.reserved'),
              },
            ]}
          />
        </>
      )}
    </>
  )
}

const Lies = ({ rows }: { rows: Trace['lies'] }) => {
  const { speaker } = useDesk()
  return (
    <>
      <h3>{speaker.say('l.lies')}</h3>
      {rows.length === 0 ? (
        <p className="desk-quiet">{speaker.say('none')}</p>
      ) : (
        <Table
          caption={speaker.say('l.lies')}
          rows={rows}
          rowKey={row => [row.place, row.label, row.serial, row.status].join()}
          columns={[
            { key: 'place', head: speaker.say('a.place'), code: true, cell: row => row.place },
            { key: 'label', head: speaker.say('t.label'), code: true, cell: row => row.label },
            { key: 'serial', head: speaker.say('l.serial'), code: true, cell: row => row.serial },
            { key: 'status', head: speaker.say('t.status'), cell: row => speaker.maybe('st', row.status) },
            { key: 'onHand', head: speaker.say('t.onHand'), number: true, cell: row => speaker.figure(row.onHand) },
            {
              key: 'reserved',
              head: speaker.say('t.reserved'),
              number: true,
              cell: row => speaker.figure(row.reserved),
            },
          ]}
        />
      )}
    </>
  )
}

const Came = ({ rows }: { rows: Trace['came'] }) => {
  const { speaker } = useDesk()
  return (
    <>
      <h3>{speaker.say('l.came')}</h3>
      {rows.length === 0 ? (
        <p className="desk-quiet">{speaker.say('none')}</p>
      ) : (
        <Table
          caption={speaker.say('l.came')}
          rows={rows}
          rowKey={row => `${row.from} ${row.document}`}
          columns={[
            { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.at) },
            { key: 'number', head: speaker.say('d.number'), code: true, cell: row => row.number || '–' },
            {
              key: 'partner',
              head: speaker.say('d.partner'),
              cell: row => row.partner || speaker.maybe('l.from', row.from),
            },
            { key: 'qty', head: speaker.say('t.qty'), number: true, cell: row => speaker.figure(row.qty) },
          ]}
        />
      )}
    </>
  )
}
