import { useState } from 'react'
import type { ExceptionsAnswer } from '../../../shared/desk/exceptions.ts'
import { findAnswerSchema } from '../../../shared/desk/view.ts'
import type { FindAnswer } from '../../../shared/desk/view.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { Facts } from './exception-facts.tsx'
import { choiceWords } from './exception-words.ts'

type Row = ExceptionsAnswer['exceptions'][number]
/** What a choice needs besides the words. */
export type Args = { item?: string; lot?: string; expiry?: string; location?: string; document?: string }
export type OnSettle = (rows: readonly Row[], choice: string, words: string, args: Args) => Promise<void>
type Props = { row: Row; like: readonly Row[]; onSettle: OnSettle }

/** Choices that say something of one cause only are never taken for all of a kind. */
const ONE_BY_ONE: ReadonlySet<string> = new Set(['link', 'newLot', 'correct', 'rebook', 'match'])

const isWhole = (choice: string, { item = '', lot = '', document = '' }: Args): boolean =>
  (!ITEM_NAMED.has(choice) || item !== '') &&
  (choice !== 'newLot' || lot !== '') &&
  (choice !== 'match' || document !== '')

const ITEM_NAMED: ReadonlySet<string> = new Set(['link', 'rebook'])
/** A pallet may stand in another place than the last one where it was read. */
const PALLET: ReadonlySet<Row['kind']> = new Set(['moved_twice', 'lpn_elsewhere'])

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
  if (choice === 'rebook') return <FindItem client={null} onFound={item => onArgs({ item })} />
  if (choice === 'match') return <FindOrder onFound={document => onArgs({ document })} />
  if (choice === 'move' && PALLET.has(row.kind))
    return <FindPlace onFound={location => onArgs(location === '' ? {} : { location })} />
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

type Option = { id: string; text: string }
type FindProps = { onFound: (id: string) => void }

const FindItem = ({ client, onFound }: FindProps & { client: unknown }) => (
  <Find
    asks="x.find"
    names="x.item"
    onFound={onFound}
    pick={({ items }) =>
      items
        .filter(item => typeof client !== 'string' || item.client === client)
        .map(({ id, sku, name }) => ({ id, text: `${sku} · ${name}` }))
    }
  />
)

const FindOrder = ({ onFound }: FindProps) => (
  <Find
    asks="x.order"
    names="x.order"
    onFound={onFound}
    pick={({ documents }) =>
      documents.filter(({ kind }) => kind === 'order').map(({ id, number }) => ({ id, text: number }))
    }
  />
)

const FindPlace = ({ onFound }: FindProps) => (
  <Find
    asks="x.place"
    names="x.place"
    onFound={onFound}
    pick={({ places }) => places.map(({ id, code }) => ({ id, text: code }))}
  />
)

type Asked = FindProps & { asks: DeskKey; names: DeskKey; pick: (found: FindAnswer) => readonly Option[] }

/** By name, number or code; the first that is found is chosen. */
const Find = ({ asks, names, pick, onFound }: Asked) => {
  const { speaker, api, tell } = useDesk()
  const [q, setQ] = useState('')
  const [found, setFound] = useState<readonly Option[]>([])
  const find = (text: string): void => {
    setQ(text)
    if (text.trim() === '') return onFound('')
    api.get('/api/desk/find', { q: text.trim() }, findAnswerSchema).then(
      answer => {
        const fitting = pick(answer)
        setFound(fitting)
        onFound(fitting[0]?.id ?? '')
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <>
      <label>
        {speaker.say(asks)} <input value={q} maxLength={200} onChange={event => find(event.currentTarget.value)} />
      </label>
      {found.length === 0 ? null : (
        <label>
          {speaker.say(names)}{' '}
          <select onChange={event => onFound(event.currentTarget.value)} required>
            {found.map(({ id, text }) => (
              <option key={id} value={id}>
                {text}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}
