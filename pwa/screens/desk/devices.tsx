import { useState } from 'react'
import * as v from 'valibot'
import { devicesAnswerSchema, enrolCodeSchema } from '../../../shared/desk/view.ts'
import type { DevicesAnswer, EnrolCode } from '../../../shared/desk/view.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk, whyNot } from './context.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'
import { alsoOn } from './twice.ts'

const LOOK_MS = 5_000

type Row = DevicesAnswer['rows'][number]

/** Worst first: what is wrong, then what waits longest. */
const worry = (row: Row): number =>
  (row.state === 'frozen' ? 1e12 : 0) +
  (row.lost ? 1e11 : 0) +
  (row.state === 'active' ? row.missing * 1e4 + row.pending : -1)

export const Devices = ({ onScan }: { onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const loaded = useLoaded('devices', () => api.get('/api/desk/devices', {}, devicesAnswerSchema), LOOK_MS)
  const [code, setCode] = useState<EnrolCode | null>(null)
  const [sure, setSure] = useState<Row | null>(null)
  useKeys({ Escape: () => (setCode(null), setSure(null)) }, onScan)
  const rows = (loaded.value?.rows ?? []).toSorted((a, b) => worry(b) - worry(a) || a.number - b.number)
  const mayChange = desk.me.roles.some(role => role === 'supervisor' || role === 'administrator')
  const run = (what: () => Promise<void>): void => {
    what().catch((error: unknown) => desk.tell(whyNot(speaker, error)))
  }
  return (
    <section aria-label={speaker.say('s.devices')}>
      {mayChange ? (
        <div className="desk-tools">
          <button
            type="button"
            className="desk-button primary"
            onClick={() => run(async () => setCode(await api.post('/api/desk/enrol', {}, enrolCodeSchema)))}
          >
            {speaker.say('v.enrol')}
          </button>
        </div>
      ) : null}
      {code === null ? null : <EnrolPanel code={code} onClose={() => setCode(null)} />}
      {sure === null ? null : (
        <aside className="desk-panel" role="alertdialog" aria-label={speaker.say('v.revoke')}>
          <p>{speaker.say('v.revoke.sure', { n: sure.number })}</p>
          <button
            type="button"
            className="desk-button primary"
            onClick={() =>
              run(async () => {
                await api.post('/api/desk/devices', { device: sure.id, act: 'revoke' }, v.object({}))
                setSure(null)
                loaded.reload()
              })
            }
          >
            {speaker.say('v.revoke')}
          </button>{' '}
          <button type="button" className="desk-button" onClick={() => setSure(null)}>
            {speaker.say('cancel')}
          </button>
        </aside>
      )}
      <Listed loaded={{ ...loaded, isEmpty: rows.length === 0 }} empty={speaker.say('v.empty')}>
        <ul className="desk-cards">
          {rows.map(row => (
            <DeviceCard
              key={row.id}
              row={row}
              also={alsoOn(row, rows, loaded.value?.asOf ?? '')}
              onRevoke={mayChange ? () => setSure(row) : null}
            />
          ))}
        </ul>
      </Listed>
    </section>
  )
}

type CardProps = { row: Row; also: readonly number[]; onRevoke: (() => void) | null }

const DeviceCard = ({ row, also, onRevoke }: CardProps) => {
  const { speaker, names } = useDesk()
  const lines = [
    row.seenAt === null ? speaker.say('v.never') : speaker.say('v.seen', { time: speaker.stamp(row.seenAt) }),
    row.pending > 0
      ? speaker.say('v.waiting', { n: row.pending, time: speaker.stamp(row.oldest) })
      : speaker.say('v.sent'),
  ]
  const worries = [
    row.state === 'frozen' ? speaker.say('v.frozen') : row.state === 'revoked' ? speaker.say('v.revoked') : '',
    row.missing > 0 ? speaker.say('v.missing', { n: row.missing }) : '',
    row.lost ? speaker.say('v.lost') : '',
    also.length > 0 ? speaker.say('v.twice', { list: also.join(', ') }) : '',
    row.persisted === false ? speaker.say('v.notKept') : '',
  ].filter(word => word !== '')
  return (
    <li className="desk-card" data-worry={worries.length > 0}>
      <h2>{speaker.say('v.number', { n: row.number })}</h2>
      <p>{row.worker === null ? speaker.say('v.nobody') : names.person(row.worker)}</p>
      {lines.map(line => (
        <p key={line}>{line}</p>
      ))}
      {worries.map(line => (
        <p key={line} className="desk-worry">
          ▲ {line}
        </p>
      ))}
      <p className="desk-quiet">
        <Code>{row.app ?? ''}</Code>
      </p>
      {onRevoke === null || row.state !== 'active' ? null : (
        <button type="button" className="desk-button" onClick={onRevoke}>
          {speaker.say('v.revoke')}
        </button>
      )}
    </li>
  )
}

const EnrolPanel = ({ code, onClose }: { code: EnrolCode; onClose: () => void }) => {
  const { speaker } = useDesk()
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
        <button type="button" className="desk-button" onClick={onClose}>
          {speaker.say('close')}
        </button>
      </div>
    </aside>
  )
}
