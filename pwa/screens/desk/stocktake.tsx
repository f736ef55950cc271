import { useState } from 'react'
import { stocktakeAnswerSchema, stocktakeDoneSchema, stocktakesAnswerSchema } from '../../../shared/desk/stocktake.ts'
import type { Stocktake, StocktakeAnswer, StocktakesAnswer } from '../../../shared/desk/stocktake.ts'
import { useDesk, whyNot } from './context.ts'
import { Exports } from './exports.tsx'
import { textOf } from './form.ts'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { StocktakeReportOf } from './stocktake-report.tsx'
import { Listed, Table } from './table.tsx'

const LOOK_MS = 5_000

type Props = { search: URLSearchParams; onGo: (path: string) => void; onScan: (text: string) => void }

/** Decides, says what came of it, and reads anew. */
const useAct = (onDone: (stocktake: string | null) => void) => {
  const desk = useDesk()
  return (body: object, done: string): void => {
    desk.api.post('/api/desk/stocktake', { id: v7(), ...body }, stocktakeDoneSchema).then(
      ({ outcome, code, stocktake }) => {
        const why = code === 'unsettled' || code === 'provisional' || code === 'not_found' ? code : 'stale'
        desk.tell(outcome === 'done' ? done : desk.speaker.say(`sk.${why}`))
        onDone(outcome === 'done' ? stocktake : null)
      },
      (error: unknown) => desk.tell(whyNot(desk.speaker, error)),
    )
  }
}

/** Counts of the whole warehouse: opened, watched, closed, read again. */
export const Stocktakes = ({ search, onGo, onScan }: Props) => {
  const { speaker, api } = useDesk()
  const list = useLoaded('stocktakes', () => api.get('/api/desk/stocktakes', {}, stocktakesAnswerSchema))
  useKeys({ Escape: () => onGo('/desk/stocktake') }, onScan)
  const rows = list.value?.rows ?? []
  const id = search.get('id') ?? rows.find(row => row.state === 'open')?.id ?? null
  const isOpen = rows.some(row => row.state === 'open')
  return (
    <section aria-label={speaker.say('s.stocktake')}>
      {list.value === null || isOpen || search.get('id') !== null ? null : (
        <OpenForm zones={list.value.zones} onOpened={list.reload} />
      )}
      {id === null ? null : (
        <StocktakePage
          key={id}
          id={id}
          onChanged={() => (list.reload(), onGo(`/desk/stocktake?id=${id}`))}
          onBack={() => onGo('/desk/stocktake')}
        />
      )}
      {search.get('id') !== null ? null : (
        <Listed loaded={{ ...list, isEmpty: rows.length === 0 }} empty={speaker.say('sk.none')}>
          <h2>{speaker.say('sk.before')}</h2>
          <List rows={rows} onOpen={row => onGo(`/desk/stocktake?id=${row.id}`)} />
        </Listed>
      )}
    </section>
  )
}

const List = ({ rows, onOpen }: { rows: readonly Stocktake[]; onOpen: (row: Stocktake) => void }) => {
  const { speaker, names } = useDesk()
  return (
    <Table
      caption={speaker.say('sk.before')}
      rows={rows}
      rowKey={row => row.id}
      onOpen={index => {
        const row = rows[index]
        if (row !== undefined) onOpen(row)
      }}
      columns={[
        { key: 'at', head: speaker.say('sk.opened'), cell: row => speaker.stamp(row.at) },
        { key: 'by', head: speaker.say('a.by'), cell: row => names.person(row.worker) },
        {
          key: 'zones',
          head: speaker.say('sk.zones'),
          cell: row => row.zones.join(', ') || speaker.say('sk.everywhere'),
        },
        { key: 'state', head: speaker.say('d.state'), cell: row => speaker.say(`sk.state.${row.state}`) },
        { key: 'closed', head: speaker.say('sk.closed'), cell: row => speaker.stamp(row.closedAt) },
      ]}
    />
  )
}

