import { useState } from 'react'
import { lateAnswerSchema, MAX_LATE_DECIDED } from '../../../shared/desk/late.ts'
import type { LateAct, LateAsk, LateStep } from '../../../shared/desk/late.ts'
import type { DecisionId, DeviceId } from '../../../shared/ids.ts'
import { decisionsAnswerSchema } from '../../../shared/sync/decision.ts'
import type { ExceptionKind } from '../../../shared/exception.ts'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { kindWords, valueWords } from './exception-words.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import { Table } from './table.tsx'

type Choice = LateAsk['choice']
type Decide = (rows: readonly LateStep[], choice: Choice, words: string) => void
const keyOf = ({ epoch, seq, hash }: LateStep): string => `${epoch}/${seq}/${hash}`

/** Steps that a handheld has brought after it was given up: booked or discarded, one by one or all. */
export const LateSteps = ({ device, onChanged }: { device: string; onChanged: () => void }) => {
  const desk = useDesk()
  const { speaker } = desk
  const { value, error, reload } = useLate(device)
  const [isBusy, setBusy] = useState(false)
  const decide: Decide = (rows, choice, words) => {
    setBusy(true)
    send(desk, device, rows, choice, words)
      .then(desk.tell, (problem: unknown) => desk.tell(whyNot(speaker, problem)))
      .finally(() => {
        setBusy(false)
        reload()
        onChanged()
      })
  }
  if (value === null) return error === null ? null : <p role="alert">{error}</p>
  if (value.rows.length === 0) return null
  return (
    <section aria-label={speaker.say('late.title')}>
      <h3>{speaker.say('late.title')}</h3>
      {value.waiting === 0 ? null : (
        <>
          <p className="desk-worry">▲ {speaker.say('late.waiting', { n: value.waiting })}</p>
          <p>{speaker.say('late.why')}</p>
        </>
      )}
      <Steps rows={value.rows} isBusy={isBusy} onDecide={decide} />
    </section>
  )
}

const useLate = (device: string) => {
  const { api, names } = useDesk()
  return useLoaded(`late ${device}`, async () => {
    const answer = await api.get('/api/desk/devices/late', { device }, lateAnswerSchema)
    await names.learn(answer.rows.flatMap(row => [...row.moves, ...row.counts].map(goods => goods.item)))
    return answer
  })
}

/** In their order, so many at a time; what was refused is told with the first reason. */
const send = async (
  { api, speaker }: Desk,
  device: string,
  rows: readonly LateStep[],
  choice: Choice,
  words: string,
): Promise<string> => {
  const refusals: string[] = []
  for (let from = 0; from < rows.length; from += MAX_LATE_DECIDED) {
    const decisions = rows.slice(from, from + MAX_LATE_DECIDED).map(({ epoch, seq, hash }) => {
      return { id: v7() as DecisionId, epoch, seq, hash, choice, words }
    })
    const act: LateAct = { device: device as DeviceId, decisions }
    const { results } = await api.post('/api/desk/devices/late', act, decisionsAnswerSchema)
    refusals.push(...results.flatMap(({ code }) => (code === undefined ? [] : [code])))
  }
  const n = rows.length - refusals.length
  const [first] = refusals
  if (first === undefined) return speaker.say('late.done', { n })
  const bar = speaker.maybe('late.bar', first)
  const why = bar === first ? speaker.maybe('late.not', first) : bar
  return speaker.say('late.not', { n, m: refusals.length, why })
}

type StepsProps = { rows: readonly LateStep[]; isBusy: boolean; onDecide: Decide }

