import { useApp } from '../app/services.ts'
import type { Band, Say } from '../app/state.ts'
import { MARKS } from '../ui/band.tsx'
import { Code } from '../ui/code.tsx'
import { Said } from '../ui/said.tsx'

/** What was scanned and what is wanted, in the middle, until the next right scan. Scanning on never needs a tap. */
export const TroublePanel = ({ band }: { band: Band }) => {
  const { speaker } = useApp()
  return (
    <div className="trouble" data-event={band.event ?? 'wrong'}>
      <span className="mark" aria-hidden="true">
        {band.event ? MARKS[band.event] : ''}
      </span>
      {band.scanned === null ? null : (
        <p>
          <Code>{band.scanned.slice(0, 80)}</Code>
        </p>
      )}
      <p aria-hidden="true">
        <Said say={band.say} speaker={speaker} />
      </p>
      {band.then === undefined ? null : (
        <p aria-hidden="true">
          <Said say={band.then} speaker={speaker} />
        </p>
      )}
    </div>
  )
}

/** The amber question: it records nothing while it stands. */
export const AskPanel = ({ say }: { say: Say }) => {
  const { speaker } = useApp()
  return (
    <div className="trouble" data-event="ask">
      <span className="mark" aria-hidden="true">
        ?
      </span>
      <p>
        <Said say={say} speaker={speaker} />
      </p>
    </div>
  )
}
