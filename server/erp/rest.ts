import * as v from 'valibot'
import type { ErpCaps, ErpConnector, Hint, InboundKind } from './connector.ts'
import { ErpError } from './erp-error.ts'
import { INBOUND_KINDS } from './inbound.ts'
import { makeRestCall } from './rest-call.ts'
import type { RestCall } from './rest-call.ts'
import { restPushed } from './rest-push.ts'
import { restPulling } from './rest-pull.ts'
import { restWriting } from './rest-post.ts'
import { restRemote } from './rest-records.ts'
import { connectorKind, erpUrl, SERIALS } from './settings.ts'
import { readSigningKeys, verifiedId } from './standard-webhooks.ts'

type Settings = {
  kinds: readonly InboundKind[]
  perSecond: number
  serials: (typeof SERIALS)[number]
  reservations: boolean
  statuses: boolean
}
const capsOf = ({ kinds, perSecond, serials, reservations, statuses }: Settings): ErpCaps => ({
  key: 'native',
  adjust: 'delta',
  locations: 'bins',
  lots: true,
  serials: true,
  ...(serials === 'named' ? { serialsInStock: true } : {}),
  expiry: true,
  partialReceipt: true,
  overReceipt: 'accepted',
  negativeStock: 'accepted',
  blindReceipt: true,
  tracking: true,
  packages: true,
  carrierLabels: kinds.includes('carrierLabel'),
  pictures: true,
  webhooks: true,
  fractions: true,
  kinds,
  operations: [
    'receipt',
    'shipment',
    'adjustment',
    'transfer',
    'return',
    ...(statuses ? (['orderStatus'] as const) : []),
    ...(reservations ? (['reservation'] as const) : []),
  ],
  concurrent: 2,
  perSecond,
  settleMs: 30_000,
  takesLater: true,
})

const words = v.pipe(v.string(), v.maxLength(120))
const info = v.object({
  serverTime: v.pipe(
    v.string(),
    v.check(text => !Number.isNaN(Date.parse(text))),
  ),
  timeZone: v.optional(words, 'UTC'),
  company: v.optional(words, ''),
  version: v.optional(words, ''),
  expiresAt: v.optional(v.nullable(v.pipe(v.string(), v.isoTimestamp())), null),
})
const MAX_SKEW_MS = 240_000

/** Its clock must be near ours: signatures are refused that are five minutes off. */
const checking =
  (call: RestCall, now: () => string): ErpConnector['check'] =>
  async signal => {
    call.forget()
    const found = await call.get('/info', info, signal)
    const isOff = Math.abs(Date.parse(found.serverTime) - Date.parse(now())) > MAX_SKEW_MS
    const problem = { kind: 'clock', subject: 'serverTime', words: 'Its clock and ours are minutes apart.' } as const
    return { ok: !isOff, problems: isOff ? [problem] : [], ...found }
  }

const event = v.object({
  type: v.pipe(v.string(), v.maxLength(60)),
  data: v.optional(v.object({ id: v.optional(v.nullable(words), null) }), {}),
})
const isKind = (text: string): text is InboundKind => INBOUND_KINDS.includes(text as InboundKind)

/** "salesOrder.changed": the kind is what counts, and it is a hint only. */
const hintsOf = (raw: Uint8Array): Hint[] => {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), event), new TextDecoder().decode(raw))
  const kind = read.success ? (read.output.type.split('.')[0] ?? '') : ''
  if (!read.success || !isKind(kind)) return []
  const id = read.output.data.id ?? null
  return [{ kind, id: id === null ? null : restRemote(kind, id) }]
}

/** Our own documented REST for any ERP, OMS or shop: docs/erp-rest.md. */
export const rest = connectorKind({
  name: 'rest',
  title: 'REST',
  settings: v.object({
    url: erpUrl,
    kinds: v.optional(v.pipe(v.array(v.picklist(INBOUND_KINDS)), v.maxLength(20)), [
      'item',
      'partner',
      'purchaseOrder',
      'salesOrder',
    ]),
    perSecond: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1000)), 20),
    serials: v.optional(v.picklist(SERIALS), 'counted'),
    reservations: v.optional(v.boolean(), false),
    statuses: v.optional(v.boolean(), false),
  }),
  secrets: [
    { name: 'token', title: 'Token' },
    { name: 'signing', title: 'Signing secret (whsec_…)' },
  ],
  make: ({ id, settings, secrets, fetch, now }): ErpConnector => {
    const keys = readSigningKeys(secrets.signing())
    if (keys === null) throw new Error('rest: the signing secret is not whsec_ and base64 of 24 bytes or more')
    const hidden = (): readonly string[] => [secrets.token(), secrets.signing()]
    const call = makeRestCall({ url: settings.url, token: secrets.token, keys, secrets: hidden, fetch, now })
    return {
      id,
      caps: capsOf(settings),
      check: checking(call, now),
      webhook: async request => {
        const verified = verifiedId(keys, request)
        if (verified === null) throw new ErpError('auth', 'the signature does not fit')
        return { id: verified, hints: hintsOf(request.raw) }
      },
      pushed: async request => {
        const verified = verifiedId(keys, request)
        if (verified === null) throw new ErpError('auth', 'the signature does not fit')
        return { id: verified, page: restPushed(request.raw) }
      },
      ...restPulling(call, settings.kinds),
      ...restWriting(call),
    }
  },
})
