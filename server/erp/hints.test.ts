import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { erpnext } from './erpnext.ts'
import { isErpError } from './erp-error.ts'
import type { HintRequest } from './hints.ts'
import { odoo } from './odoo.ts'
import { makeConnector } from './settings.ts'
import type { ConnectorKind } from './settings.ts'

const SECRET = 'a secret of some length'
const NOW = '2026-11-23T08:00:30.000Z'
const hear = async (kind: ConnectorKind, request: Partial<HintRequest> & { body: string }, hook = SECRET) => {
  const secrets = { key: 'k', secret: 's', hook }
  const connector = makeConnector(kind, { id: 'x', settings: { url: 'https://erp.example' }, secrets })
  const { body, ...more } = request
  const raw = new TextEncoder().encode(body)
  return connector.webhook?.({ headers: {}, raw, secret: null, now: NOW, ...more }).catch((error: unknown) => {
    if (isErpError(error)) return error.class
    throw error
  })
}

const signed = (body: string, secret = SECRET): Partial<HintRequest> => ({
  headers: { 'x-frappe-webhook-signature': createHmac('sha256', secret).update(body).digest('base64') },
})

it('[E129] ERPNext: a body signed with the webhook secret is heard, anything else is not', async () => {
  const body = '{"doctype": "Sales Order", "name": "SO-1"}'
  expect(await hear(erpnext, { body, ...signed(body) })).toMatchObject({ hints: [{ kind: 'salesOrder', id: null }] })
  for (const other of ['{"doctype": "Invoice"}', '{"doctype": "constructor"}', '{"doctype": 5}', '[]', 'no json'])
    expect(await hear(erpnext, { body: other, ...signed(other) })).toMatchObject({ hints: [] })
  expect(await hear(erpnext, { body })).toBe('auth')
  expect(await hear(erpnext, { body, ...signed(`${body} `) })).toBe('auth')
  expect(await hear(erpnext, { body, ...signed(body, 'another secret of length') })).toBe('auth')
  for (const none of ['', 'short']) expect(await hear(erpnext, { body, ...signed(body, none) }, none)).toBe('auth')
})
it('[E129] Odoo: the secret in the address is all that it can give', async () => {
  const body = '{"_model":"sale.order","_id":7,"_action":"Tell(#1)"}'
  expect(await hear(odoo, { body, secret: SECRET })).toMatchObject({ hints: [{ kind: 'salesOrder', id: null }] })
  expect(await hear(odoo, { body: '{"_model":"account.move"}', secret: SECRET })).toMatchObject({ hints: [] })
  for (const secret of [null, '', `${SECRET} `, SECRET.slice(1)])
    expect(await hear(odoo, { body, secret })).toBe('auth')
  expect(await hear(odoo, { body, secret: '' }, '')).toBe('auth')
})
it('[E130] without an id of its own the same hint counts once a minute', async () => {
  const id = async (body: string, now: string): Promise<string> => {
    const heard = await hear(odoo, { body, now, secret: SECRET })
    return typeof heard === 'object' ? heard.id : ''
  }
  const [one, again] = [await id('{"_id":1}', NOW), await id('{"_id":1}', '2026-11-23T08:00:59.000Z')]
  expect(again).toBe(one)
  expect(one.length).toBeLessThan(256)
  expect(await id('{"_id":1}', '2026-11-23T08:01:00.000Z')).not.toBe(one)
  expect(await id('{"_id":2}', NOW)).not.toBe(one)
})
