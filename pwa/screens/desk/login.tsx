import { useEffect, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { IDENTITY_TROUBLES, identityStartSchema, meSchema, PASSWORD_MIN } from '../../../shared/desk/session.ts'
import type { IdentityTrouble, Me } from '../../../shared/desk/session.ts'
import { Refused } from './api.ts'
import type { Api } from './api.ts'
import { textOf } from './form.ts'
import { canPasskey, logInByPasskey, NoPasskey } from './passkey.ts'
import type { DeskSpeaker } from './speak.ts'

type Props = { api: Api; speaker: DeskSpeaker; onIn: (me: Me) => void }

export const wordsFor = (speaker: DeskSpeaker, error: unknown): string => {
  if (!(error instanceof Refused)) return speaker.say('failed', { why: String(error) })
  if (error.code === 'credentials') return speaker.say('login.wrong')
  if (error.code === 'rate_limited') return speaker.say('login.wait', { s: error.waitS })
  if (error.code === 'offline') return speaker.say('offline')
  return speaker.say('failed', { why: error.message })
}

/** One card in the middle of the page; what went wrong stands above its button. */
const Card = ({
  title,
  go,
  speaker,
  onSend,
  children,
  after,
}: {
  title: string
  go: string
  speaker: DeskSpeaker
  onSend: (form: FormData) => Promise<void>
  children: ReactNode
  after?: ReactNode
}) => {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    onSend(new FormData(event.currentTarget)).catch((problem: unknown) => {
      setError(wordsFor(speaker, problem))
      setBusy(false)
    })
  }
  return (
    <main className="desk-login">
      <form className="desk-form" onSubmit={send}>
        <p className="desk-brand">Stockhand</p>
        <h1>{title}</h1>
        {children}
        <Alert words={error} />
        <button type="submit" className="desk-button primary" disabled={isBusy}>
          {go}
        </button>
        {after}
      </form>
    </main>
  )
}

export const Field = ({
  name,
  label,
  type = 'text',
  complete,
  min,
  max,
}: {
  name: string
  label: string
  type?: 'text' | 'password'
  complete: string
  min?: number
  max?: number
}) => (
  <label>
    {label}
    <input
      name={name}
      type={type}
      required
      autoComplete={complete}
      autoCapitalize="none"
      spellCheck={false}
      {...(min === undefined ? {} : { minLength: min })}
      {...(max === undefined ? {} : { maxLength: max })}
    />
  </label>
)

export const NewPassword = ({ speaker }: Pick<Props, 'speaker'>) => (
  <Field
    name="password"
    label={speaker.say('password.new')}
    type="password"
    complete="new-password"
    min={PASSWORD_MIN}
  />
)

const Alert = ({ words }: { words: string | null }) =>
  words === null ? null : (
    <p role="alert" className="desk-alert">
      {words}
    </p>
  )

/** Without a name and a password: the browser knows whose it is. */
const PasskeyButton = ({ api, speaker, onIn }: Props) => {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const wordsOf = (problem: unknown): string => {
    if (problem instanceof NoPasskey) return speaker.say('login.passkey.not')
    if (problem instanceof Refused && problem.code === 'credentials') return speaker.say('login.passkey.wrong')
    return wordsFor(speaker, problem)
  }
  const go = (): void => {
    setBusy(true)
    setError(null)
    logInByPasskey(api).then(onIn, (problem: unknown) => {
      setError(wordsOf(problem))
      setBusy(false)
    })
  }
  return (
    <>
      <button type="button" className="desk-button" disabled={isBusy} onClick={go}>
        {speaker.say('login.passkey')}
      </button>
      <Alert words={error} />
    </>
  )
}

/** Why the company's log-in sent nobody in: it stands in the address that the browser came back to, and is shown once. */
const useCompanyTrouble = (): IdentityTrouble | null => {
  const [trouble] = useState(() => new URLSearchParams(location.search).get('login'))
  useEffect(() => {
    if (trouble !== null) history.replaceState(null, '', location.pathname)
  }, [trouble])
  return IDENTITY_TROUBLES.find(known => known === trouble) ?? null
}

/** The browser goes to the company's identity provider and comes back logged in. */
const CompanyButton = ({ api, speaker }: Omit<Props, 'onIn'>) => {
  const trouble = useCompanyTrouble()
  const [error, setError] = useState(trouble === null ? null : speaker.say(`login.company.${trouble}`))
  const go = (): void => {
    setError(null)
    api.post('/api/desk/identity/start', {}, identityStartSchema).then(
      ({ to }) => location.assign(to),
      (problem: unknown) => {
        const isAway = problem instanceof Refused && problem.code === 'busy'
        setError(isAway ? speaker.say('login.company.away') : wordsFor(speaker, problem))
      },
    )
  }
  return (
    <>
      <button type="button" className="desk-button" onClick={go}>
        {speaker.say('login.company')}
      </button>
      <Alert words={error} />
    </>
  )
}

/** How people may log in here besides names and passwords. */
export type Ways = { isDemo: boolean; hasCompany: boolean }

export const LogIn = ({ api, speaker, onIn, isDemo, hasCompany }: Props & Ways) => (
  <Card
    title={speaker.say('login.title')}
    go={speaker.say('login.go')}
    speaker={speaker}
    onSend={async form => {
      const body = { login: textOf(form, 'login'), password: textOf(form, 'password') }
      onIn(await api.post('/api/desk/session', body, meSchema))
    }}
    after={
      <>
        {hasCompany ? <CompanyButton api={api} speaker={speaker} /> : null}
        {canPasskey() ? <PasskeyButton api={api} speaker={speaker} onIn={onIn} /> : null}
      </>
    }
  >
    <Field name="login" label={speaker.say('login.name')} complete="username" />
    <Field name="password" label={speaker.say('login.password')} type="password" complete="current-password" />
    {isDemo ? <p className="desk-quiet">{speaker.say('login.demo')}</p> : null}
    <p>
      <a href="/">{speaker.say('login.handheld')}</a>
    </p>
  </Card>
)

export const First = ({ api, speaker, onIn }: Props) => (
  <Card
    title={speaker.say('first.title')}
    go={speaker.say('first.go')}
    speaker={speaker}
    onSend={async form => {
      const names = ['secret', 'warehouse', 'name', 'login', 'password'] as const
      const body = Object.fromEntries(names.map(name => [name, textOf(form, name)]))
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
      onIn(await api.post('/api/desk/first', { ...body, timeZone }, meSchema))
    }}
  >
    <p>{speaker.say('first.why')}</p>
    <Field name="secret" label={speaker.say('first.secret')} complete="off" />
    <Field name="warehouse" label={speaker.say('first.warehouse')} complete="off" />
    <Field name="name" label={speaker.say('first.person')} complete="name" />
    <Field name="login" label={speaker.say('first.login')} complete="username" />
    <NewPassword speaker={speaker} />
  </Card>
)

export const ChangePassword = ({ api, speaker, onIn }: Props) => (
  <Card
    title={speaker.say('password.title')}
    go={speaker.say('password.go')}
    speaker={speaker}
    onSend={async form => {
      const body = { before: textOf(form, 'before'), password: textOf(form, 'password') }
      onIn(await api.post('/api/desk/password', body, meSchema))
    }}
  >
    <Field name="before" label={speaker.say('password.before')} type="password" complete="current-password" />
    <NewPassword speaker={speaker} />
  </Card>
)