const OpenForm = ({ zones, onOpened }: { zones: StocktakesAnswer['zones']; onOpened: () => void }) => {
  const { speaker, me } = useDesk()
  const act = useAct(onOpened)
  if (!me.roles.includes('supervisor')) return null
  return (
    <form
      className="desk-panel desk-form"
      onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const chosen = form.getAll('zone').map(String)
        act({ act: 'open', zones: chosen, blind: form.get('blind') === 'on' }, speaker.say('sk.opened.done'))
      }}
    >
      <p>{speaker.say('sk.open.why')}</p>
      <fieldset>
        <legend>{speaker.say('sk.zones.which')}</legend>
        {zones.map(zone => (
          <label key={zone}>
            <input type="checkbox" name="zone" value={zone} /> {zone}
          </label>
        ))}
      </fieldset>
      <label>
        <span>
          <input type="checkbox" name="blind" defaultChecked /> {speaker.say('sk.blind')}
        </span>
      </label>
      <button type="submit" className="desk-button primary">
        {speaker.say('sk.open')}
      </button>
    </form>
  )
}

const StocktakePage = ({ id, onChanged, onBack }: { id: string; onChanged: () => void; onBack: () => void }) => {
  const { speaker, api, me } = useDesk()
  const found = useLoaded(
    `stocktake ${id}`,
    () => api.get('/api/desk/stocktake', { id }, stocktakeAnswerSchema),
    LOOK_MS,
  )
  const [early, setEarly] = useState(false)
  const act = useAct(stocktake => {
    found.reload()
    if (stocktake !== null) onChanged()
  })
  const answer = found.value
  const isMine = me.roles.includes('supervisor') && answer?.stocktake.state === 'open'
  return (
    <Listed loaded={{ ...found, isEmpty: false }} empty="">
      {answer === null ? null : (
        <>
          <div className="desk-tools">
            <button type="button" className="desk-button" onClick={onBack}>
              {speaker.say('sk.all')}
            </button>
            <Exports list="stocktake" query={{ id }} />
            {isMine ? (
              <CloseButton
                answer={answer}
                early={early}
                onEarly={() => setEarly(true)}
                onClose={() =>
                  act(
                    { act: 'close', stocktake: id, expectedVersion: answer.stocktake.version, early },
                    speaker.say('sk.closed.done'),
                  )
                }
              />
            ) : null}
          </div>
          <StocktakeReportOf answer={answer} />
          {isMine ? (
            <SkipForm
              answer={answer}
              onSkip={(place, reason) =>
                act({ act: 'skip', stocktake: id, place, reason }, speaker.say('sk.skip.done'))
              }
            />
          ) : null}
        </>
      )}
    </Listed>
  )
}

type Close = { answer: StocktakeAnswer; early: boolean; onEarly: () => void; onClose: () => void }

/** What still waits is said on the button's side; steps that wait on handhelds are asked about once. */
const CloseButton = ({ answer, early, onEarly, onClose }: Close) => {
  const { speaker } = useDesk()
  const { all, waiting } = answer.report
  const left = all.places - all.settled - all.skipped
  const mustAsk = waiting > 0 && !early
  return (
    <>
      <button type="button" className="desk-button primary" disabled={left > 0} onClick={mustAsk ? onEarly : onClose}>
        {speaker.say('sk.close')}
      </button>
      {left > 0 ? <span>{speaker.say('sk.left', { n: left })}</span> : null}
      {early && waiting > 0 ? <span className="desk-worry">▲ {speaker.say('sk.early', { n: waiting })}</span> : null}
    </>
  )
}

const SkipForm = ({ answer, onSkip }: { answer: StocktakeAnswer; onSkip: (place: string, reason: string) => void }) => {
  const { speaker } = useDesk()
  const places = answer.report.unsettled
  if (places.length === 0) return null
  return (
    <form
      className="desk-panel desk-tools"
      onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        onSkip(textOf(form, 'place'), textOf(form, 'reason').trim())
        event.currentTarget.reset()
      }}
    >
      <label>
        {speaker.say('sk.skip.place')}{' '}
        <select name="place">
          {places.map(place => (
            <option key={place.id} value={place.id}>
              {place.place} · {speaker.maybe('sk.place', place.state)}
            </option>
          ))}
        </select>
      </label>
      <input
        name="reason"
        required
        maxLength={200}
        className="desk-wide"
        aria-label={speaker.say('a.reason')}
        placeholder={speaker.say('a.reason')}
      />
      <button type="submit" className="desk-button">
        {speaker.say('sk.skip')}
      </button>
    </form>
  )
}
