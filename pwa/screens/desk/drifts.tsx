import { useState } from 'react'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { actedShape, driftsShape } from './erp-shapes.ts'
import type { Connection, Drift } from './erp-shapes.ts'
import { driftWords } from './exception-words.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import { ReasonField } from './reason-field.tsx'
import type { DeskSpeaker } from './speak.ts'
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
  const decide = ({ item, location, lot, run }: Drift, choice: Choice, reason: string): void => {
    const body = { ...query, session: v7(), item, location, lot, run, ...choice, reason }
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
          { key: 'class', head: speaker.say('i.class'), cell: row => classWords(speaker, row) },
          { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.lastAt) },
        ]}
        renderActs={row => <DriftActs drift={row} onDecide={(choice, reason) => decide(row, choice, reason)} />}
      />
    </Listed>
  )
}

/** What may be done about a difference, or about one cause of it. */
type Choice = { action: Action; cause?: string }
type Offer = { choice: Choice; words: string }

const classWords = (speaker: DeskSpeaker, { class: name, causes }: Drift): string =>
  causes.length < 2 ? driftWords(speaker.language, name) : causes.map(cause => shareWords(speaker, cause)).join(' · ')
const shareWords = (speaker: DeskSpeaker, cause: Drift['causes'][number]): string =>
  `${driftWords(speaker.language, cause.class)} ${speaker.signed(cause.n)}`

/** Of several causes each has its own proposal; all of it is counted or left. */
const offersOf = (speaker: DeskSpeaker, drift: Drift, isAllowed: (action: Action) => boolean): readonly Offer[] => {
  const several = drift.causes.length > 1
  const parts = (several ? drift.causes : []).flatMap((cause): Offer[] => {
    const { proposal: action } = cause
    if (!isAction(action) || action === 'recount' || !isAllowed(action)) return []
    const words = `${speaker.say(keyOf(action))}: ${shareWords(speaker, cause)}`
    return [{ choice: { action, cause: cause.class }, words }]
  })
  const whole = ACTIONS.filter(
    action =>
      (ONLY[action] === undefined || ONLY[action] === drift.class) &&
      isAllowed(action) &&
      (!several || !BOOKS.has(action)),
  ).map((action): Offer => {
    const proposed = action === drift.proposal && !several ? ` (${speaker.say('i.proposed')})` : ''
    return { choice: { action }, words: `${speaker.say(keyOf(action))}${proposed}` }
  })
  return [...parts, ...whole]
}

/** The proposal is chosen beforehand; every decision needs a reason. */
const DriftActs = ({ drift, onDecide }: { drift: Drift; onDecide: (choice: Choice, reason: string) => void }) => {
  const { speaker, me } = useDesk()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const offers = offersOf(speaker, drift, action => !BOOKS.has(action) || me.roles.includes('supervisor'))
  const isProposed = ({ choice }: Offer): boolean => choice.cause !== undefined || choice.action === drift.proposal
  const proposed = offers.findIndex(isProposed)
  const counted = offers.findIndex(({ choice }) => choice.action === 'recount')
  const [chosen, setChosen] = useState(proposed === -1 ? counted : proposed)
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
        const offer = offers[chosen]
        if (reason.trim() !== '' && offer !== undefined) onDecide(offer.choice, reason.trim())
      }}
    >
      <select
        aria-label={speaker.say('i.decide')}
        value={chosen}
        onChange={event => setChosen(Number(event.currentTarget.value))}
      >
        {offers.map(({ words }, n) => (
          <option key={words} value={n}>
            {words}
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
