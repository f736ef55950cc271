import { useState } from 'react'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { actedShape, driftsShape } from './erp-shapes.ts'
import type { Connection, Drift } from './erp-shapes.ts'
import { driftWords } from './exception-words.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import { ReasonField } from './reason-field.tsx'
import { Listed, Table } from './table.tsx'

const ACTIONS = ['repost', 'reverse', 'adoptTheirs', 'adoptOurs', 'recount', 'dismiss'] as const
type Action = (typeof ACTIONS)[number]
/** Only for differences of this class. */
const ONLY: Readonly<Partial<Record<Action, string>>> = { repost: 'missing', reverse: 'duplicate' }
/** What changes a figure of either book is a supervisor's approval. */
const BOOKS: ReadonlySet<Action> = new Set(['adoptTheirs', 'adoptOurs'])
const isAction = (text: string): text is Action => ACTIONS.some(action => action === text)
const keyOf = (action: Action): DeskKey => `i.do.${action}`

/** Where the books of both sides differ, what each difference comes from, and what is done about it. */
export const Drifts = ({ connection }: { connection: Pick<Connection, 'id'> }) => {
  const { speaker, api, me, tell, changed, names } = useDesk()
  const query = { worker: me.worker, connection: connection.id }
  const drifts = useLoaded(`drifts ${connection.id}`, async () => {
    const found = await api.get('/api/erp/drifts', { ...query, limit: '100' }, driftsShape)
    await names.learn(found.drifts.flatMap(({ itemId }) => (itemId === null ? [] : [itemId])))
    return found
  })
  const nameOf = ({ itemId }: Drift): string => (itemId === null ? '' : (names.item(itemId)?.name ?? ''))
  const decide = ({ item, location, lot, run }: Drift, action: Action, reason: string): void => {
    const body = { ...query, session: v7(), item, location, lot, run, action, reason }
    api.post('/api/erp/drifts', body, actedShape).then(
      end => {
        tell(end.done === true ? speaker.say('i.acted') : (end.words ?? speaker.say('x.stale', { n: 0 })))
        drifts.reload()
        changed()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  const rows = drifts.value?.drifts ?? []
  return (
    <Listed loaded={{ ...drifts, isEmpty: rows.length === 0 }} empty={speaker.say('i.equal')}>
      <Table<Drift>
        caption={speaker.say('i.drifts')}
        rows={rows}
        rowKey={row => `${row.item} ${row.location} ${row.lot}`}
        columns={[
          { key: 'name', head: speaker.say('a.item'), cell: nameOf },
          { key: 'item', head: speaker.say('i.there'), code: true, cell: row => row.item },
          { key: 'place', head: speaker.say('a.place'), code: true, cell: row => row.location },
          { key: 'lot', head: speaker.say('a.lot'), code: true, cell: row => row.lot },
          { key: 'ours', head: speaker.say('i.ours'), number: true, cell: row => speaker.number(row.ours) },
          { key: 'theirs', head: speaker.say('i.theirs'), number: true, cell: row => speaker.number(row.theirs) },
          { key: 'drift', head: speaker.say('a.delta'), number: true, cell: row => speaker.signed(row.drift) },
          { key: 'class', head: speaker.say('i.class'), cell: row => driftWords(speaker.language, row.class) },
          { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.lastAt) },
        ]}
        renderActs={row => <DriftActs drift={row} onDecide={(action, reason) => decide(row, action, reason)} />}
      />
    </Listed>
  )
}

/** The proposal stands first; every decision needs a reason. */
const DriftActs = ({ drift, onDecide }: { drift: Drift; onDecide: (action: Action, reason: string) => void }) => {
  const { speaker, me } = useDesk()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const allowed = ACTIONS.filter(
    action =>
      (ONLY[action] === undefined || ONLY[action] === drift.class) &&
      (!BOOKS.has(action) || me.roles.includes('supervisor')),
  )
  const proposed = isAction(drift.proposal) && allowed.includes(drift.proposal) ? drift.proposal : 'recount'
  const [action, setAction] = useState<Action>(proposed)
  if (!isOpen)
    return (
      <button type="button" className="desk-button" onClick={() => setOpen(true)}>
        {speaker.say('i.decide')}
      </button>
    )
  return (
    <form
      className="desk-inline"
      onSubmit={event => {
        event.preventDefault()
        if (reason.trim() !== '') onDecide(action, reason.trim())
      }}
    >
      <select
        aria-label={speaker.say('i.decide')}
        value={action}
        onChange={event => {
          const chosen = event.currentTarget.value
          if (isAction(chosen)) setAction(chosen)
        }}
      >
        {allowed.map(one => (
          <option key={one} value={one}>
            {speaker.say(keyOf(one))}
            {one === drift.proposal ? ` (${speaker.say('i.proposed')})` : ''}
          </option>
        ))}
      </select>
      <ReasonField value={reason} onChange={setReason} />
      <button type="submit" className="desk-button primary">
        {speaker.say('save')}
      </button>
    </form>
  )
}
