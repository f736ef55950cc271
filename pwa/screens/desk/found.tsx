import { findAnswerSchema } from '../../../shared/desk/view.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'

type Props = { q: string; onGo: (path: string) => void; onScan: (text: string) => void }

/** What a text may mean: goods and places lead to their stock, documents to themselves. */
export const Found = ({ q, onGo, onScan }: Props) => {
  const { speaker, api } = useDesk()
  const loaded = useLoaded(q, () => api.get('/api/desk/find', { q }, findAnswerSchema))
  useKeys({}, onScan)
  const { items, documents, places } = loaded.value ?? { items: [], documents: [], places: [] }
  const stockOf = (text: string): string => `/desk/stock?q=${encodeURIComponent(text)}`
  const groups = [
    {
      head: speaker.say('f.items'),
      rows: items.map(item => ({ id: item.id, code: item.sku, name: item.name, path: stockOf(item.sku) })),
    },
    {
      head: speaker.say('f.documents'),
      rows: documents.map(one => ({
        id: one.id,
        code: one.number,
        name: one.partner,
        path: `/desk/${one.kind === 'order' ? 'orders' : 'receipts'}?id=${one.id}`,
      })),
    },
    {
      head: speaker.say('f.places'),
      rows: places.map(place => ({ id: place.id, code: place.code, name: '', path: stockOf(place.code) })),
    },
  ].filter(group => group.rows.length > 0)
  return (
    <section aria-label={speaker.say('search')}>
      <Listed loaded={{ ...loaded, isEmpty: groups.length === 0 }} empty={speaker.say('f.none', { q })}>
        {groups.map(group => (
          <section key={group.head} className="desk-group" aria-label={group.head}>
            <h2>{group.head}</h2>
            <ul>
              {group.rows.map(row => (
                <li key={row.id}>
                  <a
                    href={row.path}
                    onClick={event => {
                      event.preventDefault()
                      onGo(row.path)
                    }}
                  >
                    <Code>{row.code}</Code> {row.name}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </Listed>
    </section>
  )
}
