import { chainAnswerSchema } from '../../../shared/desk/chain.ts'
import { devicesAnswerSchema } from '../../../shared/desk/view.ts'
import { useState } from 'react'
import { useDesk } from './context.ts'
import { useLoaded } from './query.ts'

/** Whether the audit log is whole, and on request whether the signed commands of a handheld are. */
export const ChainBadge = () => {
  const { speaker, api } = useDesk()
  const [device, setDevice] = useState('')
  const devices = useLoaded('chain devices', () => api.get('/api/desk/devices', {}, devicesAnswerSchema))
  const checked = useLoaded(`chain ${device}`, () => api.get('/api/desk/chain', { device }, chainAnswerSchema))
  const { audit = null, device: commands = null, backup = null } = checked.value ?? {}
  return (
    <div className="desk-tools">
      {audit === null ? (
        <p>{checked.error ?? speaker.say('loading')}</p>
      ) : (
        <p className={audit.firstBreak === null ? '' : 'desk-alert'}>
          {audit.firstBreak === null
            ? speaker.say('c.whole', { n: audit.entries })
            : speaker.say('c.broken', { n: audit.firstBreak })}
          {audit.erased === 0 ? '' : ` · ${speaker.say('c.erased', { n: audit.erased })}`}
        </p>
      )}
      {backup === null ? null : (
        <p className={backup.isDue ? 'desk-alert' : ''}>
          {backup.at === null ? speaker.say('c.noBackup') : speaker.say('c.backup', { time: speaker.stamp(backup.at) })}
        </p>
      )}
      <label>
        {speaker.say('c.device')}{' '}
        <select value={device} onChange={event => setDevice(event.currentTarget.value)}>
          <option value="">–</option>
          {(devices.value?.rows ?? []).map(row => (
            <option key={row.id} value={row.id}>
              {speaker.say('v.number', { n: row.number })}
            </option>
          ))}
        </select>
      </label>
      {commands === null ? null : (
        <p className={commands.firstBreak === null ? '' : 'desk-alert'}>
          {commands.firstBreak === null
            ? speaker.say('c.device.whole', { n: commands.commands })
            : speaker.say('c.device.broken', { n: commands.firstBreak.seq })}
          {commands.holes === 0 ? '' : ` · ${speaker.say('c.holes', { n: commands.holes })}`}
        </p>
      )}
    </div>
  )
}
