import { createHash, createHmac } from 'node:crypto'
import type { InboundKind } from '../connector.ts'
import type { Profile } from './profile.ts'
import { SimRefusal } from './refusal.ts'

/** Both sides make it of the token. */
export const webhookKey = (token: string): string => createHash('sha256').update(`webhooks ${token}`).digest('hex')
export const SIGNATURE = 'x-sim-hmac'
export const WEBHOOK_ID = 'x-sim-webhook-id'

export type Webhook = { headers: Record<string, string>; raw: Uint8Array }
export type Subscription = { id: string; version: number; until: number }

/** What the ERP tells by itself, as it was when it happened; whoever believes it has the oldest last. */
export const makeWebhooks = (profile: Profile, nowMs: () => number) => {
  let waiting: { id: string; body: string }[] = []
  let subscription: Subscription | null = null
  let made = 0
  const isHeard = (): boolean =>
    profile.webhooks && (profile.subscriptionMs === 0 || (subscription !== null && nowMs() < subscription.until))
  return {
    note: (kind: InboundKind, record: object): void => {
      if (!isHeard()) return
      made += 1
      waiting = [...waiting.slice(-999), { id: `hook-${made}`, body: JSON.stringify({ kind, record }) }]
    },
    /** What is on its way: each twice, the newest first. */
    sent: (token: string): readonly Webhook[] => {
      const all = waiting.toReversed().flatMap(one => [one, one])
      waiting = []
      return all.map(({ id, body }) => ({
        headers: {
          [WEBHOOK_ID]: id,
          [SIGNATURE]: createHmac('sha256', webhookKey(token)).update(body).digest('base64'),
        },
        raw: new TextEncoder().encode(body),
      }))
    },
    /** The address must give the token back before it is believed; again with the version that was read, it goes on. */
    subscribe: (echo: (token: string) => string, version: number | null): Subscription => {
      if (profile.subscriptionMs === 0) throw new SimRefusal(404, 'no subscriptions here')
      const isOld = subscription !== null && version !== subscription.version
      if (isOld) throw new SimRefusal(412, 'the subscription has changed')
      if (echo(`hand-${made}`) !== `hand-${made}`) throw new SimRefusal(422, 'the address did not answer the handshake')
      subscription = { id: 'subscription', version: (version ?? 0) + 1, until: nowMs() + profile.subscriptionMs }
      return subscription
    },
  }
}
