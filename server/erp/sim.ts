import * as v from 'valibot'
import type { ErpCaps, ErpConnector } from './connector.ts'
import { hintsIn, signedBody } from './hints.ts'
import { baseQty, decimalQty } from './quantity.ts'
import { connectorKind, erpUrl } from './settings.ts'
import { makeCall } from './sim-call.ts'
import type { Call } from './sim-call.ts'
import { kindsOf, pulling } from './sim-pull.ts'
import { writing } from './sim-post.ts'
import { PROFILE_NAMES, PROFILES } from './sim/profile.ts'
import type { Profile } from './sim/profile.ts'
import { SIGNATURE, WEBHOOK_ID, webhookKey } from './sim/webhooks.ts'

const capsOf = (profile: Profile): ErpCaps => ({
  key: profile.key === 'header' ? 'native' : profile.key,
  adjust: profile.adjust === 'cas' ? 'delta' : profile.adjust,
  locations: 'bins',
  lots: true,
  serials: true,
  serialsInStock: true,
  expiry: true,
  partialReceipt: true,
  overReceipt: 'accepted',
  negativeStock: profile.negative,
  blindReceipt: true,
  tracking: true,
  packages: profile.statuses,
  carrierLabels: profile.carrierLabels,
  pictures: true,
  webhooks: profile.webhooks,
  fractions: false,
  kinds: kindsOf(profile),
  operations: [
    'receipt',
    'shipment',
    'adjustment',
    'transfer',
    'return',
    ...(profile.statuses ? (['orderStatus'] as const) : []),
  ],
  concurrent: Math.min(4, profile.atOnce),
  perSecond: Math.min(1000, Math.floor(profile.perMinute / 60)),
  settleMs: profile.settleMs,
})

const stockRow = v.object({
  item: v.string(),
  place: v.string(),
  lot: v.string(),
  expiry: v.nullable(v.string()),
  quantity: v.number(),
})
const move = v.object({
  n: v.number(),
  item: v.string(),
  lot: v.string(),
  quantity: v.number(),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  key: v.string(),
  document: v.nullable(v.string()),
  at: v.string(),
})
const quantityOf = (n: number) => decimalQty(String(n)) ?? baseQty(0)

/** Stock summed per item, place and lot: an ERP may hold one place in several rows. */
const stock = (call: Call): ErpConnector['stock'] =>
  async function* (query, signal) {
    const search = new URLSearchParams()
    if (query.locations.length > 0) search.set('places', query.locations.join(' '))
    if (query.items !== undefined) search.set('items', query.items.join(' '))
    const schema = v.object({ rows: v.array(stockRow), more: v.optional(v.boolean(), false) })
    const sums = new Map<string, v.InferOutput<typeof stockRow>>()
    for (let from = 0, more = true; more;) {
      search.set('from', String(from))
      const page = await call('GET', `/api/stock?${search.toString()}`, schema, signal)
      for (const row of page.rows) {
        const at = `${row.item}|${row.place}|${row.lot}`
        const before = sums.get(at)
        sums.set(at, before === undefined ? row : { ...before, quantity: before.quantity + row.quantity })
      }
      from += page.rows.length
      more = page.more
    }
    for (const { place, quantity, ...row } of sums.values())
      yield { ...row, location: place, quantity: quantityOf(quantity) }
  }

const movementsSince =
  (call: Call): ErpConnector['movementsSince'] =>
  async (cursor, limit, signal) => {
    const schema = v.object({ moves: v.array(move), next: v.number(), more: v.boolean() })
    const page = await call('GET', `/api/moves?after=${cursor ?? '0'}&limit=${limit}`, schema, signal)
    return {
      moves: page.moves.map(({ n, key, document, quantity, ...m }) => ({
        ...m,
        id: String(n),
        quantity: quantityOf(quantity),
        key: key === '' ? null : key,
        document: document === null ? null : { kind: 'document', id: document },
      })),
      next: String(page.next),
      more: page.more,
    }
  }

/** Signed by the body alone. Its record is as it was when it happened, and comes twice and late: only that something changed counts. */
const hearing =
  (token: () => string): NonNullable<ErpConnector['webhook']> =>
  async request => {
    signedBody(webhookKey(token()), SIGNATURE, request)
    const kinds = { item: 'item', purchaseOrder: 'purchaseOrder', salesOrder: 'salesOrder' } as const
    const { id, hints } = hintsIn(request, 'kind', kinds)
    return { id: request.headers[WEBHOOK_ID] ?? id, hints }
  }

/** The connector of the demo ERP, in the manner of any profile of it. */
export const sim = connectorKind({
  name: 'sim',
  title: 'Demo ERP',
  settings: v.object({ url: erpUrl, profile: v.optional(v.picklist(PROFILE_NAMES), 'plain') }),
  secrets: [{ name: 'token', title: 'Token' }],
  make: ({ id, settings, secrets, fetch, now }): ErpConnector => {
    const profile = PROFILES[settings.profile]
    const { call, forget } = makeCall({ url: settings.url, token: secrets.token, profile, fetch, now })
    return {
      id,
      caps: capsOf(profile),
      check: async signal => {
        forget()
        const me = await call('GET', '/api/me', v.object({ now: v.string(), profile: v.string() }), signal)
        const health = { serverTime: me.now, timeZone: 'UTC', company: 'Demo', version: me.profile, expiresAt: null }
        const wrong = me.profile !== profile.name
        const problem = { kind: 'setting', subject: 'profile', words: `The ERP runs as ${me.profile}.` } as const
        return { ok: !wrong, problems: wrong ? [problem] : [], ...health }
      },
      ...(profile.webhooks ? { webhook: hearing(secrets.token) } : {}),
      ...pulling(call, profile),
      ...writing(call, profile),
      stock: stock(call),
      movementsSince: movementsSince(call),
    }
  },
})
