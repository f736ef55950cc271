import { useState } from 'react'
import * as v from 'valibot'
import { logAnswerSchema } from '../../../shared/desk/calls.ts'
import type { LogAnswer } from '../../../shared/desk/calls.ts'
import type { CallKind } from '../../../shared/sync/calls.ts'
import { devicesAnswerSchema, enrolCodeSchema } from '../../../shared/desk/view.ts'
import type { EnrolCode } from '../../../shared/desk/view.ts'
import { Code } from '../../ui/code.tsx'
import { Refused } from './api.ts'
import { useDesk, whyNot } from './context.ts'
import { LogPanel, MessagePanel } from './devices-call.tsx'
import { DeviceCard } from './devices-card.tsx'
import type { DeviceActs, DeviceRow } from './devices-card.tsx'
import { LossPanel } from './devices-loss.tsx'
import { Strangers } from './devices-strangers.tsx'
import { enrolTrouble } from './enrol-trouble.ts'
import { v7 } from './id.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'
import { alsoOn } from './twice.ts'

const LOOK_MS = 5_000

/** Worst first: what is wrong, then what waits longest. */
const worry = (row: DeviceRow): number =>
  (row.state === 'frozen' ? 1e12 : 0) +
  (row.lost ? 1e11 : 0) +
  (row.loss !== null && row.loss.counted < row.loss.places ? 1e10 : 0) +
  (row.state === 'active' ? row.missing * 1e4 + row.pending + (row.clockOff === null ? 0 : 0.5) : -1)

/** What stands beside the list; one thing at a time. */
type Panel =
  | { kind: 'enrol'; code: EnrolCode }
  | { kind: 'message' | 'loss' | 'revoke'; row: DeviceRow }
  | { kind: 'log'; log: LogAnswer }
  | null

export const Devices = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, api, me, tell } = useDesk()
  const loaded = useLoaded('devices', () => api.get('/api/desk/devices', {}, devicesAnswerSchema), LOOK_MS)
  const [panel, setPanel] = useState<Panel>(null)
  const close = (): void => setPanel(null)
  useKeys({ Escape: close }, onScan)
  const rows = (loaded.value?.rows ?? []).toSorted((a, b) => worry(b) - worry(a) || a.number - b.number)
  // A handheld is not of some clients only.
  const mayChange = me.clients === null && me.roles.some(role => role === 'supervisor' || role === 'administrator')
  const run = (what: () => Promise<void>): void => {
    what().catch((error: unknown) => {
      const isFull = error instanceof Refused && error.code === 'busy'
      tell(isFull ? speaker.say('v.call.full') : whyNot(speaker, error))
    })
  }
  const send = (row: DeviceRow, call: { kind: CallKind; id: string; text?: string }): void =>
    run(async () => {
      await api.post('/api/desk/devices/call', { ...call, device: row.id }, v.object({}))
      tell(speaker.say(`v.call.done.${call.kind}`, { n: row.number }))
      close()
      loaded.reload()
    })
  const call = (kind: CallKind) => (row: DeviceRow) => send(row, { kind, id: v7() })
  const acts: DeviceActs = {
    ring: call('ring'),
    out: call('out'),
    logs: call('logs'),
    showLog: row =>
      run(async () => {
        const log = await api.get('/api/desk/devices/log', { call: row.id }, logAnswerSchema)
        setPanel({ kind: 'log', log })
      }),
    message: row => setPanel({ kind: 'message', row }),
    loss: row => setPanel({ kind: 'loss', row }),
    revoke: row => setPanel({ kind: 'revoke', row }),
  }
  const enrol = async () => setPanel({ kind: 'enrol', code: await api.post('/api/desk/enrol', {}, enrolCodeSchema) })
  const revoke = async (row: DeviceRow): Promise<void> => {
    await api.post('/api/desk/devices', { device: row.id, act: 'revoke' }, v.object({}))
    close()
    loaded.reload()
  }
  return (
    <section aria-label={speaker.say('s.devices')}>
      {mayChange ? (
        <div className="desk-tools">
          <button type="button" className="desk-button primary" onClick={() => run(enrol)}>
            {speaker.say('v.enrol')}
          </button>
        </div>
      ) : null}
      <PanelOf
        panel={panel}
        onClose={close}
        onChanged={loaded.reload}
        onSend={(row, id, text) => send(row, { kind: 'text', id, text })}
        onRevoke={row => run(() => revoke(row))}
      />
      <Strangers />
      <Listed loaded={{ ...loaded, isEmpty: rows.length === 0 }} empty={speaker.say('v.empty')}>
        <Cards rows={rows} asOf={loaded.value?.asOf ?? ''} acts={mayChange ? acts : null} />
      </Listed>
    </section>
  )
}

type CardsProps = { rows: readonly DeviceRow[]; asOf: string; acts: DeviceActs | null }

const Cards = ({ rows, asOf, acts }: CardsProps) => (
  <ul className="desk-cards">
    {rows.map(row => (
      <DeviceCard key={row.id} row={row} also={alsoOn(row, rows, asOf)} acts={acts} />
    ))}
  </ul>
)

type PanelProps = {
  panel: Panel
  onClose: () => void
  onChanged: () => void
  onSend: (row: DeviceRow, id: string, text: string) => void
  onRevoke: (row: DeviceRow) => void
}

const PanelOf = ({ panel, onClose, onChanged, onSend, onRevoke }: PanelProps) => {
  switch (panel?.kind) {
    case undefined:
      return null
    case 'enrol':
      return <EnrolPanel code={panel.code} onClose={onClose} />
    case 'log':
      return <LogPanel log={panel.log} onClose={onClose} />
    case 'message':
      return <MessagePanel row={panel.row} onSend={(id, text) => onSend(panel.row, id, text)} onClose={onClose} />
    case 'loss':
      return <LossPanel key={panel.row.id} device={panel.row.id} onChanged={onChanged} onClose={onClose} />
    case 'revoke':
      return <RevokePanel row={panel.row} onRevoke={() => onRevoke(panel.row)} onClose={onClose} />
  }
}

const RevokePanel = ({ row, onRevoke, onClose }: { row: DeviceRow; onRevoke: () => void; onClose: () => void }) => {
  const { speaker } = useDesk()
  return (
    <div className="desk-panel" role="alertdialog" aria-label={speaker.say('v.revoke')}>
      <p>{speaker.say('v.revoke.sure', { n: row.number })}</p>
      <button type="button" className="desk-button primary" onClick={onRevoke}>
        {speaker.say('v.revoke')}
      </button>{' '}
      <button type="button" className="desk-button" onClick={onClose}>
        {speaker.say('cancel')}
      </button>
    </div>
  )
}

const EnrolPanel = ({ code, onClose }: { code: EnrolCode; onClose: () => void }) => {
  const { speaker } = useDesk()
  const trouble = enrolTrouble(code.url)
  return (
    <aside className="desk-panel desk-enrol" aria-label={speaker.say('v.enrol')}>
      <img src={`data:image/svg+xml;utf8,${encodeURIComponent(code.qr)}`} alt={code.url} width="220" height="220" />
      <div>
        <p>{speaker.say('v.enrol.how')}</p>
        <p className="desk-big">
          <Code>{code.code}</Code>
        </p>
        <p>
          <Code>{code.url}</Code>
        </p>
        {trouble === null ? null : <p className="desk-worry">▲ {speaker.say(`v.enrol.${trouble}`)}</p>}
        <button type="button" className="desk-button" onClick={onClose}>
          {speaker.say('close')}
        </button>
      </div>
    </aside>
  )
}
