import { useState } from 'react'
import { Refused } from './api.ts'
import { connectionShape, MODES, settingsOf } from './connection-shapes.ts'
import type { Kind, Setting, StoredConnection } from './connection-shapes.ts'
import { useDesk, whyNot } from './context.ts'
import { v7 } from './id.ts'

type Props = {
  connection: StoredConnection
  kinds: readonly Kind[]
  onSaved: (after: StoredConnection) => void
  onClose: () => void
}

/** What is typed, and how it is saved: what is posted cannot be taken back, so going live is asked for twice. */
const useDraft = (connection: StoredConnection, onSaved: Props['onSaved']) => {
  const { speaker, api, me, tell } = useDesk()
  const [draft, setDraft] = useState(connection)
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({})
  const [isSure, setSure] = useState(connection.mode === 'live')
  const save = (): void => {
    if (draft.mode === 'live' && !isSure) {
      tell(speaker.say('cn.sure'))
      return setSure(true)
    }
    const { id, name, kind, settings, mode, allow, takes } = draft
    const version = connection.version === 0 ? null : connection.version
    const typed = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''))
    const change = { id, version, name, kind, settings, secrets: typed, mode, allow, takes }
    api.post('/api/erp/connections', { worker: me.worker, session: v7(), ...change }, connectionShape).then(
      after => {
        tell(speaker.say('cn.saved'))
        onSaved(after)
      },
      (error: unknown) =>
        tell(error instanceof Refused && error.code === 'stale' ? speaker.say('cn.stale') : whyNot(speaker, error)),
    )
  }
  const put = (change: Partial<StoredConnection>): void => {
    if (change.mode !== undefined) setSure(false)
    setDraft({ ...draft, ...change })
  }
  return { draft, put, secrets, setSecrets, save }
}

/** The form that a kind of ERP asks for. Secrets go one way: what is kept is never shown, what is typed replaces it. */
export const ConnectionForm = ({ connection, kinds, onSaved, onClose }: Props) => {
  const { speaker } = useDesk()
  const { draft, put, secrets, setSecrets, save } = useDraft(connection, onSaved)
  const kind = kinds.find(one => one.name === draft.kind)
  const isNew = connection.version === 0
  const title = isNew ? speaker.say('cn.add') : connection.name
  return (
    <aside className="desk-panel" aria-label={title}>
      <h2>{title}</h2>
      <form
        className="desk-form"
        onSubmit={event => {
          event.preventDefault()
          save()
        }}
      >
        <label>
          {speaker.say('cn.name')}
          <input
            value={draft.name}
            required
            maxLength={100}
            onChange={event => put({ name: event.currentTarget.value })}
          />
        </label>
        <KindChoice
          kinds={kinds}
          value={draft.kind}
          isNew={isNew}
          onChange={name => put({ kind: name, settings: {} })}
        />
        <Settings kind={kind} settings={draft.settings} onChange={settings => put({ settings })} />
        <Secrets kind={kind} kept={connection.secrets} typed={secrets} onChange={setSecrets} />
        <Allowed allow={draft.allow} onChange={allow => put({ allow })} />
        <Modes mode={draft.mode} onChange={mode => put({ mode })} />
        <div className="desk-actions">
          <button type="submit" className="desk-button primary">
            {speaker.say('save')}
          </button>
          <button type="button" className="desk-button" onClick={onClose}>
            {speaker.say('close')}
          </button>
        </div>
      </form>
    </aside>
  )
}

type KindProps = { kinds: readonly Kind[]; value: string; isNew: boolean; onChange: (name: string) => void }

