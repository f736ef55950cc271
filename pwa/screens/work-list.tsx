import type { FunctionComponent } from 'react'
import type { ProcessName } from '../../shared/process/process.ts'
import { useApp, zoneHere } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { shortTime } from '../app/short-time.ts'
import { heldByOthers, workFor } from '../app/work.ts'
import type { HeldWork, Work } from '../app/work.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { AsOf } from './as-of.tsx'
import { learnHand } from '../words/hand.ts'
import { late, MissingPart } from './late.tsx'
import { useHand } from './use-hand.ts'

/** Longer lists are searched by scanning, not by scrolling. */
const SHOWN_MAX = 50

export const useWork = (): readonly Work[] => {
  const { handheld, processes, state } = useApp()
  if (state.session === null) return []
  return workFor(handheld.world(), state.session.worker, handheld.device, processes)
}

/** The open tasks of one process; a tap does what scanning their number does. Below them what others have, to be taken over. */
export const WorkList = ({ kind }: { kind: ProcessName }) => {
  const app = useApp()
  const { controller, handheld, processes, speaker, state } = app
  const rows = useWork()
    .filter(row => row.kind === kind)
    .slice(0, SHOWN_MAX)
  const held =
    state.session === null ? [] : heldByOthers(handheld.world(), state.session.worker, handheld.device, processes)
  const others = held.filter(row => row.kind === kind).slice(0, SHOWN_MAX)
  return (
    <div className="stack">
      {rows.length === 0 ? <p className="quiet">{speaker.say('no.work')}</p> : null}
      {rows.map(row => (
        <Button key={row.task} kind="row" onPress={() => void controller.openRow(row.task)}>
          <Code>{row.number}</Code>
          <span>
            {row.waits ? speaker.say('waits') : row.lines > 0 ? speaker.say('lines', { n: row.lines }) : null}
            {row.lines === 0 && row.to !== null ? <Code>→ {row.to}</Code> : null}
          </span>
        </Button>
      ))}
      {others.length === 0 ? null : <Others app={app} rows={others} />}
      <AsOf />
    </div>
  )
}

type OthersProps = { app: App; rows: readonly HeldWork[] }
const Others = late(async (language): Promise<FunctionComponent<OthersProps>> => {
  await learnHand(language)
  return ({ app, rows }) => rows.map(row => <Held key={row.task} app={app} row={row} />)
}, MissingPart)

/** Somebody has it: a tap asks whether to take it over, as a scan of its number does. */
const Held = ({ app, row }: { app: App; row: HeldWork }) => {
  const hand = useHand(app.chosen.language)
  const known = app.handheld.roster()?.workers.find(worker => worker.id === row.by)
  const name = known?.name ?? '?'
  const said =
    row.since === null
      ? hand.say('lease.held', { name })
      : hand.say('lease.since', { name, time: shortTime(row.since, app.handheld.now(), zoneHere(app)) })
  return (
    <Button kind="row" className="held" onPress={() => void app.controller.openRow(row.task)}>
      <Code>{row.number}</Code>
      <span className="quiet">{said}</span>
    </Button>
  )
}
