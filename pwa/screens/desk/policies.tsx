import { useState } from 'react'
import * as v from 'valibot'
import { DEFAULT_POLICY } from '../../../shared/default-policy.ts'
import { UTC } from '../../../shared/time.ts'
import { policySchema } from '../../../shared/policy-schema.ts'
import type { Policy } from '../../../shared/policy.ts'
import { decisionAnswerSchema } from '../../../shared/sync/decision.ts'
import { useDesk, whyNot } from './context.ts'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { Group } from './policy-field.tsx'
import { LimitFields } from './policy-limits.tsx'
import { PolicyHistory } from './policy-history.tsx'
import { ZoneField } from './policy-zone.tsx'
import { shapeOf } from './policy-shape.ts'
import type { Shape } from './policy-shape.ts'
import { useLoaded } from './query.ts'
import { Chips, Listed } from './table.tsx'

const answerSchema = v.object({
  version: v.number(),
  warehouse: policySchema,
  clients: v.record(v.string(), policySchema),
})
type Answer = v.InferOutput<typeof answerSchema>

const shape = shapeOf(policySchema)
/** A group that older policies do not have. */
const fieldsOf = (of: Shape): readonly (readonly [string, Shape])[] =>
  of.kind === 'maybe' ? fieldsOf(of.of) : of.kind === 'group' ? of.fields : []
const defaults: Readonly<Record<string, unknown>> = DEFAULT_POLICY

const GROUPS = shape.kind === 'group' ? shape.fields : []

/** Everything that a site may decide about how it works, for the warehouse and for each client. */
export const Policies = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, api, me } = useDesk()
  const loaded = useLoaded('policies', () => api.get('/api/policies', { worker: me.worker }, answerSchema))
  const [scope, setScope] = useState('')
  /** What was typed is given up where an earlier version was gone back to: the version that this has made. */
  const [restored, setRestored] = useState(0)
  const people = useLoaded('policy clients', () =>
    api.get('/api/desk/people', {}, v.object({ clients: v.array(v.object({ id: v.string(), name: v.string() })) })),
  )
  useKeys({}, onScan)
  const clients = people.value?.clients ?? []
  return (
    <section aria-label={speaker.say('s.policies')}>
      <p>{speaker.say('po.why')}</p>
      <Listed loaded={{ ...loaded, isEmpty: false }} empty="">
        <p className="desk-quiet">{speaker.say('po.version', { n: loaded.value?.version ?? 0 })}</p>
        <Chips
          label={speaker.say('po.scope')}
          value={scope}
          choices={[
            { value: '', word: speaker.say('po.warehouse') },
            ...clients.map(({ id, name }) => ({ value: id, word: name })),
          ]}
          onChoose={setScope}
        />
        {loaded.value === null ? null : (
          <Scope
            key={`${scope} ${loaded.value.version < restored ? 0 : restored}`}
            client={clients.find(({ id }) => id === scope) ?? null}
            held={loaded.value}
            onSaved={loaded.reload}
          />
        )}
        <PolicyHistory
          version={loaded.value?.version ?? 0}
          onRestored={made => {
            setRestored(made)
            loaded.reload()
          }}
        />
      </Listed>
    </section>
  )
}

type ScopeProps = { client: { id: string; name: string } | null; held: Answer; onSaved: () => void }

/** `draft` null = the client works as the warehouse does. It stays when somebody else has saved meanwhile. */
const Scope = ({ client, held, onSaved }: ScopeProps) => {
  const { speaker, api, me, tell, siteChanged } = useDesk()
  const own = client === null ? held.warehouse : (held.clients[client.id] ?? null)
  const [draft, setDraft] = useState<Policy | null>(own)
  const isSame = JSON.stringify(draft) === JSON.stringify(own)
  const save = (): void => {
    const read = v.safeParse(v.nullable(policySchema), draft)
    if (!read.success) {
      const path = v.getDotPath(read.issues[0]) ?? ''
      const [group = '', key = ''] = path.split('.')
      return tell(speaker.say('po.wrong', { key: speaker.maybe('po', `${group}.${key}`) }))
    }
    const ask = { id: v7(), expectedVersion: held.version, client: client?.id ?? null, policy: read.output }
    api.post('/api/policies', { worker: me.worker, session: v7(), ...ask }, decisionAnswerSchema).then(
      answer => {
        tell(answer.outcome === 'done' ? speaker.say('po.saved', { n: answer.version ?? 0 }) : speaker.say('po.stale'))
        onSaved()
        if (client === null) siteChanged()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <form
      className="desk-form desk-policies"
      onSubmit={event => {
        event.preventDefault()
        save()
      }}
    >
      {draft === null ? (
        <div className="desk-panel">
          <p>{speaker.say('po.asWarehouse', { client: client?.name ?? '' })}</p>
          <button type="button" className="desk-button" onClick={() => setDraft(held.warehouse)}>
            {speaker.say('po.own', { client: client?.name ?? '' })}
          </button>
        </div>
      ) : (
        <Groups draft={draft} isClient={client !== null} onChange={setDraft} />
      )}
      <div className="desk-actions desk-foot">
        <button type="submit" className="desk-button primary" disabled={isSame}>
          {isSame ? speaker.say('po.same') : speaker.say('po.save', { n: held.version + 1 })}
        </button>
        {client === null || draft === null ? null : (
          <button type="button" className="desk-button" onClick={() => setDraft(null)}>
            {speaker.say('po.back')}
          </button>
        )}
      </div>
    </form>
  )
}

const OF_WAREHOUSE: ReadonlySet<string> = new Set(['site', 'exceptions'])

type GroupsProps = { draft: Policy; isClient: boolean; onChange: (draft: Policy) => void }
/** What is the whole warehouse's is not asked of a client. */
const Groups = ({ draft, isClient, onChange }: GroupsProps) => {
  const { speaker } = useDesk()
  const held = draft as Readonly<Record<string, unknown>>
  return GROUPS.filter(([group]) => !isClient || !OF_WAREHOUSE.has(group)).map(([group, of]) => (
    <details key={group} className="desk-panel" open={group === 'receive'}>
      <summary>{speaker.maybe('pg', group)}</summary>
      <div className="desk-form">
        {group === 'site' ? (
          <ZoneField
            label={speaker.maybe('po', 'site.timeZone')}
            value={draft.site?.timeZone ?? UTC}
            onChange={timeZone => onChange({ ...draft, site: { timeZone } })}
          />
        ) : group === 'exceptions' ? (
          <LimitFields
            value={draft.exceptions?.limits ?? []}
            onChange={limits => onChange({ ...draft, exceptions: { limits } })}
          />
        ) : (
          <Group
            fields={fieldsOf(of)}
            value={held[group] ?? defaults[group]}
            nameOf={key => speaker.maybe('po', `${group}.${key}`)}
            onChange={next => onChange({ ...draft, [group]: next })}
          />
        )}
      </div>
    </details>
  ))
}
