import * as v from 'valibot'
import { KINDS } from '../../../shared/exception-choices.ts'
import { DUTY_ROLES, mayOwn, usualLimit } from '../../../shared/exception-limits.ts'
import type { ExceptionLimit, KindLimit } from '../../../shared/exception-limits.ts'
import type { ExceptionKind } from '../../../shared/exception.ts'
import { kindLimit } from '../../../shared/policy-schema.ts'
import { useDesk } from './context.ts'
import type { Desk } from './context.ts'
import { kindWords } from './exception-words.ts'

/** What a version of the policies says of kinds, for the list of changes. */
export const limitsText = (speaker: Desk['speaker'], value: unknown): string =>
  v.is(v.pipe(v.array(kindLimit), v.minLength(1)), value)
    ? value
        .map(({ kind, minutes, owner }) => {
          const role = speaker.maybe('role', owner)
          return speaker.say('po.limit.one', { kind: kindWords(speaker.language, kind), n: minutes, role })
        })
        .join(', ')
    : '–'

type Props = { value: readonly KindLimit[]; onChange: (value: KindLimit[]) => void }

const isUsual = ({ kind, minutes, owner }: KindLimit): boolean => {
  const usual = usualLimit(kind)
  return usual.minutes === minutes && usual.owner === owner
}

/** Every kind with what holds of it; only what is not as usual is kept, in the order of the kinds. */
export const LimitFields = ({ value, onChange }: Props) => {
  const { speaker } = useDesk()
  const said = new Map(value.map(({ kind, ...limit }) => [kind, limit]))
  const put = (changed: ExceptionKind, limit: ExceptionLimit): void =>
    onChange(
      KINDS.map(kind => ({ kind, ...(kind === changed ? limit : (said.get(kind) ?? usualLimit(kind))) })).filter(
        one => !isUsual(one),
      ),
    )
  return (
    <table className="desk-table">
      <caption>{speaker.say('po.exceptions.limits')}</caption>
      <thead>
        <tr>
          <th scope="col">{speaker.say('po.limit.kind')}</th>
          <th scope="col">{speaker.say('po.limit.minutes')}</th>
          <th scope="col">{speaker.say('po.limit.owner')}</th>
        </tr>
      </thead>
      <tbody>
        {KINDS.map(kind => (
          <Row key={kind} kind={kind} limit={said.get(kind) ?? usualLimit(kind)} onChange={limit => put(kind, limit)} />
        ))}
      </tbody>
    </table>
  )
}

type RowProps = { kind: ExceptionKind; limit: ExceptionLimit; onChange: (limit: ExceptionLimit) => void }

/** An emptied number is no number: the schema says so when it is saved. */
const Row = ({ kind, limit, onChange }: RowProps) => {
  const { speaker } = useDesk()
  const name = kindWords(speaker.language, kind)
  const usual = usualLimit(kind).minutes
  return (
    <tr>
      <td data-head={speaker.say('po.limit.kind')}>{name}</td>
      <td data-head={speaker.say('po.limit.minutes')}>
        <input
          type="number"
          min={1}
          aria-label={`${name}: ${speaker.say('po.limit.minutes')}`}
          value={Number.isNaN(limit.minutes) ? '' : limit.minutes}
          onChange={event => {
            const typed = event.currentTarget.value
            onChange({ ...limit, minutes: typed === '' ? Number.NaN : Number(typed) })
          }}
        />{' '}
        {limit.minutes === usual ? null : speaker.say('po.limit.usual', { n: usual })}
      </td>
      <td data-head={speaker.say('po.limit.owner')}>
        <select
          aria-label={`${name}: ${speaker.say('po.limit.owner')}`}
          value={limit.owner}
          onChange={event => {
            const owner = DUTY_ROLES.find(role => role === event.currentTarget.value)
            if (owner !== undefined) onChange({ ...limit, owner })
          }}
        >
          {DUTY_ROLES.filter(role => mayOwn(role, kind)).map(role => (
            <option key={role} value={role}>
              {speaker.maybe('role', role)}
            </option>
          ))}
        </select>
      </td>
    </tr>
  )
}
