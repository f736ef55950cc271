import { useState } from 'react'
import { Code } from '../../ui/code.tsx'
import { ConnectionForm } from './connection-form.tsx'
import { ConnectionReport } from './connection-report.tsx'
import { connectionListShape, kindsShape } from './connection-shapes.ts'
import type { StoredConnection } from './connection-shapes.ts'
import { useDesk } from './context.ts'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'

const fresh = (kind: string): StoredConnection => ({
  id: v7(),
  name: '',
  kind,
  settings: {},
  secrets: {},
  mode: 'shadow',
  version: 0,
  allow: {},
  takes: {},
  health: null,
  healthAt: null,
})

/** Connections are made and changed here; what goes through them is looked at under Integrations. */
export const Connections = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, api, me } = useDesk()
  const query = { worker: me.worker }
  const kinds = useLoaded('kinds', () => api.get('/api/erp/kinds', query, kindsShape))
  const list = useLoaded('stored connections', () => api.get('/api/erp/connections', query, connectionListShape))
  const [open, setOpen] = useState<StoredConnection | null>(null)
  useKeys({ Escape: () => setOpen(null) }, onScan)
  const stored = list.value?.connections ?? []
  const present = stored.find(one => one.id === open?.id) ?? open
  const known = kinds.value?.kinds ?? []
  return (
    <section aria-label={speaker.say('s.connections')}>
      <div className="desk-tools">
        <button
          type="button"
          className="desk-button primary"
          disabled={known.length === 0}
          onClick={() => setOpen(fresh(known[0]?.name ?? ''))}
        >
          {speaker.say('cn.add')}
        </button>
      </div>
      <Listed loaded={{ ...list, isEmpty: stored.length === 0 }} empty={speaker.say('cn.none')}>
        <ul className="desk-cards">
          {stored.map(one => (
            <Card key={one.id} connection={one} onOpen={() => setOpen(one)} />
          ))}
        </ul>
      </Listed>
      {present === null || known.length === 0 ? null : (
        <ConnectionForm
          key={`${present.id} ${present.version}`}
          connection={present}
          kinds={known}
          onSaved={after => {
            setOpen(after)
            list.reload()
          }}
          onClose={() => setOpen(null)}
        />
      )}
      {present === null || present.version === 0 ? null : (
        <ConnectionReport key={`${present.id} report`} connection={present} onChange={list.reload} />
      )}
    </section>
  )
}

const Card = ({ connection, onOpen }: { connection: StoredConnection; onOpen: () => void }) => {
  const { speaker } = useDesk()
  const { name, kind, mode, health } = connection
  const problems = health?.problems.length ?? 0
  return (
    <li className="desk-card" data-worry={health?.ok === false}>
      <h2>
        <button type="button" className="desk-link" onClick={onOpen}>
          {name}
        </button>
      </h2>
      <p>
        <Code>{kind}</Code> · {speaker.say(`cn.${mode}`)}
      </p>
      <p className={health?.ok === false ? 'desk-worry' : 'desk-quiet'}>
        {health === null
          ? speaker.say('cn.never')
          : health.ok
            ? speaker.say('cn.good', { version: health.version ?? '' })
            : speaker.say('cn.problems', { n: problems })}
      </p>
    </li>
  )
}
