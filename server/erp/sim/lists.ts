import type { Hono } from 'hono'
import type { SimErp } from './erp.ts'
import type { ORDER_KINDS } from './wire.ts'

const MAX_PAGE = 500
const MAX_ROWS = 20_000
const limitOf = (url: URL): number => Math.min(MAX_PAGE, Number(url.searchParams.get('limit') ?? 100) || 100)

/** By change number: the plain profile's lists. */
const byChange = <T extends { changed: number }>(all: readonly T[], url: URL) => {
  const after = Number(url.searchParams.get('after') ?? 0) || 0
  const rows = all.filter(row => row.changed > after).sort((a, b) => a.changed - b.changed)
  const items = rows.slice(0, limitOf(url))
  return { items, next: items.at(-1)?.changed ?? after, more: rows.length > items.length }
}

const seconds = (at: string): string => `${at.slice(0, 19)}Z`
type Timed = { id: string; at: string; childAt: string }

/**
 * By time and id, from `since` on (inclusive), behind (`at`, `id`) where given: what most ERPs have. `children=1` lists the
 * ids of records by the times of their children.
 */
const byTime = <T extends Timed>(all: readonly T[], url: URL) => {
  const get = (name: string): string => url.searchParams.get(name) ?? ''
  const ids = get('ids')
  if (ids !== '') return { items: all.filter(row => ids.split(' ').includes(row.id)), more: false }
  const children = get('children') === '1'
  const timeOf = (row: T): string => seconds(children ? row.childAt : row.at)
  const behind = (row: T): boolean =>
    timeOf(row) > get('at') || (timeOf(row) === get('at') && row.id > get('id')) || get('at') === ''
  const rows = all
    .filter(row => timeOf(row) >= get('since') && behind(row))
    .sort((a, b) => (timeOf(a) < timeOf(b) || (timeOf(a) === timeOf(b) && a.id < b.id) ? -1 : 1))
  const page = rows.slice(0, limitOf(url))
  const items = children
    ? page.map(row => ({ id: row.id, time: timeOf(row) }))
    : page.map(row => ({ ...row, time: timeOf(row) }))
  return { items, more: rows.length > page.length }
}

/** What the sim answers to those who read. */
export const lists = (
  app: Hono,
  { state, byKey, byNumber, profile, document, status }: SimErp,
  answer: (body: unknown) => Response,
): void => {
  const orders = (kind: (typeof ORDER_KINDS)[number]) => Object.values(state.orders).filter(o => o.kind === kind)
  const list = (path: string, all: () => readonly (Timed & { changed: number })[]): void => {
    app.get(path, c => {
      const url = new URL(c.req.url)
      return answer(profile.coarseTimes ? byTime(all(), url) : byChange(all(), url))
    })
  }
  list('/api/items', () => Object.values(state.items))
  list('/api/purchase-orders', () => orders('purchase'))
  list('/api/asns', () => orders('asn'))
  list('/api/sales-orders', () => orders('sales'))
  list('/api/deliveries', () => Object.values(state.deliveries ?? {}))
  list('/api/labels', () => Object.values(state.labels ?? {}))
  app.get('/api/statuses', c => answer({ status: status(c.req.query('key') ?? '') ?? null }))
  app.get('/api/places', () => answer({ places: Object.values(state.places) }))
  app.get('/api/partners', () => answer({ partners: Object.values(state.partners) }))
  app.get('/api/stock', c => {
    const [items, places] = ['items', 'places'].map(name => {
      const asked = c.req.query(name)
      return asked === undefined ? undefined : new Set(asked.split(' '))
    })
    const lot = c.req.query('lot')
    const rows = Object.values(state.stock).filter(
      row =>
        (items === undefined || items.has(row.item)) &&
        (places === undefined || places.has(row.place)) &&
        (lot === undefined || row.lot === lot),
    )
    // Rows are only ever added, so a position stays what it is.
    const from = Number(c.req.query('from') ?? 0) || 0
    const page = rows.slice(from, from + MAX_ROWS)
    return answer({ rows: page, more: rows.length > from + page.length })
  })
  app.get('/api/moves', c => {
    const after = Number(c.req.query('after') ?? 0) || 0
    const limit = limitOf(new URL(c.req.url))
    // Moves are numbered in order: the first one behind `after` is found by halving.
    let low = 0
    for (let high = state.moves.length; low < high;) {
      const middle = Math.floor((low + high) / 2)
      if ((state.moves[middle]?.n ?? 0) > after) high = middle
      else low = middle + 1
    }
    const moves = state.moves.slice(low, low + limit)
    return answer({ moves, next: moves.at(-1)?.n ?? after, more: state.moves.length > low + limit })
  })
  app.get('/api/documents', c => {
    const number = c.req.query('number')
    return answer({ documents: number === undefined ? byKey(c.req.query('key') ?? '') : byNumber(number) })
  })
  app.get('/api/documents/:id', c => answer(document(c.req.param('id'))))
}
