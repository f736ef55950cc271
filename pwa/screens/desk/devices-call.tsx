import { useState } from 'react'
import type { LogAnswer } from '../../../shared/desk/calls.ts'
import { MAX_CALL_TEXT } from '../../../shared/sync/calls.ts'
import { useDesk } from './context.ts'
import type { DeviceRow } from './devices-card.tsx'
import { textOf } from './form.ts'
import { v7 } from './id.ts'

type Props = { row: DeviceRow; onSend: (id: string, text: string) => void; onClose: () => void }

/** A text for whoever has the handheld. Pressed twice it is sent once. */
export const MessagePanel = ({ row, onSend, onClose }: Props) => {
  const { speaker } = useDesk()
  const [id] = useState(v7)
  const title = speaker.say('v.message.to', { n: row.number })
  return (
    <div className="desk-panel" role="dialog" aria-label={title}>
      <form
        className="desk-form"
        onSubmit={event => {
          event.preventDefault()
          onSend(id, textOf(new FormData(event.currentTarget), 'text').trim())
        }}
      >
        <label>
          {title} <input name="text" required maxLength={MAX_CALL_TEXT} pattern=".*\S.*" className="desk-wide" />
        </label>
        <p className="desk-quiet">{speaker.say('v.message.words')}</p>
        <div className="desk-tools">
          <button type="submit" className="desk-button primary">
            {speaker.say('v.message.send')}
          </button>
          <button type="button" className="desk-button" onClick={onClose}>
            {speaker.say('cancel')}
          </button>
        </div>
      </form>
    </div>
  )
}

/** What a handheld has told of itself, to be read or handed on. */
export const LogPanel = ({ log, onClose }: { log: LogAnswer; onClose: () => void }) => {
  const { speaker } = useDesk()
  const title = speaker.say('v.logs.of', { n: log.number, time: speaker.stamp(log.at) })
  return (
    <section className="desk-panel" aria-label={title}>
      <h2>{title}</h2>
      <p className="desk-quiet">{speaker.say('v.logs.what')}</p>
      <textarea className="desk-wide desk-log" aria-label={title} readOnly rows={16} dir="ltr" value={log.text} />
      <div className="desk-tools">
        <a
          className="desk-button"
          download={`handheld-${log.number}.txt`}
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(log.text)}`}
        >
          {speaker.say('v.logs.save')}
        </a>
        <button type="button" className="desk-button" onClick={onClose}>
          {speaker.say('close')}
        </button>
      </div>
    </section>
  )
}
