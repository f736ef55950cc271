import { useState } from 'react'
import { checkedShape, flawsShape, MAPPING_KINDS, mappingsShape, rehearsalShape } from './connection-shapes.ts'
import type { MappingRow, StoredConnection } from './connection-shapes.ts'
import * as v from 'valibot'
import { useDesk, whyNot } from './context.ts'
import { textOf } from './form.ts'
import { v7 } from './id.ts'
import { MoreButton } from './more.tsx'
import { useLoaded, usePaged } from './query.ts'
import { Listed, Table } from './table.tsx'

type Props = { connection: StoredConnection; onChange: () => void }

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** What a connection lacks before it may go live: over there, in the mapping, in the data. */
export const ConnectionReport = ({ connection, onChange }: Props) => {
  const { speaker, me } = useDesk()
  const query = { worker: me.worker, connection: connection.id }
  return (
    <>
      <Check connection={connection} query={query} onChange={onChange} />
      <Rehearsal query={query} />
      <h2>{speaker.say('cn.mappings')}</h2>
      <Mappings query={query} />
      <h2>{speaker.say('cn.flaws')}</h2>
      <Flaws query={query} />
    </>
  )
}

type Query = { worker: string; connection: string }

const Check = ({ connection, query, onChange }: Props & { query: Query }) => {
  const { speaker, api } = useDesk()
  const [at, setAt] = useState<{ kind: 'idle' } | { kind: 'busy' } | { kind: 'words'; words: string }>({ kind: 'idle' })
  const check = (): void => {
    setAt({ kind: 'busy' })
    api.post('/api/erp/check', { ...query, session: v7() }, checkedShape).then(
      found => {
        setAt(found.ok === undefined ? { kind: 'words', words: found.words ?? '' } : { kind: 'idle' })
        onChange()
      },
      (error: unknown) => setAt({ kind: 'words', words: whyNot(speaker, error) }),
    )
  }
  const { health, healthAt } = connection
  return (
    <div className="desk-panel" role="status">
      <div className="desk-tools">
        <button type="button" className="desk-button" disabled={at.kind === 'busy'} onClick={check}>
          {speaker.say(at.kind === 'busy' ? 'cn.checking' : 'cn.check')}
        </button>
      </div>
      {at.kind === 'words' ? <p className="desk-worry">▲ {at.words}</p> : null}
      {health === null ? (
        <p className="desk-quiet">{speaker.say('cn.never')}</p>
      ) : (
        <p>
          {health.ok
            ? speaker.say('cn.good', { version: health.version ?? '' })
            : speaker.say('cn.problems', { n: health.problems.length })}{' '}
          · {speaker.stamp(healthAt)}
        </p>
      )}
      <ul>
        {(health?.problems ?? []).map(({ subject, words }) => (
          <li key={`${subject} ${words}`}>
            <strong>{subject}</strong>: {words}
          </li>
        ))}
      </ul>
    </div>
  )
}

const Rehearsal = ({ query }: { query: Query }) => {
  const { speaker, api } = useDesk()
  const loaded = useLoaded(
    `rehearsal ${query.connection}`,
    () => api.get('/api/erp/rehearsal', query, rehearsalShape),
    5_000,
  )
  const report = loaded.value
  return (
    <Listed loaded={{ ...loaded, isEmpty: false }} empty="">
      {report === null ? null : (
        <div className="desk-panel">
          <h2>{speaker.say('cn.rehearsal')}</h2>
          <p className={report.ready ? '' : 'desk-worry'}>{speaker.say(report.ready ? 'cn.ready' : 'cn.notReady')}</p>
          <dl className="desk-facts">
            {(
              [
                ['cn.prepared', sum(report.prepared)],
                ['cn.gaps', report.gaps.length],
                ['cn.stopped', report.stopped.length],
                ['cn.differences', sum(report.differences)],
              ] as const
            ).map(([word, n]) => (
              <div key={word}>
                <dt>{speaker.say(word)}</dt>
                <dd>{speaker.number(n)}</dd>
              </div>
            ))}
          </dl>
          <ul>
            {report.gaps.map(({ gap, waiting }) => (
              <li key={gap}>{speaker.say('cn.gap', { gap, n: waiting })}</li>
            ))}
          </ul>
        </div>
      )}
    </Listed>
  )
}

