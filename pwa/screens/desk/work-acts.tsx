import { useState } from 'react'
import type { DocumentAnswer } from '../../../shared/desk/view.ts'
import { MAX_PRIORITY } from '../../../shared/desk/work.ts'
import type { BoardRow } from '../../../shared/desk/work.ts'
import { TURNS } from '../../../shared/catalogue.ts'
import type { Turn } from '../../../shared/catalogue.ts'
import type { DocumentId, TaskId, WorkerId } from '../../../shared/ids.ts'
import { NEXT_KINDS } from '../../../shared/sync/enrol.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk } from './context.ts'
import { textOf } from './form.ts'
import { PersonOptions } from './person-options.tsx'
import { useWork } from './use-work.ts'

/** Deliveries, put-away and packing are everybody's at once. */
const GIVEN_OUT: ReadonlySet<string> = new Set(NEXT_KINDS)
const OVER: ReadonlySet<string> = new Set(['done', 'cancelled'])

/** Which turn it has: first, as it is due, later. */
const TurnChoice = ({ turn, onTurn }: { turn: Turn | null; onTurn: (turn: Turn | null) => void }) => {
  const { speaker } = useDesk()
  return (
    <label>
      {speaker.say('w.turn')}{' '}
      <select
        value={turn ?? ''}
        onChange={event => onTurn(TURNS.find(one => one === event.currentTarget.value) ?? null)}
      >
        <option value="first">{speaker.say('w.turn.first')}</option>
        <option value="">{speaker.say('w.turn.usual')}</option>
        <option value="later">{speaker.say('w.turn.later')}</option>
      </select>
    </label>
  )
}

const Give = ({ row, onGive }: { row: BoardRow; onGive: (worker: WorkerId) => void }) => {
  const { speaker } = useDesk()
  return (
    <form
      className="desk-inline"
      onSubmit={event => {
        event.preventDefault()
        const worker = textOf(new FormData(event.currentTarget), 'worker')
        if (worker !== '') onGive(worker as WorkerId)
      }}
    >
      <label>
        {speaker.say('w.give')}{' '}
        <select name="worker" defaultValue={row.worker ?? ''}>
          <PersonOptions />
        </select>
      </label>
      <button type="submit" className="desk-button">
        {speaker.say('w.give.go')}
      </button>
    </form>
  )
}

/** Gives a piece of work to somebody else or takes it back; one without a document has a turn of its own. */
export const TaskActs = ({ row, onChanged }: { row: BoardRow; onChanged: () => void }) => {
  const { speaker } = useDesk()
  const work = useWork(onChanged)
  if (OVER.has(row.state)) return null
  const about = { task: row.id as TaskId, expectedVersion: row.version }
  return (
    <div className="desk-actions">
      {GIVEN_OUT.has(row.kind) ? <Give row={row} onGive={worker => work({ act: 'assign', ...about, worker })} /> : null}
      {row.device === null ? null : (
        <button type="button" className="desk-button" onClick={() => work({ act: 'free', ...about })}>
          {speaker.say('w.back')}
        </button>
      )}
      {row.document !== null ? null : (
        <TurnChoice turn={row.turn} onTurn={turn => work({ act: 'taskTurn', ...about, turn })} />
      )}
    </div>
  )
}

type Asking = 'hold' | 'cancel' | 'reopen'
const ASKING: Readonly<Record<Asking, { word: DeskKey; then: DeskKey | null }>> = {
  hold: { word: 'w.hold', then: null },
  cancel: { word: 'w.cancel', then: 'w.cancel.why' },
  reopen: { word: 'w.reopen', then: 'w.reopen.why' },
}

type DocumentProps = {
  document: DocumentAnswer['document']
  isOrder: boolean
  isReceipt: boolean
  onChanged: () => void
}

/** What a supervisor decides of an order or a delivery. */
export const DocumentActs = ({ document, isOrder, isReceipt, onChanged }: DocumentProps) => {
  const { speaker } = useDesk()
  const work = useWork(onChanged)
  const [asking, setAsking] = useState<Asking | null>(null)
  const about = { document: document.id as DocumentId, expectedVersion: document.version }
  const isOpen = document.state === 'open' || document.state === 'started'
  const button = (word: DeskKey, run: () => void) => (
    <button key={word} type="button" className="desk-button" onClick={run}>
      {speaker.say(word)}
    </button>
  )
  if (asking !== null)
    return (
      <Why
        asking={asking}
        onCancel={() => setAsking(null)}
        onSure={reason => {
          setAsking(null)
          work({ act: asking, ...about, reason })
        }}
      />
    )
  if (!isOpen) return isReceipt && document.state === 'closed' ? button('w.reopen', () => setAsking('reopen')) : null
  return (
    <>
      <TurnChoice turn={document.turn} onTurn={turn => work({ act: 'turn', ...about, turn })} />
      <label>
        {speaker.say('w.priority')}{' '}
        <select
          value={document.priority}
          onChange={event => work({ act: 'priority', ...about, priority: Number(event.currentTarget.value) })}
        >
          {priorities(document.priority).map(one => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      {isOrder && document.hold === null ? button('w.hold', () => setAsking('hold')) : null}
      {document.hold === null ? null : button('w.release', () => work({ act: 'release', ...about }))}
      {isOrder ? button('w.cancel', () => setAsking('cancel')) : null}
      {isReceipt ? button('w.close', () => work({ act: 'close', ...about })) : null}
    </>
  )
}

/** Those that can be given, and the one that an ERP has sent. */
const priorities = (now: number): readonly number[] =>
  [...new Set([...Array.from({ length: MAX_PRIORITY + 1 }, (_, n) => n), now])].sort((a, b) => a - b)

type WhyProps = { asking: Asking; onSure: (reason: string) => void; onCancel: () => void }

const Why = ({ asking, onSure, onCancel }: WhyProps) => {
  const { speaker } = useDesk()
  const { word, then } = ASKING[asking]
  return (
    <form
      className="desk-actions"
      onSubmit={event => {
        event.preventDefault()
        const reason = textOf(new FormData(event.currentTarget), 'reason').trim()
        if (reason !== '') onSure(reason)
      }}
    >
      {then === null ? null : <p>{speaker.say(then)}</p>}
      <label>
        {speaker.say('w.reason')} <input name="reason" required maxLength={200} pattern=".*\S.*" />
      </label>
      <button type="submit" className="desk-button primary">
        {speaker.say(word)}
      </button>
      <button type="button" className="desk-button" onClick={onCancel}>
        {speaker.say('cancel')}
      </button>
    </form>
  )
}
