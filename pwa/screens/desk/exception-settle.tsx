import { useState } from 'react'
import type { ExceptionsAnswer } from '../../../shared/desk/exceptions.ts'
import { findAnswerSchema } from '../../../shared/desk/view.ts'
import { useDesk, whyNot } from './context.ts'
import { Facts } from './exception-facts.tsx'
import { choiceWords } from './exception-words.ts'

type Row = ExceptionsAnswer['exceptions'][number]
/** What a choice needs besides the words. */
export type Args = { item?: string; lot?: string; expiry?: string }
export type OnSettle = (rows: readonly Row[], choice: string, words: string, args: Args) => Promise<void>
type Props = { row: Row; like: readonly Row[]; onSettle: OnSettle }

/** Choices that say something of one cause only are never taken for all of a kind. */
const ONE_BY_ONE: ReadonlySet<string> = new Set(['link', 'newLot', 'correct'])

const isWhole = (choice: string, { item = '', lot = '' }: Args): boolean =>
  (choice !== 'link' || item !== '') && (choice !== 'newLot' || lot !== '')

export const Settle = ({ row, like, onSettle }: Props) => {
  const { speaker } = useDesk()
  const [choice, setChoice] = useState(row.choices[0] ?? '')
  const [words, setWords] = useState('')
  const [args, setArgs] = useState<Args>({})
  if (row.state !== 'open') return <Facts body={row.body} />
  if (row.choices.length === 0) return <p className="desk-quiet">{speaker.say('x.count')}</p>
  const alike = ONE_BY_ONE.has(choice) ? [] : like.filter(one => one.state === 'open' && one.choices.includes(choice))
  const why = words.trim()
  const isReady = why !== '' && isWhole(choice, args)
  return (
    <form
      className="desk-settle"
      onSubmit={event => {
        event.preventDefault()
        if (isReady) void onSettle([row], choice, why, args)
      }}
    >
      <Facts body={row.body} />
      <label>
        {speaker.say('x.choice')}{' '}
        <select value={choice} onChange={event => setChoice(event.currentTarget.value)}>
          {row.choices.map(one => (
            <option key={one} value={one}>
              {choiceWords(speaker.language, one)}
            </option>
          ))}
        </select>
      </label>
      <Needs choice={choice} row={row} args={args} onArgs={setArgs} />
      <label>
        {speaker.say('x.words')}{' '}
        <input value={words} maxLength={500} required onChange={event => setWords(event.currentTarget.value)} />
      </label>
      <button type="submit" className="desk-button primary" disabled={!isReady}>
        {speaker.say('x.settle')}
      </button>
      {alike.length < 2 ? null : (
        <button
          type="button"
          className="desk-button"
          disabled={why === ''}
          onClick={() => void onSettle(alike, choice, why, args)}
        >
          {speaker.say('x.settles', { n: alike.length })}
        </button>
      )}
    </form>
  )
}

type NeedsProps = { choice: string; row: Row; args: Args; onArgs: (args: Args) => void }

const Needs = ({ choice, row, args, onArgs }: NeedsProps) => {
  const { speaker } = useDesk()
  const { came, seen } = row.body
  const [found = ''] = [came, seen].filter(one => typeof one === 'string')
  if (choice === 'link') return <FindItem client={row.body['client']} onFound={item => onArgs({ item })} />
  if (choice !== 'correct' && choice !== 'newLot') return null
  return (
    <>
      {choice === 'correct' ? null : (
        <label>
          {speaker.say('x.lotName')}{' '}
          <input
            value={args.lot ?? ''}
            maxLength={60}
            required
            onChange={event => onArgs({ ...args, lot: event.currentTarget.value })}
          />
        </label>
      )}
      <label>
        {speaker.say('x.expiry')}{' '}
        <input
          type="date"
          value={args.expiry ?? found}
          required
          onChange={event => onArgs({ ...args, expiry: event.currentTarget.value })}
        />
      </label>
    </>
  )
}

type Found = { id: string; sku: string; name: string }

/** Items of the client by name, number or code; the first that is found is chosen. */
const FindItem = ({ client, onFound }: { client: unknown; onFound: (item: string) => void }) => {
  const { speaker, api, tell } = useDesk()
  const [q, setQ] = useState('')
  const [found, setFound] = useState<readonly Found[]>([])
  const find = (text: string): void => {
    setQ(text)
    if (text.trim() === '') return
    api.get('/api/desk/find', { q: text.trim() }, findAnswerSchema).then(
      ({ items }) => {
        const own = items.filter(item => typeof client !== 'string' || item.client === client)
        setFound(own)
        onFound(own[0]?.id ?? '')
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <>
      <label>
        {speaker.say('x.find')} <input value={q} maxLength={200} onChange={event => find(event.currentTarget.value)} />
      </label>
      <label>
        {speaker.say('x.item')}{' '}
        <select onChange={event => onFound(event.currentTarget.value)} required>
          {found.map(item => (
            <option key={item.id} value={item.id}>
              {item.sku} · {item.name}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