const Mappings = ({ query }: { query: Query }) => {
  const { speaker, api, tell } = useDesk()
  const loaded = useLoaded(`mappings ${query.connection}`, () => api.get('/api/erp/mappings', query, mappingsShape))
  const put = (row: Omit<MappingRow, 'theirs'> & { theirs: string | null }): void => {
    const { kind, ours, theirs } = row
    const body = { ...query, session: v7(), rows: [{ kind, ours, theirs }] }
    api.post('/api/erp/mappings', body, v.looseObject({ released: v.number() })).then(
      ({ released }) => {
        tell(speaker.say('cn.map.saved', { n: released }))
        loaded.reload()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  const rows = loaded.value?.mappings ?? []
  return (
    <>
      <Listed loaded={{ ...loaded, isEmpty: rows.length === 0 }} empty={speaker.say('cn.map.none')}>
        <Table
          caption={speaker.say('cn.mappings')}
          rows={rows}
          rowKey={row => `${row.kind} ${row.ours}`}
          columns={[
            { key: 'kind', head: speaker.say('cn.map.kind'), cell: row => speaker.say(`mk.${row.kind}`) },
            { key: 'ours', head: speaker.say('cn.map.ours'), code: true, cell: row => row.ours },
            { key: 'theirs', head: speaker.say('cn.map.theirs'), code: true, cell: row => row.theirs },
          ]}
          renderActs={row => (
            <button type="button" className="desk-button" onClick={() => put({ ...row, theirs: null })}>
              {speaker.say('cn.map.remove')}
            </button>
          )}
        />
      </Listed>
      <AddMapping onAdd={put} />
    </>
  )
}

const AddMapping = ({ onAdd }: { onAdd: (row: MappingRow) => void }) => {
  const { speaker } = useDesk()
  return (
    <form
      className="desk-inline"
      onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const kind = MAPPING_KINDS.find(one => one === textOf(form, 'kind'))
        if (kind === undefined) return
        onAdd({ kind, ours: textOf(form, 'ours').trim(), theirs: textOf(form, 'theirs').trim() })
        event.currentTarget.reset()
      }}
    >
      <select name="kind" aria-label={speaker.say('cn.map.kind')}>
        {MAPPING_KINDS.map(kind => (
          <option key={kind} value={kind}>
            {speaker.say(`mk.${kind}`)}
          </option>
        ))}
      </select>
      <input
        name="ours"
        required
        maxLength={200}
        aria-label={speaker.say('cn.map.ours')}
        placeholder={speaker.say('cn.map.ours')}
      />
      <input
        name="theirs"
        required
        maxLength={200}
        aria-label={speaker.say('cn.map.theirs')}
        placeholder={speaker.say('cn.map.theirs')}
      />
      <button type="submit" className="desk-button">
        {speaker.say('cn.map.add')}
      </button>
    </form>
  )
}

const Flaws = ({ query }: { query: Query }) => {
  const { speaker, api } = useDesk()
  const list = usePaged(`flaws ${query.connection}`, async after => {
    const page = after === '' ? {} : { after }
    const { flaws, next } = await api.get('/api/erp/flaws', { ...query, ...page, limit: '100' }, flawsShape)
    return { rows: flaws, next }
  })
  return (
    <Listed loaded={list} empty={speaker.say('cn.flaws.none')}>
      <Table
        caption={speaker.say('cn.flaws')}
        rows={list.value ?? []}
        rowKey={row => `${row.kind} ${row.remote} ${row.field} ${row.problem}`}
        columns={[
          { key: 'name', head: speaker.say('cn.flaw.record'), cell: row => (row.name === '' ? row.remote : row.name) },
          { key: 'field', head: speaker.say('cn.flaw.field'), code: true, cell: row => row.field },
          { key: 'problem', head: speaker.say('cn.flaw.problem'), cell: row => speaker.maybe('fp', row.problem) },
          { key: 'value', head: speaker.say('cn.flaw.value'), cell: row => row.value },
          { key: 'effect', head: speaker.say('cn.flaw.effect'), cell: row => speaker.maybe('fe', row.effect) },
        ]}
      />
      <MoreButton more={list.more} />
    </Listed>
  )
}
