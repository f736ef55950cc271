import { useState } from 'react'
import { erasedSchema } from '../../../shared/desk/chain.ts'
import { peopleAnswerSchema } from '../../../shared/desk/people.ts'
import type { Person } from '../../../shared/desk/people.ts'
import { useDesk, whyNot } from './context.ts'

/** The name of somebody who has left. Asked for twice: it cannot be taken back. */
export const EraseName = ({ person, onDone }: { person: Person; onDone: () => void }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const [isSure, setSure] = useState(false)
  const erase = async (): Promise<void> => {
    const { version } = await api.get('/api/desk/people', {}, peopleAnswerSchema)
    const ask = { worker: person.id, expectedVersion: version }
    const { name, notes } = await api.post('/api/desk/people/erase', ask, erasedSchema)
    desk.tell(speaker.say(notes === 0 ? 'e.done' : 'e.done.notes', { name, n: notes }))
    onDone()
  }
  return (
    <div className="desk-actions">
      <button
        type="button"
        className="desk-button"
        onClick={() => {
          if (isSure) erase().catch((error: unknown) => desk.tell(whyNot(speaker, error)))
          else setSure(true)
        }}
      >
        {speaker.say(isSure ? 'e.sure' : 'e.erase')}
      </button>
      {isSure ? <span className="desk-worry">▲ {speaker.say('e.why')}</span> : null}
    </div>
  )
}