const Steps = ({ rows, isBusy, onDecide }: StepsProps) => {
  const desk = useDesk()
  const { speaker } = desk
  const [reason, setReason] = useState('')
  const waiting = rows.filter(row => row.state === 'kept')
  const bookable = waiting.filter(row => row.bar === null)
  const discard = (some: readonly LateStep[]): void => {
    const words = reason.trim()
    if (words === '') desk.tell(speaker.say('late.needsReason'))
    else onDecide(some, 'discard', words)
  }
  return (
    <>
      {waiting.length === 0 ? null : (
        <div className="desk-tools">
          <label>
            {speaker.say('late.reason')}{' '}
            <input value={reason} maxLength={500} onChange={event => setReason(event.currentTarget.value)} />
          </label>
          <button
            type="button"
            className="desk-button primary"
            disabled={isBusy || bookable.length === 0}
            onClick={() => onDecide(bookable, 'book', '')}
          >
            {speaker.say('late.book.all', { n: bookable.length })}
          </button>
          <button type="button" className="desk-button" disabled={isBusy} onClick={() => discard(waiting)}>
            {speaker.say('late.discard.all', { n: waiting.length })}
          </button>
        </div>
      )}
      <Table
        caption={speaker.say('late.title')}
        rows={rows}
        rowKey={keyOf}
        columns={[
          { key: 'what', head: speaker.say('late.what'), cell: row => whatOf(desk, row) },
          { key: 'who', head: speaker.say('late.who'), cell: row => whoOf(desk, row) },
          { key: 'then', head: speaker.say('late.then'), alarm: isWorry, cell: row => thenOf(desk, row) },
          { key: 'state', head: speaker.say('late.state'), cell: row => stateOf(desk, row) },
        ]}
        renderActs={row =>
          row.state !== 'kept' ? null : (
            <div className="desk-actions">
              {row.bar === null ? (
                <button
                  type="button"
                  className="desk-button"
                  disabled={isBusy}
                  onClick={() => onDecide([row], 'book', '')}
                >
                  {speaker.say('late.book')}
                </button>
              ) : null}
              <button type="button" className="desk-button" disabled={isBusy} onClick={() => discard([row])}>
                {speaker.say('late.discard')}
              </button>
            </div>
          )
        }
      />
    </>
  )
}

const isWorry = ({ bar, troubles, since }: LateStep): boolean => bar !== null || troubles.length > 0 || since.length > 0

const whatOf = ({ speaker }: Desk, { act, seq }: LateStep): string =>
  `${seq} · ${act === null ? '–' : speaker.maybe('cmd', act.type)}`

const whoOf = ({ speaker, names }: Desk, { act, receivedAt }: LateStep): string =>
  act === null ? speaker.stamp(receivedAt) : `${names.person(act.worker)}, ${speaker.stamp(act.at)}`

/** What booking it does, in words. */
const thenOf = ({ speaker, names }: Desk, { state, bar, moves, counts, troubles, since }: LateStep): string => {
  if (state !== 'kept') return ''
  const { language } = speaker
  if (bar !== null) {
    const ours = speaker.maybe('late.bar', bar)
    return speaker.say('late.bar', { why: ours === bar ? valueWords(language, 'reason', bar) : ours })
  }
  const item = (id: string): string => names.item(id)?.name ?? '–'
  const goods = [
    ...moves.map(({ qty, from, to, item: id }) =>
      speaker.say('late.move', { n: qty, item: item(id), from: names.place(from), to: names.place(to) }),
    ),
    ...counts.map(({ seen, place, item: id }) =>
      speaker.say('late.count', { n: seen, item: item(id), place: names.place(place) }),
    ),
  ]
  const kinds = troubles.map(kind => kindWords(language, kind as ExceptionKind))
  return [
    ...(goods.length === 0 ? [speaker.say('late.nothing')] : goods),
    ...since.map(({ place, at }) => speaker.say('late.since', { place: names.place(place), time: speaker.stamp(at) })),
    ...(kinds.length === 0 ? [] : [speaker.say('late.trouble', { list: [...new Set(kinds)].join(', ') })]),
  ].join(' · ')
}

const stateOf = ({ speaker, names }: Desk, { state, decided }: LateStep): string => {
  if (state === 'kept' || decided === null) return speaker.say('late.kept')
  const by = { name: names.person(decided.worker), time: speaker.stamp(decided.at), words: decided.words }
  return speaker.say(`late.${state}`, by)
}