const KindChoice = ({ kinds, value, isNew, onChange }: KindProps) => {
  const { speaker } = useDesk()
  return (
    <label>
      {speaker.say('cn.kind')}
      <select value={value} disabled={!isNew} onChange={event => onChange(event.currentTarget.value)}>
        {kinds.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}

type Values = Readonly<Record<string, unknown>>
type SettingsProps = { kind: Kind | undefined; settings: Values; onChange: (settings: Values) => void }

const Settings = ({ kind, settings, onChange }: SettingsProps) => {
  const { speaker } = useDesk()
  const held = settings
  const put = (name: string, value: unknown): void => {
    const { [name]: _before, ...others } = held
    onChange(value === undefined ? others : { ...others, [name]: value })
  }
  return (
    <fieldset className="desk-stack">
      <legend>{speaker.say('cn.settings')}</legend>
      {settingsOf(kind?.settings ?? {}).map(setting => (
        <SettingField
          key={setting.name}
          setting={setting}
          value={held[setting.name]}
          onChange={value => put(setting.name, value)}
        />
      ))}
    </fieldset>
  )
}

type FieldProps = { setting: Setting; value: unknown; onChange: (value: unknown) => void }

const textOfJson = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** An empty field leaves the setting to its default. */
const SettingField = ({ setting, value, onChange }: FieldProps) => {
  const { name, kind, options, required } = setting
  if (kind === 'yesNo')
    return (
      <label className="desk-check">
        <input type="checkbox" checked={value === true} onChange={() => onChange(value !== true)} /> {name}
      </label>
    )
  if (kind === 'choice')
    return (
      <label>
        {name}
        <select
          value={typeof value === 'string' ? value : ''}
          onChange={event => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
        >
          <option value="">–</option>
          {options.map(option => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      </label>
    )
  const shown =
    kind === 'json' ? textOfJson(value) : typeof value === 'string' || typeof value === 'number' ? value : ''
  return (
    <label>
      {name}
      <input
        type={kind === 'number' ? 'number' : 'text'}
        required={required}
        autoComplete="off"
        maxLength={300}
        {...(kind === 'json' ? { defaultValue: shown } : { value: shown })}
        onChange={event => {
          const typed = event.currentTarget.value
          if (typed === '') onChange(undefined)
          else onChange(kind === 'number' ? Number(typed) : kind === 'json' ? jsonOf(typed) : typed)
        }}
      />
    </label>
  )
}

type SecretProps = {
  kind: Kind | undefined
  kept: StoredConnection['secrets']
  typed: Readonly<Record<string, string>>
  onChange: (typed: Readonly<Record<string, string>>) => void
}

const Secrets = ({ kind, kept, typed, onChange }: SecretProps) => {
  const { speaker } = useDesk()
  const fields = kind?.secrets ?? []
  if (fields.length === 0) return null
  return (
    <fieldset className="desk-stack">
      <legend>{speaker.say('cn.secrets')}</legend>
      {fields.map(({ name, title }) => (
        <label key={name}>
          {title} ({speaker.say(kept[name] ? 'cn.secret.kept' : 'cn.secret.none')})
          <input
            type="password"
            autoComplete="new-password"
            maxLength={4000}
            placeholder={kept[name] ?? ''}
            value={typed[name] ?? ''}
            onChange={event => onChange({ ...typed, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
    </fieldset>
  )
}

/** Answers that are given without a person, by the name of the question. */
const ALLOWED = [
  { id: 'adjustGuard', answer: 'post', word: 'cn.allow.guard' },
  { id: 'reconcile.missing', answer: 'repost', word: 'cn.allow.missing' },
] as const
type Allow = StoredConnection['allow']

const Allowed = ({ allow, onChange }: { allow: Allow; onChange: (allow: Allow) => void }) => {
  const { speaker } = useDesk()
  return (
    <fieldset className="desk-stack">
      <legend>{speaker.say('cn.allow')}</legend>
      {ALLOWED.map(({ id, answer, word }) => {
        const { [id]: given, ...others } = allow
        const isAllowed = given === answer
        return (
          <label key={id} className="desk-check">
            <input
              type="checkbox"
              checked={isAllowed}
              onChange={() => onChange(isAllowed ? others : { ...others, [id]: answer })}
            />{' '}
            {speaker.say(word)}
          </label>
        )
      })}
    </fieldset>
  )
}

const Modes = ({
  mode,
  onChange,
}: {
  mode: StoredConnection['mode']
  onChange: (mode: StoredConnection['mode']) => void
}) => {
  const { speaker } = useDesk()
  return (
    <fieldset className="desk-stack">
      <legend>{speaker.say('cn.mode')}</legend>
      {MODES.map(one => (
        <label key={one} className="desk-check">
          <input type="radio" name="mode" checked={one === mode} onChange={() => onChange(one)} />{' '}
          {speaker.say(`cn.${one}`)}
        </label>
      ))}
    </fieldset>
  )
}
