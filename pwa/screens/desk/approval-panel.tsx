import { useState } from 'react'
import { devicesAnswerSchema, movementsAnswerSchema } from '../../../shared/desk/view.ts'
import type { Opposite, ShownVariance } from '../../../shared/desk/variances.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { REASONS } from './decide.ts'
import { Movements } from './movements.tsx'
import { Photos } from './photos.tsx'
import { useLoaded } from './query.ts'

type Props = {
  variance: ShownVariance
  isRejecting: boolean
  reason: string
  onReason: (reason: string) => void
  onApprove: () => void
  onMove: (opposite: Opposite) => void
  onRecount: () => void
  onReject: (words: string) => void
  onClose: () => void
}

/** All that is known of one difference, and what can be decided about it. */
export const ApprovalPanel = ({ variance, isRejecting, ...decisions }: Props) => {
  const { speaker, names } = useDesk()
  const [isAsking, setAsking] = useState(isRejecting)
  const name = names.item(variance.item)?.name ?? '…'
  return (
    <aside className="desk-panel" aria-label={name}>
      <h2>
        {name} · <Code>{[names.place(variance.location), variance.lot].filter(Boolean).join(' · ')}</Code>
      </h2>
      {variance.first === null ? null : <p>{speaker.say('a.first', { who: names.person(variance.first) })}</p>}
      <Approvers variance={variance} />
      <Photos shas={variance.photos} of={`${name}, ${names.place(variance.location)}`} />
      <Opposites variance={variance} onMove={decisions.onMove} />
      <Looks variance={variance} />
      <History variance={variance} />
      {isAsking ? (
        <Reject onReject={decisions.onReject} onCancel={() => setAsking(false)} />
      ) : (
        <div className="desk-actions">
          <label>
            {speaker.say('a.reason')}{' '}
            <select value={decisions.reason} onChange={event => decisions.onReason(event.currentTarget.value)}>
              {decisions.reason === '' ? <option value="">{speaker.say('a.reason.choose')}</option> : null}
              {REASONS.map(one => (
                <option key={one} value={one}>
                  {speaker.maybe('r', one)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" className="desk-button primary" onClick={decisions.onApprove}>
            {speaker.say('a.approve')} <kbd>A</kbd>
          </button>
          <button type="button" className="desk-button" onClick={decisions.onRecount}>
            {speaker.say('a.recount')} <kbd>R</kbd>
          </button>
          <button type="button" className="desk-button" onClick={() => setAsking(true)}>
            {speaker.say('a.reject')} <kbd>N</kbd>
          </button>
          <button type="button" className="desk-button" onClick={decisions.onClose}>
            {speaker.say('close')}
          </button>
        </div>
      )}
    </aside>
  )
}

/** Who can end it, where that is not everybody. */
const Approvers = ({ variance: { approvers, over, two } }: Pick<Props, 'variance'>) => {
  const { speaker, names } = useDesk()
  if (!over && !two) return null
  const who = approvers.map(names.person).join(', ')
  return (
    <p>
      {over ? `${speaker.say('flag.over')} · ` : ''}
      {who === '' ? speaker.say('a.approvers.two') : speaker.say('a.approvers', { who })}
    </p>
  )
}

/** Maybe nothing is missing and somebody has moved it: one move then takes the place of two adjustments. */
const Opposites = ({ variance, onMove }: Pick<Props, 'variance' | 'onMove'>) => {
  const { speaker, names } = useDesk()
  return (
    <ul>
      {variance.opposites.map((one, n) => {
        const [from, to] = one.delta > 0 ? [variance.location, one.location] : [one.location, variance.location]
        const qty = Math.min(Math.abs(variance.delta), Math.abs(one.delta))
        return (
          <li key={one.id} className="desk-actions">
            ⇄ {speaker.say('a.opposite')} <Code>{names.place(one.location)}</Code> <b>{speaker.signed(one.delta)}</b> (
            {names.person(one.worker)}){' '}
            <button type="button" className="desk-button" onClick={() => onMove(one)}>
              {speaker.say('a.move', { qty })}{' '}
              <Code>
                {names.place(from)} → {names.place(to)}
              </Code>{' '}
              {n === 0 && variance.opposites.length === 1 ? <kbd>M</kbd> : null}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** Who looked how often and what they saw, and what came late. */
const Looks = ({ variance }: { variance: ShownVariance }) => {
  const { speaker, names } = useDesk()
  const { book, counted, delta, least, most, typed, tries, late } = variance
  const range = least === most ? '' : ` (${speaker.signed(least)} … ${speaker.signed(most)})`
  return (
    <>
      <p>
        {speaker.say('a.book')} {speaker.number(book)}, {speaker.say('a.counted')} {speaker.number(counted)},{' '}
        {speaker.say('a.delta')} <b>{speaker.signed(delta)}</b>
        {range}
        {typed ? ` · ${speaker.say('a.typed')}` : ''}
      </p>
      <h3>{speaker.say('a.looks')}</h3>
      <ul>
        {tries.map(look => (
          <li key={`${look.at} ${look.attempt}`}>
            {names.person(look.worker)} · {speaker.stamp(look.at)} · <b>{speaker.number(look.seen)}</b>{' '}
            {look.mode === 'guided' ? '' : speaker.say('a.blind')}
          </li>
        ))}
      </ul>
      {late.length === 0 ? null : <h3>{speaker.say('a.late')}</h3>}
      <ul>
        {late.map(leg => (
          <li key={`${leg.at} ${leg.arrivedAt} ${leg.qty}`}>
            {speaker.signed(leg.qty)} · {names.person(leg.worker)} · {speaker.stamp(leg.at)} →{' '}
            {speaker.stamp(leg.arrivedAt)}
          </li>
        ))}
      </ul>
    </>
  )
}

const SHOWN = 10

/** What moved here last and since, what counts have found here before, and who may still have something to say. */
const History = ({ variance: { item, location, countedAt, past } }: { variance: ShownVariance }) => {
  const { speaker, names, api } = useDesk()
  const history = useLoaded(`${item} ${location}`, () =>
    api.get('/api/desk/movements', { item, location, limit: '50' }, movementsAnswerSchema),
  )
  const rows = history.value?.rows ?? []
  const place = names.place(location)
  const since = rows.filter(row => Date.parse(row.at) > Date.parse(countedAt))
  const moved = since.reduce((sum, { to, qty }) => sum + (to === place ? 1 : -1) * (qty ?? 0), 0)
  return (
    <>
      {past.length === 0 ? null : (
        <p>{speaker.say('a.past', { list: past.map(({ delta }) => speaker.signed(delta)).join(', ') })}</p>
      )}
      {since.length === 0 ? null : <p>{speaker.say('a.since', { n: speaker.signed(moved) })}</p>}
      <Unheard since={countedAt} />
      <h3>{speaker.say('a.history')}</h3>
      {history.value === null ? (
        <p className="desk-quiet">{history.error ?? speaker.say('loading')}</p>
      ) : (
        <Movements rows={rows.slice(0, SHOWN)} caption={speaker.say('a.history')} />
      )}
    </>
  )
}

/** Handhelds with somebody logged in that have said nothing since the count: what they bring may change it. */
const Unheard = ({ since }: { since: string }) => {
  const { speaker, api } = useDesk()
  const devices = useLoaded('devices', () => api.get('/api/desk/devices', {}, devicesAnswerSchema))
  const silent = (devices.value?.rows ?? []).filter(
    row =>
      row.state === 'active' &&
      row.worker !== null &&
      row.seenAt !== null &&
      Date.parse(row.seenAt) < Date.parse(since),
  )
  if (silent.length === 0) return null
  return <p className="desk-worry">▲ {speaker.say('a.unheard', { list: silent.map(row => row.number).join(', ') })}</p>
}

const focus = (field: HTMLInputElement | null): void => field?.focus()

const Reject = ({ onReject, onCancel }: { onReject: (words: string) => void; onCancel: () => void }) => {
  const { speaker } = useDesk()
  const [words, setWords] = useState('')
  return (
    <form
      className="desk-actions"
      onSubmit={event => {
        event.preventDefault()
        if (words.trim() !== '') onReject(words.trim())
      }}
    >
      <label>
        {speaker.say('a.why')}{' '}
        <input
          ref={focus}
          value={words}
          maxLength={40}
          required
          onChange={event => setWords(event.currentTarget.value)}
        />
      </label>
      <button type="submit" className="desk-button primary">
        {speaker.say('a.reject')}
      </button>
      <button type="button" className="desk-button" onClick={onCancel}>
        {speaker.say('cancel')}
      </button>
    </form>
  )
}
