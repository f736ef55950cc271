import * as v from 'valibot'
import type { ErpConnector, InboundKind } from './connector.ts'
import { readRecords } from './inbound.ts'
import type { Call } from './sim-call.ts'
import { recordOf } from './sim-records.ts'
import type { Profile } from './sim/profile.ts'
import { isoOf, msOf } from '../../shared/time.ts'

const LISTS: Partial<Record<InboundKind, string>> = {
  item: '/api/items',
  purchaseOrder: '/api/purchase-orders',
  asn: '/api/asns',
  salesOrder: '/api/sales-orders',
  delivery: '/api/deliveries',
  carrierLabel: '/api/labels',
}
/** What the ERP in this manner has to tell. */
export const kindsOf = ({ statuses, carrierLabels }: Profile): readonly InboundKind[] => [
  'item',
  'purchaseOrder',
  'asn',
  'salesOrder',
  ...(statuses ? (['delivery'] as const) : []),
  ...(carrierLabels ? (['carrierLabel'] as const) : []),
]
const OVERLAP_MS = 300_000
const named = v.looseObject({ id: v.string() })
const timed = v.looseObject({ id: v.string(), time: v.string() })

/** Where a pull by time stands: from when on, through which list, behind which record; the newest time seen. */
const cursorSchema = v.object({
  since: v.string(),
  list: v.picklist(['headers', 'children']),
  at: v.string(),
  id: v.string(),
  newest: v.string(),
})
type Cursor = v.InferOutput<typeof cursorSchema>
const START: Cursor = { since: '', list: 'headers', at: '', id: '', newest: '' }

const cursorOf = (text: string | null): Cursor => {
  if (text === null) return START
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), cursorSchema), text)
  return read.success ? read.output : START
}

/**
 * What has changed. The plain profile numbers its changes. The others have times, in whole seconds, late commits, and
 * headers that do not show a change of their children: so from the newest time seen back by an overlap, inclusive, through
 * the headers and then through the children.
 */
export const pulling = (call: Call, profile: Profile): Pick<ErpConnector, 'pull' | 'ids'> => ({
  pull: async (kind, text, limit, signal) => {
    const list = kindsOf(profile).includes(kind) ? LISTS[kind] : undefined
    if (list === undefined) return { items: [], flaws: [], next: text ?? '', more: false }
    const read = (rows: readonly { id: string }[]) =>
      readRecords(
        kind,
        rows.map(record => ({ id: record.id, record: recordOf(kind, record) })),
      )
    if (!profile.coarseTimes) {
      const path = `${list}?after=${encodeURIComponent(text ?? '0')}&limit=${limit}`
      const page = await call(
        'GET',
        path,
        v.object({ items: v.array(named), next: v.number(), more: v.boolean() }),
        signal,
      )
      return { ...read(page.items), next: String(page.next), more: page.more }
    }
    const cursor = cursorOf(text)
    const query = new URLSearchParams({ since: cursor.since, at: cursor.at, id: cursor.id, limit: String(limit) })
    if (cursor.list === 'children') query.set('children', '1')
    const schema = v.object({ items: v.array(timed), more: v.boolean() })
    const page = await call('GET', `${list}?${query.toString()}`, schema, signal)
    const whole =
      cursor.list === 'children' && page.items.length > 0
        ? (
            await call(
              'GET',
              `${list}?ids=${page.items.map(row => row.id).join('+')}`,
              v.object({ items: v.array(named) }),
              signal,
            )
          ).items
        : page.items
    const next = nextOf(cursor, page)
    return { ...read(whole), next: JSON.stringify(next), more: page.more || cursor.list === 'headers' }
  },
  ids: async function* (kind, signal) {
    const list = LISTS[kind]
    if (list === undefined) return
    for (let at = '', id = '', after = 0, more = true; more;) {
      const query = new URLSearchParams({ since: '', at, id, after: String(after), limit: '500' })
      const schema = v.object({
        items: v.array(v.looseObject({ id: v.string(), changed: v.number(), time: v.optional(v.string(), '') })),
        more: v.boolean(),
      })
      const page = await call('GET', `${list}?${query.toString()}`, schema, signal)
      for (const record of page.items) if (record['active'] !== false) yield record.id
      const last = page.items.at(-1)
      if (last === undefined) return
      at = last.time
      id = last.id
      after = last.changed
      more = page.more
    }
  },
})

const nextOf = (cursor: Cursor, page: { items: readonly { id: string; time: string }[]; more: boolean }): Cursor => {
  const last = page.items.at(-1)
  const newest = page.items.reduce((max, row) => (row.time > max ? row.time : max), cursor.newest)
  if (page.more && last !== undefined) return { ...cursor, at: last.time, id: last.id, newest }
  if (cursor.list === 'headers') return { ...cursor, list: 'children', at: '', id: '', newest }
  const since = newest === '' ? cursor.since : `${isoOf(msOf(newest) - OVERLAP_MS).slice(0, 19)}Z`
  return { ...START, since, newest }
}
