import { useState } from 'react'
import { strangerDoneSchema, strangersSchema } from '../../../shared/desk/strangers.ts'
import type { Stranger, StrangerAct, StrangerStep } from '../../../shared/desk/strangers.ts'
import { devicesAnswerSchema } from '../../../shared/desk/view.ts'
import type { DeviceId } from '../../../shared/ids.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import type { DeviceRow } from './devices-card.tsx'
import { useLoaded } from './query.ts'
import { Table } from './table.tsx'

/** Enough to tell two apart; the whole id helps nobody. */
const ID_SHOWN = 8
/** Whose it is of a step that says no handheld. */
const NOBODY = ''

const mayDecide = ({ me }: Desk): boolean =>
  me.clients === null && me.roles.some(role => role === 'supervisor' || role === 'administrator')

/** What was rescued of handhelds that are not known here, with what a person can do about it. */
export const Strangers = () => {
  const desk = useDesk()
  return mayDecide(desk) ? <List desk={desk} /> : null
}

const List = ({ desk }: { desk: Desk }) => {
  const { api, names, speaker, tell } = desk
  const { value, error, reload } = useLoaded('strangers', async () => {
    const [answer, devices] = await Promise.all([
      api.get('/api/desk/rescues', {}, strangersSchema),
      api.get('/api/desk/devices', {}, devicesAnswerSchema),
    ])
    await names.learn(answer.rows.flatMap(row => row.shown.map(({ item }) => item ?? '')))
    return { ...answer, devices: devices.rows }
  })
  const [isBusy, setBusy] = useState(false)
  const act = (what: StrangerAct): void => {
    setBusy(true)
    api
      .post('/api/desk/rescues', what, strangerDoneSchema)
      .then(
        ({ outcome, steps, booked }) =>
          tell(speaker.say(outcome === 'done' ? `str.done.${what.choice}` : `str.${outcome}`, { steps, booked })),
        (problem: unknown) => tell(whyNot(speaker, problem)),
      )
      .finally(() => {
        setBusy(false)
        reload()
      })
  }
  if (value === null) return error === null ? null : <p role="alert">{error}</p>
  if (value.rows.length === 0) return null
  return (
    <section className="desk-panel" aria-label={speaker.say('str.title')}>
      <h2>{speaker.say('str.title')}</h2>
      {value.waiting === 0 ? null : <p className="desk-worry">▲ {speaker.say('str.waiting', { n: value.waiting })}</p>}
      <p>{speaker.say('str.why')}</p>
      {value.rows.map(row => (
        <One
          key={`${row.series}/${row.device}`}
          desk={desk}
          row={row}
          devices={value.devices}
          isBusy={isBusy}
          onAct={act}
        />
      ))}
    </section>
  )
}

type OneProps = {
  desk: Desk
  row: Stranger
  devices: readonly DeviceRow[]
  isBusy: boolean
  onAct: (act: StrangerAct) => void
}

const One = ({ desk, row, devices, isBusy, onAct }: OneProps) => {
  const { speaker } = desk
  const { device, at, steps, shown } = row
  return (
    <section aria-label={speaker.say('str.one', { time: speaker.stamp(at), steps })}>
      <h3>{speaker.say('str.one', { time: speaker.stamp(at), steps })}</h3>
      <p>
        {device === NOBODY ? (
          speaker.say('str.nobody')
        ) : (
          <Code>{`${speaker.say('str.id')} ${device.slice(0, ID_SHOWN)}`}</Code>
        )}
      </p>
      {row.state === 'waits' ? (
        <Acts desk={desk} row={row} devices={devices} isBusy={isBusy} onAct={onAct} />
      ) : (
        <p>{endOf(desk, row)}</p>
      )}
      <details>
        <summary>{speaker.say('str.steps', { n: shown.length, all: steps })}</summary>
        <Table
          caption={speaker.say('str.title')}
          rows={shown}
          rowKey={({ epoch, seq }: StrangerStep) => `${epoch}/${seq}`}
          columns={[
            { key: 'what', head: speaker.say('late.what'), cell: step => whatOf(desk, step) },
            { key: 'who', head: speaker.say('late.who'), cell: step => whoOf(desk, step) },
            { key: 'says', head: speaker.say('str.says'), cell: step => goodsOf(desk, step) },
          ]}
        />
      </details>
    </section>
  )
}

const Acts = ({ desk, row, devices, isBusy, onAct }: OneProps) => {
  const { speaker, tell } = desk
  const [words, setWords] = useState('')
  const [to, setTo] = useState('')
  const of = { series: row.series, device: row.device as DeviceId | '' }
  const aside = (): void => {
    if (words.trim() === '') tell(speaker.say('str.needsReason'))
    else onAct({ ...of, choice: 'aside', words: words.trim() })
  }
  const give = (): void => {
    if (to === '') tell(speaker.say('str.needsDevice'))
    else onAct({ ...of, choice: 'give', to: to as DeviceId, words: words.trim() })
  }
  return (
    <div className="desk-tools">
      {row.device === NOBODY ? null : (
        <button
          type="button"
          className="desk-button primary"
          disabled={isBusy}
          onClick={() => onAct({ ...of, choice: 'again' })}
        >
          {speaker.say('str.again')}
        </button>
      )}
      <label>
        {speaker.say('str.to')}{' '}
        <select value={to} onChange={event => setTo(event.currentTarget.value)}>
          <option value="">–</option>
          {devices.map(({ id, number }) => (
            <option key={id} value={id}>
              {speaker.say('v.number', { n: number })}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="desk-button" disabled={isBusy} onClick={give}>
        {speaker.say('str.give')}
      </button>
      <label>
        {speaker.say('str.reason')}{' '}
        <input value={words} maxLength={500} onChange={event => setWords(event.currentTarget.value)} />
      </label>
      <button type="button" className="desk-button" disabled={isBusy} onClick={aside}>
        {speaker.say('str.aside')}
      </button>
    </div>
  )
}

const whatOf = ({ speaker }: Desk, { seq, type }: StrangerStep): string =>
  `${seq} · ${type === null ? '–' : speaker.maybe('cmd', type)}`

const whoOf = ({ speaker, names }: Desk, { worker, at }: StrangerStep): string =>
  at === null ? '–' : `${names.person(worker)}, ${speaker.stamp(at)}`

/** As the step says it; a name that is not known here is a dash. */
const goodsOf = ({ speaker, names }: Desk, { item, qty, from, to }: StrangerStep): string => {
  if (item === null || qty === null) return '–'
  const of = { n: qty, item: names.item(item)?.name ?? '–', to: names.place(to ?? '') }
  return from === null ? speaker.say('str.goods', of) : speaker.say('late.move', { ...of, from: names.place(from) })
}

const endOf = ({ speaker, names }: Desk, { state, decided }: Stranger): string => {
  if (state === 'waits' || decided === null) return ''
  const { worker, at, words, to } = decided
  return speaker.say(`str.end.${state}`, { name: names.person(worker), time: speaker.stamp(at), words, n: to ?? 0 })
}
