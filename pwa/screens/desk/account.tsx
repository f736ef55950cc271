import { useState } from 'react'
import type { FormEvent } from 'react'
import * as v from 'valibot'
import { mineSchema } from '../../../shared/desk/mine.ts'
import type { Mine } from '../../../shared/desk/mine.ts'
import { meSchema } from '../../../shared/desk/session.ts'
import { useDesk, whyNot } from './context.ts'
import { textOf } from './form.ts'
import { useKeys } from './keys.ts'
import { Field, NewPassword, wordsFor } from './login.tsx'
import { addPasskey, canPasskey, NoPasskey } from './passkey.ts'
import { OwnPin } from './pin-form.tsx'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

/** One's own ways in, and where one is logged in. */
export const Account = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, api, me } = useDesk()
  const loaded = useLoaded('mine', () => api.get('/api/desk/mine', {}, mineSchema))
  useKeys({}, onScan)
  return (
    <section aria-label={speaker.say('s.account')}>
      <dl className="desk-facts">
        <div>
          <dt>{speaker.say('login.name')}</dt>
          <dd>{me.login}</dd>
        </div>
        <div>
          <dt>{speaker.say('p.roles')}</dt>
          <dd>{me.roles.map(role => speaker.say(`role.${role}`)).join(', ')}</dd>
        </div>
      </dl>
      <Passkeys mine={loaded.value} error={loaded.error} reload={loaded.reload} />
      <Sessions mine={loaded.value} error={loaded.error} reload={loaded.reload} />
      {loaded.value === null ? null : <OwnPin mine={loaded.value.pin} onDone={loaded.reload} />}
      <Password onDone={loaded.reload} />
    </section>
  )
}

type Part = { mine: Mine | null; error: string | null; reload: () => void }

/** What was typed goes to the server; the fields are emptied when it worked. */
const useForm = (run: (form: FormData) => Promise<void>, why: (error: unknown) => string) => {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    setBusy(true)
    setError(null)
    run(new FormData(form))
      .then(
        () => form.reset(),
        (problem: unknown) => setError(why(problem)),
      )
      .finally(() => setBusy(false))
  }
  return { error, isBusy, onSubmit }
}

const Alert = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p role="alert" className="desk-alert">
      {text}
    </p>
  )

const Passkeys = ({ mine, error, reload }: Part) => {
  const { speaker, api, tell } = useDesk()
  const remove = (id: string): void => {
    api.post('/api/desk/passkey/remove', { id }, v.object({})).then(
      () => {
        tell(speaker.say('me.passkeys.removed'))
        reload()
      },
      (problem: unknown) => tell(whyNot(speaker, problem)),
    )
  }
  const passkeys = mine?.passkeys ?? []
  return (
    <>
      <h2>{speaker.say('me.passkeys')}</h2>
      <p>{speaker.say('me.passkeys.why')}</p>
      <Listed
        loaded={{ value: mine, error, reload, isEmpty: passkeys.length === 0 }}
        empty={speaker.say('me.passkeys.none')}
      >
        <Table
          caption={speaker.say('me.passkeys')}
          rows={passkeys}
          rowKey={row => row.id}
          columns={[
            { key: 'name', head: speaker.say('me.name'), cell: row => row.name },
            { key: 'host', head: speaker.say('me.host'), code: true, cell: row => row.host },
            { key: 'made', head: speaker.say('me.made'), cell: row => speaker.stamp(row.madeAt) },
            { key: 'used', head: speaker.say('me.used'), cell: row => speaker.stamp(row.usedAt) },
          ]}
          renderActs={row => (
            <button type="button" className="desk-button" onClick={() => remove(row.id)}>
              {speaker.say('me.passkeys.remove', { name: row.name })}
            </button>
          )}
        />
      </Listed>
      {canPasskey() ? (
        <AddPasskey onDone={reload} />
      ) : (
        <p className="desk-quiet">{speaker.say('me.passkeys.cannot')}</p>
      )}
    </>
  )
}

