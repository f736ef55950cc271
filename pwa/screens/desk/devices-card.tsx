import type { CallRow } from '../../../shared/desk/calls.ts'
import type { DevicesAnswer } from '../../../shared/desk/view.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'

export type DeviceRow = DevicesAnswer['rows'][number]
/** What a supervisor may do with a handheld; null = only look. */
export type DeviceActs = Readonly<
  Record<'ring' | 'message' | 'out' | 'logs' | 'loss' | 'revoke', (row: DeviceRow) => void>
> & {
  /** What a handheld has told when it was asked. */
  showLog: (call: CallRow) => void
}

type CardProps = { row: DeviceRow; also: readonly number[]; acts: DeviceActs | null }

export const DeviceCard = ({ row, also, acts }: CardProps) => {
  const { speaker, names } = useDesk()
  const lines = [
    row.seenAt === null ? speaker.say('v.never') : speaker.say('v.seen', { time: speaker.stamp(row.seenAt) }),
    row.pending > 0
      ? speaker.say('v.waiting', { n: row.pending, time: speaker.stamp(row.oldest) })
      : speaker.say('v.sent'),
  ]
  const { loss } = row
  const worries = [
    loss === null ? '' : speaker.say('v.loss.card', { ...loss, time: speaker.stamp(loss.at) }),
    row.state === 'frozen' ? speaker.say('v.frozen') : row.state === 'revoked' ? speaker.say('v.revoked') : '',
    row.missing > 0 && loss === null ? speaker.say('v.missing', { n: row.missing }) : '',
    row.kept > 0 ? speaker.say('late.waiting', { n: row.kept }) : '',
    row.lost ? speaker.say('v.lost') : '',
    also.length > 0 ? speaker.say('v.twice', { list: also.join(', ') }) : '',
    row.persisted === false ? speaker.say('v.notKept') : '',
    row.clockOff === null
      ? ''
      : speaker.say(row.clockOff > 0 ? 'v.clock.slow' : 'v.clock.fast', { n: Math.abs(row.clockOff) }),
  ].filter(word => word !== '')
  return (
    <li className="desk-card" data-worry={worries.length > 0}>
      <h2>{speaker.say('v.number', { n: row.number })}</h2>
      <p>{row.worker === null ? speaker.say('v.nobody') : names.person(row.worker)}</p>
      {lines.map(line => (
        <p key={line}>{line}</p>
      ))}
      {worries.map(line => (
        <p key={line} className="desk-worry">
          ▲ {line}
        </p>
      ))}
      {row.calls.length === 0 ? null : (
        <ul className="desk-calls">
          {row.calls.map(call => (
            <CallLine key={call.id} call={call} onLog={acts?.showLog} />
          ))}
        </ul>
      )}
      <p className="desk-quiet">
        <Code>{row.app ?? ''}</Code>
      </p>
      {acts === null ? null : <Acts row={row} acts={acts} />}
    </li>
  )
}

/** What is done with a handheld that works. */
const ACTIVE = [
  ['ring', 'v.ring'],
  ['message', 'v.message'],
  ['out', 'v.out'],
  ['logs', 'v.logs'],
  ['revoke', 'v.revoke'],
] as const

const Acts = ({ row, acts }: { row: DeviceRow; acts: DeviceActs }) => {
  const { speaker } = useDesk()
  return (
    <div className="desk-tools">
      {(row.state === 'active' ? ACTIVE : []).map(([act, word]) => (
        <button key={act} type="button" className="desk-button" onClick={() => acts[act](row)}>
          {speaker.say(word)}
        </button>
      ))}
      <button type="button" className="desk-button" onClick={() => acts.loss(row)}>
        {speaker.say(row.loss === null ? 'v.loss' : 'v.loss.look')}
      </button>
    </div>
  )
}

/** Sent, on the handheld, answered: each with its time. */
type LineProps = { call: CallRow; onLog: ((call: CallRow) => void) | undefined }
const CallLine = ({ call, onLog }: LineProps) => {
  const { speaker, names } = useDesk()
  const { kind, text, at, gotAt, readAt, readBy } = call
  const isDuty = kind === 'out' || kind === 'logs'
  const answered = isDuty ? 'v.call.is' : kind === 'ring' ? 'v.call.answered' : 'v.call.read'
  const steps = [
    speaker.say('v.call.sent', { time: speaker.stamp(at) }),
    gotAt === null ? speaker.say('v.call.waits') : speaker.say('v.call.got', { time: speaker.stamp(gotAt) }),
    readAt === null ? '' : speaker.say(answered, { time: speaker.stamp(readAt), name: names.person(readBy) }),
  ].filter(word => word !== '')
  return (
    <li data-call={readAt === null ? (gotAt === null ? 'sent' : 'got') : 'read'}>
      <bdi>{speaker.say(`v.call.${kind}`, { text })}</bdi> <span className="desk-quiet">{steps.join(' · ')}</span>
      {kind !== 'logs' || readAt === null || onLog === undefined ? null : (
        <button type="button" className="desk-button" onClick={() => onLog(call)}>
          {speaker.say('v.logs.show')}
        </button>
      )}
    </li>
  )
}
