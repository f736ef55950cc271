import * as v from 'valibot'
import { useDesk, whyNot } from './context.ts'
import type { Connection } from './erp-shapes.ts'
import { v7 } from './id.ts'

type Props = { connection: Connection & { held: NonNullable<Connection['held']> }; onChange: () => void }

/** Nothing is sent after the server has lost something, until somebody has looked and lets it go. */
export const HeldMessages = ({ connection, onChange }: Props) => {
  const { speaker, api, me, tell } = useDesk()
  const { since, why, missing } = connection.held
  const letGo = (): void => {
    const body = { worker: me.worker, connection: connection.id, session: v7() }
    api.post('/api/erp/let-go', body, v.looseObject({ letGo: v.boolean() })).then(
      () => {
        tell(speaker.say('i.held.gone'))
        onChange()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <div className="desk-panel" role="status">
      <p className="desk-worry">▲ {speaker.say('i.held', { when: speaker.stamp(since) })}</p>
      <p>{speaker.say(`i.held.${why}`)}</p>
      <p>
        {missing.length === 0
          ? speaker.say('i.held.all')
          : speaker.say('i.held.missing', { n: missing.length, which: missing.join(', ') })}
      </p>
      <p className="desk-quiet">{speaker.say('i.held.how')}</p>
      <div className="desk-tools">
        <button type="button" className="desk-button" onClick={letGo}>
          {speaker.say('i.held.go')}
        </button>
      </div>
    </div>
  )
}