const AddPasskey = ({ onDone }: { onDone: () => void }) => {
  const { speaker, api, tell } = useDesk()
  const { error, isBusy, onSubmit } = useForm(
    async form => {
      await addPasskey(api, textOf(form, 'name'), textOf(form, 'password'))
      tell(speaker.say('me.passkeys.added'))
      onDone()
    },
    problem =>
      problem instanceof NoPasskey
        ? speaker.say(problem.isKnown ? 'me.passkeys.known' : 'me.passkeys.not')
        : wordsFor(speaker, problem),
  )
  return (
    <form className="desk-form desk-narrow" onSubmit={onSubmit}>
      <Field name="name" label={speaker.say('me.passkeys.name')} complete="off" max={60} />
      <Field name="password" label={speaker.say('me.passkeys.password')} type="password" complete="current-password" />
      <Alert text={error} />
      <div className="desk-actions">
        <button type="submit" className="desk-button primary" disabled={isBusy}>
          {speaker.say('me.passkeys.add')}
        </button>
      </div>
    </form>
  )
}

const endedSchema = v.object({ ended: v.number() })

const Sessions = ({ mine, error, reload }: Part) => {
  const { speaker, api, tell } = useDesk()
  const end = (id: string | null): void => {
    api.post('/api/desk/mine/sessions', { id }, endedSchema).then(
      ({ ended }) => {
        tell(speaker.say('me.ended', { n: ended }))
        reload()
      },
      (problem: unknown) => tell(whyNot(speaker, problem)),
    )
  }
  const sessions = mine?.sessions ?? []
  return (
    <>
      <h2>{speaker.say('me.sessions')}</h2>
      <Listed loaded={{ value: mine, error, reload, isEmpty: sessions.length === 0 }} empty={speaker.say('none')}>
        <Table
          caption={speaker.say('me.sessions')}
          rows={sessions}
          rowKey={row => row.id}
          marked={row => row.here}
          columns={[
            { key: 'browser', head: speaker.say('me.browser'), cell: row => browserOf(row.agent) },
            { key: 'way', head: speaker.say('me.way'), cell: row => speaker.say(`way.${row.way}`) },
            { key: 'begun', head: speaker.say('me.begun'), cell: row => speaker.stamp(row.begunAt) },
            { key: 'used', head: speaker.say('me.used'), cell: row => speaker.stamp(row.usedAt) },
          ]}
          renderActs={row =>
            row.here ? (
              speaker.say('me.here')
            ) : (
              <button type="button" className="desk-button" onClick={() => end(row.id)}>
                {speaker.say('me.end')}
              </button>
            )
          }
        />
      </Listed>
      <div className="desk-actions">
        <button type="button" className="desk-button" disabled={sessions.length < 2} onClick={() => end(null)}>
          {speaker.say('me.end.all')}
        </button>
      </div>
    </>
  )
}

const BROWSERS = ['Edg', 'Firefox', 'Chrome', 'Safari'] as const
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Macintosh', 'Linux'] as const

/** Enough to tell one's own computer from one's own phone. */
const browserOf = (agent: string): string => {
  const browser = BROWSERS.find(name => agent.includes(name))
  const system = SYSTEMS.find(name => agent.includes(name))
  return [browser === 'Edg' ? 'Edge' : browser, system].filter(Boolean).join(' · ') || '–'
}

const Password = ({ onDone }: { onDone: () => void }) => {
  const { speaker, api, tell } = useDesk()
  const { error, isBusy, onSubmit } = useForm(
    async form => {
      const body = { before: textOf(form, 'before'), password: textOf(form, 'password') }
      // The session is a new one: its word counts from here on.
      api.remember((await api.post('/api/desk/password', body, meSchema)).csrf)
      tell(speaker.say('me.password.done'))
      onDone()
    },
    problem => wordsFor(speaker, problem),
  )
  return (
    <>
      <h2>{speaker.say('me.password')}</h2>
      <form className="desk-form desk-narrow" onSubmit={onSubmit}>
        <Field name="before" label={speaker.say('password.before')} type="password" complete="current-password" />
        <NewPassword speaker={speaker} />
        <Alert text={error} />
        <div className="desk-actions">
          <button type="submit" className="desk-button" disabled={isBusy}>
            {speaker.say('password.go')}
          </button>
        </div>
      </form>
    </>
  )
}
