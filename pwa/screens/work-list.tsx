import type { ProcessName } from '../../shared/process/process.ts'
import { useApp } from '../app/services.ts'
import { workFor } from '../app/work.ts'
import type { Work } from '../app/work.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'

/** Longer lists are searched by scanning, not by scrolling. */
const SHOWN_MAX = 50

export const useWork = (): readonly Work[] => {
  const { handheld, processes, state } = useApp()
  if (state.session === null) return []
  return workFor(handheld.world(), state.session.worker, handheld.device, processes)
}

/** The open tasks of one process; a tap does what scanning their number does. */
export const WorkList = ({ kind }: { kind: ProcessName }) => {
  const { controller, speaker } = useApp()
  const rows = useWork()
    .filter(row => row.kind === kind)
    .slice(0, SHOWN_MAX)
  if (rows.length === 0) return <p className="quiet">{speaker.say('no.work')}</p>
  return (
    <div className="stack">
      {rows.map(row => (
        <Button key={row.task} kind="row" onPress={() => void controller.openRow(row.task)}>
          <Code>{row.number}</Code>
          <span>
            {row.waits ? speaker.say('waits') : row.lines > 0 ? speaker.say('lines', { n: row.lines }) : null}
            {row.lines === 0 && row.to !== null ? <Code>→ {row.to}</Code> : null}
          </span>
        </Button>
      ))}
    </div>
  )
}
