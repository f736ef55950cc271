import { useState } from 'react'
import * as v from 'valibot'
import { Code } from '../../ui/code.tsx'
import { useDesk, whyNot } from './context.ts'
import { connectionsShape, driftsShape, messagesShape, settledShape } from './erp-shapes.ts'
import type { Connection, Message } from './erp-shapes.ts'
import { driftWords } from './exception-words.ts'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

const STOPPED = ['held', 'parked', 'dead'] as const
const sum = (messages: Readonly<Record<string, number>>, states: readonly string[]): number =>
  states.reduce((n, state) => n + (messages[state] ?? 0), 0)

/** Connections to ERPs: what goes through, what waits for somebody, and where the books differ. */
export const Integrations = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, api, me } = useDesk()
  const loaded = useLoaded('connections', () =>
    api.get('/api/erp/connections', { worker: me.worker }, connectionsShape),
  )
  const [open, setOpen] = useState<string | null>(null)
  useKeys({ Escape: () => setOpen(null) }, onScan)
  const connections = loaded.value?.connections ?? []
  const shown = connections.find(one => one.id === open) ?? (connections.length === 1 ? connections[0] : undefined)
  return (
    <section aria-label={speaker.say('s.integrations')}>
      <Listed loaded={{ ...loaded, isEmpty: connections.length === 0 }} empty={speaker.say('i.empty')}>
        <ul className="desk-cards">
          {connections.map(one => {
            const stopped = sum(one.messages, STOPPED)
            return (
              <li key={one.id} className="desk-card" data-worry={stopped > 0 || one.circuit.state !== 'closed'}>
                <h2>
                  <button type="button" className="desk-link" onClick={() => setOpen(one.id)}>
                    {one.name}
                  </button>
                </h2>
                <p>
                  <Code>{one.kind}</Code> · {speaker.maybe('i.mode', one.mode)}
                </p>
                <p>
                  {speaker.say('i.queue', { n: sum(one.messages, ['waiting', 'preparing', 'posting', 'unknown']) })}
                </p>
                {stopped === 0 ? null : <p className="desk-worry">▲ {speaker.say('i.stopped', { n: stopped })}</p>}
                {one.circuit.state === 'closed' ? null : (
                  <p className="desk-worry">▲ {speaker.say('i.circuit', { why: one.circuit.words ?? '' })}</p>
                )}
              </li>
            )
          })}
        </ul>
      </Listed>
      {shown === undefined ? null : <ConnectionPanel key={shown.id} connection={shown} onChange={loaded.reload} />}
    </section>
  )
}

const ConnectionPanel = ({ connection, onChange }: { connection: Connection; onChange: () => void }) => {
  const desk = useDesk()
  const { speaker, api, me, tell } = desk
  const query = { worker: me.worker, connection: connection.id }
  const stopped = useLoaded(`stopped ${connection.id}`, async () => {
    const parts = await Promise.all(
      STOPPED.map(state => api.get('/api/erp/messages', { ...query, state, limit: '100' }, messagesShape)),
    )
    return parts.flatMap(part => part.messages)
  })
  const settle = (keys: readonly string[], action: object): void => {
    const body = { ...query, session: v7(), filter: { keys }, action }
    api.post('/api/erp/messages', body, settledShape).then(
      ({ settled }) => {
        tell(speaker.say('i.sent', { n: settled }))
        stopped.reload()
        onChange()
        desk.changed()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  const rows = stopped.value ?? []
  return (
    <>
      <h2>{speaker.say('i.messages')}</h2>
      <Listed loaded={{ ...stopped, isEmpty: rows.length === 0 }} empty={speaker.say('i.none')}>
        <div className="desk-tools">
          <button
            type="button"
            className="desk-button"
            onClick={() =>
              settle(
                rows.map(row => row.key),
                { kind: 'replay' },
              )
            }
          >
            {speaker.say('i.again')} ({speaker.number(rows.length)})
          </button>
        </div>
        <Table<Message>
          caption={speaker.say('i.messages')}
          rows={rows}
          rowKey={row => row.key}
          columns={[
            { key: 'type', head: speaker.say('u.kind'), cell: row => speaker.maybe('m', row.type) },
            { key: 'state', head: speaker.say('d.state'), cell: row => speaker.maybe('state', row.state) },
            { key: 'why', head: speaker.say('a.flags'), cell: row => row.question ?? row.gap ?? row.errorClass ?? '' },
            { key: 'tries', head: speaker.say('a.tries'), number: true, cell: row => row.attempts },
            { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.createdAt) },
          ]}
          renderActs={row => <MessageActs key={row.key} onAct={action => settle([row.key], action)} />}
        />
      </Listed>
      <Drifts connection={connection} />
    </>
  )
}

const MessageActs = ({ onAct }: { onAct: (action: object) => void }) => {
  const { speaker } = useDesk()
  const [reason, setReason] = useState<string | null>(null)
  if (reason === null)
    return (
      <span className="desk-inline">
        <button type="button" className="desk-button" onClick={() => onAct({ kind: 'replay' })}>
          {speaker.say('i.again')}
        </button>
        <button type="button" className="desk-button" onClick={() => setReason('')}>
          {speaker.say('i.skip')}
        </button>
      </span>
    )
  return (
    <form
      className="desk-inline"
      onSubmit={event => {
        event.preventDefault()
        if (reason.trim() !== '') onAct({ kind: 'skip', reason: reason.trim() })
      }}
    >
      <input
        aria-label={speaker.say('a.reason')}
        value={reason}
        maxLength={500}
        onChange={event => setReason(event.currentTarget.value)}
      />
      <button type="submit" className="desk-button">
        {speaker.say('i.skip')}
      </button>
    </form>
  )
}

/** Where the books differ, and the way to compare them now. */
const Drifts = ({ connection }: { connection: Connection }) => {
  const { speaker, api, me, tell } = useDesk()
  const query = { worker: me.worker, connection: connection.id }
  const drifts = useLoaded(`drifts ${connection.id}`, () =>
    api.get('/api/erp/drifts', { ...query, limit: '100' }, driftsShape),
  )
  const compare = (): void => {
    api.post('/api/erp/compare', { ...query, session: v7() }, v.looseObject({})).then(
      () => tell(speaker.say('i.compared')),
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <>
      <h2>{speaker.say('i.drifts')}</h2>
      <div className="desk-tools">
        <button type="button" className="desk-button" onClick={compare}>
          {speaker.say('i.compare')}
        </button>
      </div>
      <Listed loaded={{ ...drifts, isEmpty: drifts.value?.drifts.length === 0 }} empty={speaker.say('i.equal')}>
        <Table
          caption={speaker.say('i.drifts')}
          rows={drifts.value?.drifts ?? []}
          rowKey={row => `${row.item} ${row.location} ${row.lot}`}
          columns={[
            { key: 'item', head: speaker.say('a.item'), code: true, cell: row => row.item },
            { key: 'place', head: speaker.say('a.place'), code: true, cell: row => row.location },
            { key: 'lot', head: speaker.say('a.lot'), code: true, cell: row => row.lot },
            { key: 'ours', head: speaker.say('i.ours'), number: true, cell: row => speaker.number(row.ours) },
            { key: 'theirs', head: speaker.say('i.theirs'), number: true, cell: row => speaker.number(row.theirs) },
            { key: 'drift', head: speaker.say('a.delta'), number: true, cell: row => speaker.signed(row.drift) },
            { key: 'class', head: speaker.say('i.class'), cell: row => driftWords(speaker.language, row.class) },
            { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.lastAt) },
          ]}
        />
      </Listed>
    </>
  )
}
