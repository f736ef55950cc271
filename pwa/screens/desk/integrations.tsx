import { useState } from 'react'
import * as v from 'valibot'
import { Code } from '../../ui/code.tsx'
import { useDesk, whyNot } from './context.ts'
import { Drifts } from './drifts.tsx'
import { connectionsShape } from './erp-shapes.ts'
import type { Connection } from './erp-shapes.ts'
import { HeldMessages } from './held-messages.tsx'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { STOPPED, StoppedMessages } from './stopped-messages.tsx'
import { Listed } from './table.tsx'

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
              <li
                key={one.id}
                className="desk-card"
                data-worry={stopped > 0 || one.held !== null || one.circuit.state !== 'closed'}
              >
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
                {one.held === null ? null : (
                  <p className="desk-worry">▲ {speaker.say('i.held', { when: speaker.stamp(one.held.since) })}</p>
                )}
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
  const { speaker, api, me, tell } = useDesk()
  const compare = (): void => {
    const body = { worker: me.worker, connection: connection.id, session: v7() }
    api.post('/api/erp/compare', body, v.looseObject({})).then(
      () => tell(speaker.say('i.compared')),
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  const { held } = connection
  return (
    <>
      {held === null ? null : <HeldMessages connection={{ ...connection, held }} onChange={onChange} />}
      <h2>{speaker.say('i.messages')}</h2>
      <StoppedMessages connection={connection} onChange={onChange} />
      <h2>{speaker.say('i.drifts')}</h2>
      <div className="desk-tools">
        <button type="button" className="desk-button" onClick={compare}>
          {speaker.say('i.compare')}
        </button>
      </div>
      <Drifts connection={connection} />
    </>
  )
}
