import { isUuid } from '../../../shared/ids.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { factWords, valueWords } from './exception-words.ts'

type Body = Readonly<Record<string, unknown>>
const PLACES: ReadonlySet<string> = new Set(['location', 'place', 'from', 'to', 'books', 'said', 'tote'])

const PEOPLE: ReadonlySet<string> = new Set(['worker', 'by', 'heldBy'])
const TIMES: ReadonlySet<string> = new Set(['since', 'heldAt', 'leftAt'])

/** A place is said by its id, or as an address with one. */
const placeIn = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  const { location } = (value ?? {}) as { location?: unknown }
  return typeof location === 'string' ? location : null
}

/** What is known of a cause, in words; ids that name nothing a person knows are left out. */
export const Facts = ({ body }: { body: Body }) => {
  const { speaker, names } = useDesk()
  const { language } = speaker
  const said = (key: string, value: unknown): string => {
    if (typeof value === 'number') return speaker.number(value)
    if (PLACES.has(key)) return names.place(placeIn(value) ?? '')
    if (typeof value !== 'string' || value === '') return ''
    if (key === 'client') return names.client(value)
    if (PEOPLE.has(key)) return names.person(value)
    if (key === 'item') return names.item(value)?.name ?? ''
    if (/^\d{4}-\d\d-\d\d$/.test(value)) return speaker.day(value)
    if (TIMES.has(key)) return speaker.stamp(value)
    return isUuid(value) ? '' : valueWords(language, key, value)
  }
  const facts = Object.entries(body).flatMap(([key, value]) => {
    const word = factWords(language, key)
    const text = word === null ? '' : said(key, value)
    return word === null || text === '' || text === '–' ? [] : [{ key, word, text }]
  })
  return (
    <dl className="desk-facts">
      {facts.map(({ key, word, text }) => (
        <div key={key}>
          <dt>{word}</dt>
          <dd>
            <Code>{text}</Code>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** What it is about in one line, with names where the desk knows them. */
export const About = ({ body }: { body: Body }) => {
  const { names } = useDesk()
  const text = (key: string): string => (typeof body[key] === 'string' ? body[key] : '')
  const place = placeIn(body['location'] ?? body['place'])
  const parts = [
    names.item(text('item'))?.name ?? '',
    text('number') || text('code') || text('scan') || text('text'),
    place === null ? '' : names.place(place),
    text('lot'),
    text('serial'),
  ].filter(part => part !== '' && part !== '–')
  return <Code>{parts.length === 0 ? '–' : parts.join(' · ')}</Code>
}
