import type { FeedbackEvent } from '../app/events.ts'
import type { AppState } from '../app/state.ts'
import type { Speaker } from '../words/words.ts'
import { Said } from './said.tsx'

export const MARKS: Readonly<Record<FeedbackEvent, string>> = {
  right: '✓',
  line: '✓✓',
  task: '★',
  number: '#',
  note: '●',
  ask: '?',
  wrong: '✕',
  unknown: '?',
  over: '▲',
  duplicate: '↻',
  undo: '↶',
  offline: '○',
  online: '✓',
  refused: '▲',
  notSaved: '✕',
  ring: '!',
}

/** The last answer. The only assertive live region of the app. */
export const Band = ({ state, speaker }: { state: AppState; speaker: Speaker }) => {
  const slow = state.saving === 'slow'
  const band = slow ? null : state.band
  return (
    <div className="band" role="alert" aria-live="assertive" {...(band?.event ? { 'data-event': band.event } : {})}>
      {slow ? speaker.say('saving') : null}
      {band === null ? null : (
        <>
          <span aria-hidden="true">{band.event ? MARKS[band.event] : ''}</span>
          <span>
            <Said say={band.say} speaker={speaker} />
            {band.then === undefined ? null : <Then say={band.then} speaker={speaker} />}
          </span>
        </>
      )}
    </div>
  )
}

/** A sentence of its own, after the answer. */
const Then = ({ say, speaker }: Parameters<typeof Said>[0]) => (
  <>
    {'. '}
    <Said say={say} speaker={speaker} />
  </>
)
