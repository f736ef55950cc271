import * as v from 'valibot'
import { number, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'

/**
 * Where our key lives. A document that we make carries it as its origin, under an external id of ours. A document that Odoo
 * made (the delivery of an order) is claimed by a note in its log whose message id is our key: the log is indexed by it, and a
 * backorder does not inherit it, as it would inherit the document's own note.
 */
export const messageId = (key: string): string => `<${key}@stockhand>`
const KEY = /^<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:@stockhand>)?$/

const keyIn = (value: string): string | null => KEY.exec(value)?.[1] ?? null

const claimRow = v.object({ id: number, res_id: number, message_id: text })
const originRow = v.object({ id: number, origin: text })

/**
 * Which documents carry our key: a domain, so that one call finds and reads them. `made`: by us, by origin; `claimed`: by Odoo,
 * found in the log first; a receipt may be either.
 */
export const whereOurKeyIs = async (
  odoo: Odoo,
  key: string,
  how: 'made' | 'claimed' | 'either',
  signal: AbortSignal,
): Promise<readonly unknown[]> => {
  const byOrigin = ['origin', '=', key]
  if (how === 'made') return [byOrigin]
  const claims = [
    ['model', '=', 'stock.picking'],
    ['message_id', '=', messageId(key)],
  ]
  const claimed = (await odoo.rows('mail.message', claimRow, { domain: claims, limit: 50 }, signal)).map(
    row => row.res_id,
  )
  return how === 'claimed' ? [['id', 'in', claimed]] : ['|', ['id', 'in', claimed], byOrigin]
}

/** Our key of each picking that has one. */
export const keysOf = async (
  odoo: Odoo,
  pickings: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> => {
  if (pickings.length === 0) return new Map()
  const claims = [
    ['model', '=', 'stock.picking'],
    ['res_id', 'in', pickings],
    ['message_id', '=like', '<%@stockhand>'],
  ]
  const [claimed, made] = await Promise.all([
    odoo.rows('mail.message', claimRow, { domain: claims, order: 'id' }, signal),
    odoo.rows('stock.picking', originRow, { domain: [['id', 'in', pickings]] }, signal),
  ])
  return new Map(
    [
      ...claimed.map(row => [row.res_id, keyIn(row.message_id)] as const),
      ...made.map(row => [row.id, keyIn(row.origin)] as const),
    ].flatMap(([picking, key]) => (key === null ? [] : [[picking, key] as const])),
  )
}

/** Writes our key into the log of a document that Odoo made. Repeating it is harmless: the same document is named twice. */
export const claim = async (
  odoo: Odoo,
  picking: number,
  key: string,
  body: string,
  signal: AbortSignal,
): Promise<void> => {
  const args = { body, message_id: messageId(key), message_type: 'comment', subtype_xmlid: 'mail.mt_note' }
  await odoo.call(
    { model: 'stock.picking', method: 'message_post', phase: 'write', ids: [picking], args },
    v.unknown(),
    signal,
  )
}
