import { useState } from 'react'
import * as v from 'valibot'
import type { ExportName } from '../../../shared/desk/export.ts'
import { scheduledQuery, schedulesSchema } from '../../../shared/desk/schedules.ts'
import { useDesk, whyNot } from './context.ts'
import { textOf } from './form.ts'
import { v7 } from './id.ts'

type Props = { list: ExportName; query?: Readonly<Record<string, string>> }

/** The list as it is shown, as a file: now, or once a day. */
export const Exports = ({ list, query = {} }: Props) => {
  const { speaker } = useDesk()
  const [isAsking, setAsking] = useState(false)
  const { language } = speaker
  const path = (format: string): string =>
    `/api/desk/export?${new URLSearchParams({ ...query, list, format, language }).toString()}`
  const daily = v.safeParse(scheduledQuery, { ...query, list, language, format: 'csv' })
  return (
    <span className="desk-exports">
      {(['csv', 'xlsx'] as const).map(format => (
        <a key={format} className="desk-button" href={path(format)} download>
          {speaker.say(`x.${format}`)}
        </a>
      ))}
      {!daily.success ? null : isAsking ? (
        <Daily query={daily.output} onDone={() => setAsking(false)} />
      ) : (
        <button type="button" className="desk-button" onClick={() => setAsking(true)}>
          {speaker.say('sc.daily')}
        </button>
      )}
    </span>
  )
}

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))
/** Before the first shift. */
const EARLY = '05'

/** Under which name, in which form and at which hour the file is wanted. */
const Daily = ({ query, onDone }: { query: v.InferOutput<typeof scheduledQuery>; onDone: () => void }) => {
  const { speaker, api, tell } = useDesk()
  const save = (form: FormData): void => {
    const hour = textOf(form, 'hour')
    const name = textOf(form, 'name').trim()
    const format = textOf(form, 'format') === 'xlsx' ? 'xlsx' : 'csv'
    const ask = { act: 'save', id: v7(), name, hour: Number(hour), query: { ...query, format } }
    api.post('/api/desk/schedules', ask, schedulesSchema).then(
      () => {
        tell(speaker.say('sc.asked', { name, time: `${hour}:00` }))
        onDone()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <form
      className="desk-inline"
      onSubmit={event => {
        event.preventDefault()
        save(new FormData(event.currentTarget))
      }}
    >
      <input
        name="name"
        aria-label={speaker.say('sc.name')}
        placeholder={speaker.say('sc.name')}
        maxLength={60}
        required
      />
      <select name="format" aria-label={speaker.say('sc.form')}>
        <option value="csv">{speaker.say('x.csv')}</option>
        <option value="xlsx">{speaker.say('x.xlsx')}</option>
      </select>
      <select name="hour" aria-label={speaker.say('sc.hour')} defaultValue={EARLY}>
        {HOURS.map(hour => (
          <option key={hour} value={hour}>
            {hour}:00
          </option>
        ))}
      </select>
      <button type="submit" className="desk-button primary">
        {speaker.say('save')}
      </button>
      <button type="button" className="desk-button" onClick={onDone}>
        {speaker.say('cancel')}
      </button>
    </form>
  )
}
