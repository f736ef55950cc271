import { useState } from 'react'
import * as v from 'valibot'
import { peopleAnswerSchema, personAnswerSchema } from '../../../shared/desk/people.ts'
import type { PeopleAnswer, Person, PersonAsk } from '../../../shared/desk/people.ts'
import { limits } from '../../../shared/policy-schema.ts'
import { ROLES } from '../../../shared/roles.ts'
import { Code } from '../../ui/code.tsx'
import { AccountForm } from './account-form.tsx'
import { Refused } from './api.ts'
import { useDesk, whyNot } from './context.ts'
import { EraseName } from './erase.tsx'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { PersonPin } from './pin-form.tsx'
import { Field } from './policy-field.tsx'
import { shapeOf } from './policy-shape.ts'
import { PrintOut } from './print-out.tsx'
import { Listed, Table } from './table.tsx'

const NOBODY: Person = {
  id: '' as Person['id'],
  name: '',
  roles: [],
  clients: null,
  active: true,
  approves: null,
  pin: false,
  login: null,
  mustChange: false,
  company: null,
  linked: false,
}

/** Up to what somebody approves alone. */
const LIMITS = shapeOf(v.nullable(limits))

/** Who works here and what they may do. A badge is shown once, when it is made. */
export const People = ({ onScan }: { onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const loaded = useLoaded('people', () => api.get('/api/desk/people', {}, peopleAnswerSchema))
  const [open, setOpen] = useState<Person | null>(null)
  const [badge, setBadge] = useState<Badge | null>(null)
  useKeys({ Escape: () => setOpen(null) }, onScan)
  const save = (change: Omit<PersonAsk, 'expectedVersion'>): void => {
    api.post('/api/desk/people', { ...change, expectedVersion: loaded.value?.version ?? 0 }, personAnswerSchema).then(
      answer => {
        setBadge(answer.badge === null ? null : { name: change.name, code: answer.badge })
        desk.tell(speaker.say(answer.pinEnded ? 'pin.tooShort' : 'p.saved'))
        setOpen(null)
        loaded.reload()
      },
      (error: unknown) => {
        const isStale = error instanceof Refused && error.code === 'stale'
        desk.tell(isStale ? speaker.say('p.stale') : whyNot(speaker, error))
        if (isStale) loaded.reload()
      },
    )
  }
  const people = loaded.value?.people ?? []
  return (
    <section aria-label={speaker.say('s.people')}>
      <div className="desk-tools">
        <button type="button" className="desk-button primary" onClick={() => setOpen(NOBODY)}>
          {speaker.say('p.add')}
        </button>
      </div>
      {badge === null ? null : <BadgePanel badge={badge} onClose={() => setBadge(null)} />}
      {open === null || loaded.value === null ? null : (
        <PersonPanel
          key={open.id}
          person={open}
          clients={loaded.value.clients}
          hasCompany={loaded.value.companyLogIn}
          onSave={save}
          onClose={() => setOpen(null)}
          onAccount={() => {
            setOpen(null)
            loaded.reload()
          }}
        />
      )}
      <Listed loaded={{ ...loaded, isEmpty: people.length === 0 }} empty={speaker.say('none')}>
        <PeopleTable people={people} onOpen={setOpen} />
      </Listed>
    </section>
  )
}

type Badge = { name: string; code: string }

const BadgePanel = ({ badge, onClose }: { badge: Badge; onClose: () => void }) => {
  const { speaker } = useDesk()
  return (
    <aside className="desk-panel" aria-label={speaker.say('p.badge')}>
      <p>{speaker.say('p.badge.is', { name: badge.name })}</p>
      <p className="desk-big">
        <Code>{badge.code}</Code>
      </p>
      <PrintOut labels={[{ kind: 'badge', code: badge.code, name: badge.name, words: '' }]} />
      <button type="button" className="desk-button" onClick={onClose}>
        {speaker.say('close')}
      </button>
    </aside>
  )
}

const PeopleTable = ({ people, onOpen }: { people: readonly Person[]; onOpen: (person: Person | null) => void }) => {
  const { speaker, names } = useDesk()
  return (
    <Table
      caption={speaker.say('s.people')}
      rows={people}
      rowKey={person => person.id}
      onOpen={index => onOpen(people[index] ?? null)}
      columns={[
        { key: 'name', head: speaker.say('p.name'), cell: person => person.name },
        {
          key: 'roles',
          head: speaker.say('p.roles'),
          cell: person => person.roles.map(role => speaker.say(`role.${role}`)).join(', '),
        },
        {
          key: 'clients',
          head: speaker.say('p.clients'),
          cell: person => person.clients?.map(names.client).join(', ') ?? speaker.say('p.allClients'),
        },
        {
          key: 'login',
          head: speaker.say('p.login'),
          cell: person => person.login ?? speaker.say('p.noLogin'),
        },
        {
          key: 'active',
          head: speaker.say('d.state'),
          cell: person => speaker.say(person.active ? 'p.active' : 'p.gone'),
        },
      ]}
    />
  )
}

type PanelProps = {
  person: Person
  clients: PeopleAnswer['clients']
  hasCompany: boolean
  onSave: (change: Omit<PersonAsk, 'expectedVersion'>) => void
  onClose: () => void
  onAccount: () => void
}

const PersonPanel = ({ person, clients, hasCompany, onSave, onClose, onAccount }: PanelProps) => {
  const { speaker, me } = useDesk()
  const [draft, setDraft] = useState(person)
  const isNew = person.id === ''
  const change = (badge: boolean): void => {
    const { name, roles, clients: theirs, active, approves } = draft
    onSave({ id: isNew ? null : person.id, name: name.trim(), roles, clients: theirs, active, approves, badge })
  }
  return (
    <aside className="desk-panel" aria-label={isNew ? speaker.say('p.add') : person.name}>
      <h2>{isNew ? speaker.say('p.add') : person.name}</h2>
      <form
        className="desk-form"
        onSubmit={event => {
          event.preventDefault()
          change(false)
        }}
      >
        <label>
          {speaker.say('p.name')}
          <input
            value={draft.name}
            maxLength={80}
            required
            onChange={event => setDraft({ ...draft, name: event.currentTarget.value })}
          />
        </label>
        <Rights draft={draft} clients={clients} onChange={setDraft} />
        {draft.roles.includes('supervisor') && person.id !== me.worker ? (
          <Field
            label={speaker.say('p.approves')}
            shape={LIMITS}
            value={draft.approves}
            onChange={approves => setDraft({ ...draft, approves: approves as Person['approves'] })}
          />
        ) : null}
        <label>
          <span>
            <input
              type="checkbox"
              checked={draft.active}
              onChange={() => setDraft({ ...draft, active: !draft.active })}
            />{' '}
            {speaker.say('p.active')}
          </span>
        </label>
        <div className="desk-actions">
          <button type="submit" className="desk-button primary">
            {speaker.say('save')}
          </button>
          {isNew ? null : (
            <button type="button" className="desk-button" onClick={() => change(true)}>
              {speaker.say('p.badge')}
            </button>
          )}
          <button type="button" className="desk-button" onClick={onClose}>
            {speaker.say('cancel')}
          </button>
        </div>
      </form>
      {isNew ? null : <AccountForm person={person} hasCompany={hasCompany} onDone={onAccount} />}
      {isNew || !person.active ? null : <PersonPin person={person} onDone={onAccount} />}
      {isNew || person.active ? null : <EraseName person={person} onDone={onAccount} />}
    </aside>
  )
}

type RightsProps = { draft: Person; clients: PeopleAnswer['clients']; onChange: (draft: Person) => void }

/** What the person may do, and whose goods they may see. */
const Rights = ({ draft, clients, onChange }: RightsProps) => {
  const { speaker } = useDesk()
  const toggled = <T,>(list: readonly T[], value: T): T[] =>
    list.includes(value) ? list.filter(one => one !== value) : [...list, value]
  return (
    <>
      <fieldset>
        <legend>{speaker.say('p.roles')}</legend>
        {ROLES.map(role => (
          <label key={role}>
            <input
              type="checkbox"
              checked={draft.roles.includes(role)}
              onChange={() => onChange({ ...draft, roles: toggled(draft.roles, role) })}
            />{' '}
            {speaker.say(`role.${role}`)}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{speaker.say('p.clients')}</legend>
        <label>
          <input
            type="checkbox"
            checked={draft.clients === null}
            onChange={() => onChange({ ...draft, clients: draft.clients === null ? [] : null })}
          />{' '}
          {speaker.say('p.allClients')}
        </label>
        {draft.clients === null
          ? null
          : clients.map(client => (
              <label key={client.id}>
                <input
                  type="checkbox"
                  checked={draft.clients?.includes(client.id) === true}
                  onChange={() => onChange({ ...draft, clients: toggled(draft.clients ?? [], client.id) })}
                />{' '}
                {client.name}
              </label>
            ))}
      </fieldset>
    </>
  )
}
