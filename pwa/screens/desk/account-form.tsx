import { useState } from 'react'
import * as v from 'valibot'
import type { Person } from '../../../shared/desk/people.ts'
import { PASSWORD_MIN } from '../../../shared/desk/session.ts'
import { Refused } from './api.ts'
import { useDesk, whyNot } from './context.ts'
import { textOf } from './form.ts'

type Props = { person: Person; hasCompany: boolean; onDone: () => void }
type Account = { login: string; password: string | null; company?: string | null }

const orNull = (text: string): string | null => (text.trim() === '' ? null : text)

/** The log-in of a person at the desk: a password, a name of the company's identity provider, or both. */
export const AccountForm = ({ person, hasCompany, onDone }: Props) => {
  const { speaker, api, tell } = useDesk()
  const [company, setCompany] = useState(person.company ?? '')
  const put = (account: Account | null): void => {
    api.post('/api/desk/account', { worker: person.id, account }, v.object({})).then(
      () => {
        tell(speaker.say('p.saved'))
        onDone()
      },
      (error: unknown) =>
        tell(error instanceof Refused && error.code === 'taken' ? speaker.say('p.taken') : whyNot(speaker, error)),
    )
  }
  return (
    <form
      className="desk-form"
      onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const named = hasCompany ? { company: orNull(company) } : {}
        put({ login: textOf(form, 'login'), password: orNull(textOf(form, 'password')), ...named })
      }}
    >
      <h3>{speaker.say('p.account')}</h3>
      <label>
        {speaker.say('p.login')}
        <input name="login" defaultValue={person.login ?? ''} required autoComplete="off" autoCapitalize="none" />
      </label>
      {hasCompany ? <Company person={person} value={company} onChange={setCompany} /> : null}
      <label>
        {speaker.say(person.login === null ? 'p.account.password' : 'p.account.again')}
        <input
          name="password"
          type="password"
          required={person.login === null && company.trim() === ''}
          minLength={PASSWORD_MIN}
          autoComplete="new-password"
        />
      </label>
      <div className="desk-actions">
        <button type="submit" className="desk-button">
          {speaker.say('save')}
        </button>
        {person.login === null ? null : (
          <button type="button" className="desk-button" onClick={() => put(null)}>
            {speaker.say('p.account.end')}
          </button>
        )}
      </div>
    </form>
  )
}

type CompanyProps = Pick<Props, 'person'> & { value: string; onChange: (name: string) => void }

const Company = ({ person, value, onChange }: CompanyProps) => {
  const { speaker } = useDesk()
  return (
    <label>
      {speaker.say('p.company')}
      <input
        value={value}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={event => onChange(event.currentTarget.value)}
      />
      <span className="desk-quiet">{speaker.say(person.linked ? 'p.company.linked' : 'p.company.why')}</span>
    </label>
  )
}
