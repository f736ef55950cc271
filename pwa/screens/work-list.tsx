import { useEffect, useState } from 'react'
import type { FunctionComponent } from 'react'
import type { ItemId } from '../../shared/ids.ts'
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
  useItems(handheld, rows)
  const others = held.filter(row => row.kind === kind).slice(0, SHOWN_MAX)
  return (
    <div className="stack">
      {rows.length === 0 ? <p className="quiet">{speaker.say('no.work')}</p> : null}
      {rows.map(row => (
        <Button key={row.task} kind="row" onPress={() => void controller.openRow(row.task)}>
          <span>
            <Code>{row.number}</Code> <Goods app={app} row={row} />
          </span>
          <span className="beside">
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

const Goods = ({ app, row: { item, pallet } }: { app: App; row: Work }) => {
  if (pallet !== null) return <Code>{pallet}</Code>
  return item === null ? null : <bdi translate="no">{app.handheld.world().item(item)?.name}</bdi>
}

/** Items come from the catalogue: those that are not here yet are fetched, and the list is drawn again. */
const useItems = (handheld: App['handheld'], rows: readonly Work[]): void => {
  const [, again] = useState(0)
  const missing = rows.flatMap(({ item }) => (item !== null && handheld.world().item(item) === undefined ? [item] : []))
  const asked = missing.join()
  useEffect(() => {
    if (asked === '') return
    let gone = false
    const fetched = handheld.loadItems(asked.split(',') as ItemId[])
    void fetched.then(
      items => (gone || items.length === 0 ? undefined : again(n => n + 1)),
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [handheld, asked])
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
