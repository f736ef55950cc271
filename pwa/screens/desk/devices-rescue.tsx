import { rescuesSchema } from '../../../shared/desk/rescue.ts'
import type { Rescue } from '../../../shared/desk/rescue.ts'
import { useDesk } from './context.ts'
import type { Desk } from './context.ts'
import { LateSteps } from './devices-late.tsx'
import { useLoaded } from './query.ts'

/** What came of a handheld through the rescue door: when, how much, and what has become of it. */
export const Rescues = ({ device }: { device: string }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const { value, error } = useLoaded(`rescue ${device}`, () =>
    api.get('/api/desk/devices/rescue', { device }, rescuesSchema),
  )
  if (value === null) return error === null ? null : <p role="alert">{error}</p>
  if (value.rows.length === 0) return null
  return (
    <section aria-label={speaker.say('rescue.title')}>
      <h3>{speaker.say('rescue.title')}</h3>
      <ul>
        {value.rows.map(row => (
          <li key={row.at}>{linesOf(desk, row).join(' · ')}</li>
        ))}
      </ul>
    </section>
  )
}

const linesOf = ({ speaker }: Desk, { at, steps, known, booked, isPartial, ...counts }: Rescue): readonly string[] => [
  speaker.say('rescue.one', { time: speaker.stamp(at), steps, known, booked }),
  ...(['inbox', 'waits', 'missing', 'scans'] as const).flatMap(key =>
    counts[key] === 0 ? [] : [speaker.say(`rescue.${key}`, { n: counts[key] })],
  ),
  ...(isPartial ? [speaker.say('rescue.partial')] : []),
]

/** The same where it stands among the exceptions, with what is to be decided; for those who may see it. */
export const RescueFacts = ({ device }: { device: string }) => {
  const { me } = useDesk()
  const isMine = me.clients === null && me.roles.some(role => role === 'supervisor' || role === 'administrator')
  if (!isMine) return null
  return (
    <>
      <Rescues device={device} />
      <LateSteps device={device} onChanged={() => undefined} />
    </>
  )
}
