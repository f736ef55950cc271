import { useDesk } from './context.ts'
import { Drifts } from './drifts.tsx'
import { connectionsShape } from './erp-shapes.ts'
import type { Connection } from './erp-shapes.ts'
import { useLive, useLoaded } from './query.ts'
import { STOPPED, StoppedMessages } from './stopped-messages.tsx'

const stoppedOf = ({ messages }: Connection): number => STOPPED.reduce((n, state) => n + (messages[state] ?? 0), 0)

/** What the ERPs leave open, beside the exceptions of the floor; nothing for who looks after no connection. */
export const ErpCauses = () => {
  const { speaker, api, me } = useDesk()
  const loaded = useLoaded('connections with causes', async () => {
    const isAllowed =
      me.clients === null && me.roles.some(role => ['supervisor', 'integrator', 'administrator'].includes(role))
    return isAllowed ? api.get('/api/erp/connections', { worker: me.worker }, connectionsShape) : { connections: [] }
  })
  useLive(loaded.reload)
  return (loaded.value?.connections ?? [])
    .filter(one => stoppedOf(one) > 0 || one.drifts > 0)
    .map(one => (
      <section key={one.id} className="desk-group" aria-label={one.name}>
        <h2>
          {one.name} <small>{speaker.number(stoppedOf(one) + one.drifts)}</small>
        </h2>
        {stoppedOf(one) === 0 ? null : (
          <>
            <h3>{speaker.say('i.messages')}</h3>
            <StoppedMessages connection={one} onChange={loaded.reload} />
          </>
        )}
        {one.drifts === 0 ? null : (
          <>
            <h3>{speaker.say('i.drifts')}</h3>
            <Drifts connection={one} />
          </>
        )}
      </section>
    ))
}
