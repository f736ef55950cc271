import { useEffect } from 'react'
import { findAnswerSchema } from '../../../shared/desk/view.ts'
import type { FindAnswer } from '../../../shared/desk/view.ts'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed } from './table.tsx'

const NOTHING: FindAnswer = { items: [], documents: [], places: [], pallets: [], lot: null }

type Props = { q: string; onGo: (path: string, options?: { replace: boolean }) => void; onScan: (text: string) => void }

/** What a text may mean: goods and places lead to their stock, documents to themselves. */
export const Found = ({ q, onGo, onScan }: Props) => {
  const { speaker, api } = useDesk()
  const loaded = useLoaded(q, () => api.get('/api/desk/find', { q }, findAnswerSchema))
  useKeys({}, onScan)
  const { items, documents, places, pallets, lot } = loaded.value ?? NOTHING
  const stockOf = (text: string): string => `/desk/stock?q=${encodeURIComponent(text)}`
  const groups = [
    {
      head: speaker.say('f.items'),
      rows: items.map(({ id, sku, name, exact }) => {
        const path = stockOf(exact && lot !== null ? `${sku} ${lot}` : sku)
        return { id, code: sku, name: exact && lot !== null ? `${name} · ${lot}` : name, path, exact }
      }),
    },
    {
      head: speaker.say('f.documents'),
      rows: documents.map(one => ({
        id: one.id,
        code: one.number,
        name: one.partner,
        exact: one.exact,
        path: `/desk/${one.kind === 'order' ? 'orders' : 'receipts'}?id=${one.id}`,
      })),
    },
    {
      head: speaker.say('f.places'),
      rows: places.map(({ id, code, exact }) => ({ id, code, name: '', path: stockOf(code), exact })),
    },
    {
      head: speaker.say('f.pallets'),
      rows: pallets.map(({ id, label }) => ({ id, code: label, name: '', path: stockOf(label), exact: true })),
    },
  ].filter(group => group.rows.length > 0)
  const sure = groups.flatMap(group => group.rows.filter(row => row.exact))
  const only = sure.length === 1 ? (sure[0]?.path ?? null) : null
  // A scan is an answer, not a question: what it names as a whole opens at once, and Back leads to what was there before.
  useEffect(() => {
    if (only !== null) onGo(only, { replace: true })
  }, [only, onGo])
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
