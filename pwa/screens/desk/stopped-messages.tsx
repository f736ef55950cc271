import { useState } from 'react'
import { useDesk, whyNot } from './context.ts'
import { messagesShape, settledShape } from './erp-shapes.ts'
import type { Connection, Message } from './erp-shapes.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import { ReasonField } from './reason-field.tsx'
import { Listed, Table } from './table.tsx'

export const STOPPED = ['held', 'parked', 'dead'] as const

type Props = { connection: Pick<Connection, 'id'>; onChange: () => void }

/** Messages to an ERP that wait for somebody: sent again, skipped with a reason, or the ERP's question answered. */
export const StoppedMessages = ({ connection, onChange }: Props) => {
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
  const all = rows.map(row => row.key)
  return (
    <Listed loaded={{ ...stopped, isEmpty: rows.length === 0 }} empty={speaker.say('i.none')}>
      <div className="desk-tools">
        <button type="button" className="desk-button" onClick={() => settle(all, { kind: 'replay' })}>
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
        renderActs={row => <MessageActs key={row.key} message={row} onAct={action => settle([row.key], action)} />}
      />
    </Listed>
  )
}

const MessageActs = ({ message, onAct }: { message: Message; onAct: (action: object) => void }) => {
  const { speaker } = useDesk()
  const [reason, setReason] = useState<string | null>(null)
  const { ask } = message
  if (reason === null)
    return (
      <span className="desk-inline">
        {ask === null
          ? null
          : ask.answers.map(({ id, text }) => (
              <button
                key={id}
                type="button"
                className="desk-button primary"
                onClick={() => onAct({ kind: 'answer', question: ask.id, answer: id })}
              >
                {text}
              </button>
            ))}
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
      <ReasonField value={reason} onChange={setReason} />
      <button type="submit" className="desk-button">
        {speaker.say('i.skip')}
      </button>
    </form>
  )
}
