import { useState } from 'react'
import { policyVersionsSchema } from '../../../shared/desk/policy-versions.ts'
import type { PolicyChange, PolicyVersions } from '../../../shared/desk/policy-versions.ts'
import { decisionAnswerSchema } from '../../../shared/sync/decision.ts'
import { limitsText } from './policy-limits.tsx'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { v7 } from './id.ts'
import { MoreButton } from './more.tsx'
import { usePaged } from './query.ts'
import { Listed, Table } from './table.tsx'

type Row = PolicyVersions['rows'][number]
type Props = { version: number; onRestored: (version: number) => void }

/** Every version with who has made it, when, and what it has changed; one press makes an earlier one the newest. */
export const PolicyHistory = ({ version, onRestored }: Props) => {
  const { speaker, names, api, me, tell, siteChanged } = useDesk()
  const [isBusy, setBusy] = useState(false)
  const list = usePaged<Row>(`policy versions ${version}`, after =>
    api.get('/api/policies/versions', { worker: me.worker, after }, policyVersionsSchema),
  )
  const restore = (row: Row): void => {
    setBusy(true)
    const ask = { id: v7(), expectedVersion: version, version: row.version }
    api
      .post('/api/policies/restore', { worker: me.worker, session: v7(), ...ask }, decisionAnswerSchema)
      .then(
        answer => {
          if (answer.outcome !== 'done') return tell(speaker.say('po.restore.stale'))
          tell(speaker.say('po.restored', { n: answer.version ?? 0, was: row.version }))
          siteChanged()
          onRestored(answer.version ?? 0)
        },
        (error: unknown) => tell(whyNot(speaker, error)),
      )
      .finally(() => setBusy(false))
  }
  return (
    <>
      <h2>{speaker.say('po.history')}</h2>
      <Listed loaded={list} empty={speaker.say('po.none')}>
        <Table
          caption={speaker.say('po.history')}
          rows={list.value ?? []}
          rowKey={row => String(row.version)}
          columns={[
            { key: 'version', head: speaker.say('po.number'), number: true, cell: row => speaker.number(row.version) },
            { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.at) },
            {
              key: 'by',
              head: speaker.say('a.by'),
              cell: row => (row.worker === null ? speaker.say('t.server') : names.person(row.worker)),
            },
            { key: 'what', head: speaker.say('po.what'), cell: row => whatOf({ speaker, names }, row) },
          ]}
          renderActs={row =>
            row.version === version ? (
              speaker.say('po.present')
            ) : (
              <button type="button" className="desk-button" disabled={isBusy} onClick={() => restore(row)}>
                {speaker.say('po.restore', { n: row.version })}
              </button>
            )
          }
        />
        <MoreButton more={list.more} />
      </Listed>
    </>
  )
}

type Says = Pick<Desk, 'speaker' | 'names'>

const whatOf = (says: Says, { changes, restored }: Row): string =>
  [
    ...(restored === null ? [] : [says.speaker.say('po.isRestored', { n: restored })]),
    ...changes.map(change => changeText(says, change)),
  ].join('; ') || says.speaker.say('po.unchanged')

const changeText = ({ speaker, names }: Says, { client, key, before, after }: PolicyChange): string => {
  const name = client === null ? '' : names.client(client)
  if (key === '') return speaker.say(after === true ? 'po.own' : 'po.asWarehouse', { client: name })
  const text = key === 'exceptions.limits' ? limitsText : valueText
  const [was, is] = [text(speaker, before), text(speaker, after)]
  const said = speaker.say('po.change', { key: speaker.maybe('po', key), was, is })
  return client === null ? said : `${name}: ${said}`
}

/** A value of a policy in words, as its form shows it. */
const valueText = (speaker: Desk['speaker'], value: unknown): string => {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return speaker.maybe('pv', value ? 'yes' : 'no')
  if (typeof value === 'number') return speaker.number(value)
  if (typeof value === 'string') return speaker.maybe('pv', value)
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(one => valueText(speaker, one)).join(', ')
  return Object.entries(value)
    .map(([key, one]) => `${speaker.maybe('pk', key)} ${valueText(speaker, one)}`)
    .join(', ')
}
