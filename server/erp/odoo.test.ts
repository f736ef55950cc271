import { describe, expect, it } from 'vitest'
import type { Goods } from './odoo-goods.ts'
import { dayThere, momentOf } from './odoo-items.ts'
import { shareOut } from './odoo-lines.ts'
import type { Move } from './odoo-lines.ts'
import { plainText } from './odoo-orders.ts'
import { classify } from './odoo-protocol.ts'
import { quantityOf } from './odoo-units.ts'
import { makeConnector } from './settings.ts'
import { odoo } from './odoo.ts'
import { isErpError } from './erp-error.ts'
import { sweep } from './odoo-sweep.ts'
import { makeOdoo } from './odoo-rpc.ts'

const never = new AbortController().signal

describe('answers of Odoo', () => {
  it.each([
    [401, 'werkzeug.exceptions.Unauthorized', 'read', 'auth'],
    [401, 'werkzeug.exceptions.Unauthorized', 'write', 'auth'],
    [403, 'odoo.exceptions.AccessError', 'write', 'config'],
    [404, 'werkzeug.exceptions.NotFound', 'read', 'config'],
    [404, '', 'read', 'config'],
    [404, 'odoo.exceptions.MissingError', 'write', 'rejected'],
    [409, 'odoo.exceptions.LockError', 'write', 'transient'],
    [422, 'odoo.exceptions.UserError', 'write', 'rejected'],
    [422, 'odoo.exceptions.ValidationError', 'write', 'rejected'],
    [429, '', 'read', 'throttled'],
    [429, '', 'write', 'throttled'],
    [500, 'builtins.ValueError', 'read', 'config'],
    [500, 'builtins.KeyError', 'write', 'config'],
    [500, 'psycopg2.errors.SerializationFailure', 'write', 'transient'],
    [500, 'psycopg2.errors.NotNullViolation', 'write', 'unknownOutcome'],
    [500, '', 'read', 'transient'],
    [502, '', 'write', 'unknownOutcome'],
    [504, '', 'read', 'transient'],
    [301, '', 'read', 'config'],
    // A page instead of an answer: a proxy that is up while Odoo is not.
    [200, '', 'read', 'transient'],
    [200, '', 'write', 'unknownOutcome'],
  ] as const)('[EO1] %i %s while %s is %s', (status, name, phase, wanted) => {
    expect(classify(status, name, phase)).toBe(wanted)
  })

  type Answer = { status: number; body: string; type?: string }
  const answering = (answer: Answer) =>
    makeConnector(odoo, {
      id: 'o',
      settings: { url: 'http://localhost:1', database: 'd' },
      secrets: { key: 'the-secret-key' },
      fetch: async () =>
        new Response(answer.body, {
          status: answer.status,
          headers: { 'content-type': answer.type ?? 'application/json' },
        }),
    })
  it('[EO1] a page in HTML is named as such, and nothing of the traceback or the key is kept', async () => {
    const page = answering({ status: 200, body: '<!DOCTYPE html><title>Login</title>', type: 'text/html' })
    await expect(page.pull('item', null, 1, never)).rejects.toMatchObject({ class: 'transient' })
    const body = JSON.stringify({
      name: 'odoo.exceptions.AccessError',
      message: 'You are not allowed to access "Product"',
      debug: 'Traceback the-secret-key',
    })
    const error: unknown = await answering({ status: 403, body })
      .pull('item', null, 1, never)
      .catch((e: unknown) => e)
    expect(isErpError(error) && [error.class, error.message]).toEqual([
      'config',
      'Odoo lacks a right for this user: You are not allowed to access "Product"',
    ])
    expect(JSON.stringify(error)).not.toMatch(/Traceback|the-secret-key/)
  })
})

describe('what changed since', () => {
  /** An Odoo with a list of ids, which keeps what it was asked. */
  const listing = (ids: readonly number[], clock: () => string) => {
    const asked: { domain: unknown[]; limit: number }[] = []
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const headers = { date: new Date(clock()).toUTCString() }
      const request = new Request(url, init)
      if (request.url.endsWith('context_get')) return Response.json({ uid: 2, tz: false }, { headers })
      const body = (await request.json()) as { domain: unknown[]; limit: number }
      asked.push(body)
      const after = body.domain.find(term => Array.isArray(term) && term[0] === 'id') as [string, string, number]
      return Response.json(
        ids
          .filter(id => id > after[2])
          .slice(0, body.limit)
          .map(id => ({ id })),
        { headers },
      )
    }
    const at = { url: 'http://localhost:1', fetch, now: clock, key: () => 'k' }
    return { asked, odoo: makeOdoo({ ...at, database: '', protocol: null }) }
  }
  const watched = { model: 'x', domain: [], first: [['state', '=', 'open']], watch: ['', 'line_ids'] }

  it('[EO2] a sweep goes by id and remembers when it began; the next one looks back over fifteen minutes', async () => {
    let time = '2026-11-23T08:00:00.000Z'
    const { asked, odoo } = listing([3, 5, 8], () => time)
    const first = await sweep(odoo, watched, null, 2, never)
    expect([first.ids, first.more]).toEqual([[3, 5], true])
    // Whatever is written while the sweep is under way is written after it began.
    time = '2026-11-23T09:00:00.000Z'
    const rest = await sweep(odoo, watched, first.next, 2, never)
    expect([rest.ids, rest.more]).toEqual([[8], false])
    expect(asked.at(-1)?.domain).toEqual([
      ['id', '>', 5],
      ['state', '=', 'open'],
    ])
    await sweep(odoo, watched, rest.next, 2, never)
    expect(asked.at(-1)?.domain).toEqual([
      ['id', '>', 0],
      '|',
      ['write_date', '>=', '2026-11-23 07:45:00'],
      ['line_ids.write_date', '>=', '2026-11-23 07:45:00'],
    ])
  })
  it('[EO2] a cursor of another connector is refused as a mistake of the settings', async () => {
    const { odoo } = listing([], () => '2026-11-23T08:00:00.000Z')
    await expect(sweep(odoo, watched, '17', 2, never)).rejects.toMatchObject({ class: 'config' })
  })
})

describe('goods and figures', () => {
  const move = (id: number, item: number, wanted: number, line = 0): Move => ({
    id,
    state: 'assigned',
    product_id: { id: item, name: '' },
    product_uom_qty: wanted,
    purchase_line_id: null,
    sale_line_id: line === 0 ? null : { id: line, name: '' },
    is_storable: true,
  })
  const goods = (item: number, quantity: number, orderLine: number | null = null): Goods => ({
    item,
    quantity,
    orderLine,
    unit: 1,
    lot: null,
    from: 1,
    to: 2,
    package: null,
  })
  const shares = (rows: readonly Goods[], moves: readonly Move[]) =>
    shareOut(rows, moves).map(({ move, row }) => [move, row.quantity])

  it('[EO6] goods fill the order’s movements one after the other, and what is over goes to the last', () => {
    expect(shares([goods(7, 5)], [move(1, 7, 3), move(2, 7, 4)])).toEqual([
      [1, 3],
      [2, 2],
    ])
    expect(shares([goods(7, 9)], [move(1, 7, 3), move(2, 7, 4)])).toEqual([
      [1, 3],
      [2, 6],
    ])
  })
  it('[EO6] the order’s own row is taken where it is known; goods that were not ordered have no movement', () => {
    expect(shares([goods(7, 2, 52)], [move(1, 7, 3, 51), move(2, 7, 4, 52)])).toEqual([[2, 2]])
    expect(shares([goods(9, 2)], [move(1, 7, 3)])).toEqual([[null, 2]])
  })
  it('[EO4] a float of Odoo is the decimal that it shows, in the unit of its row', () => {
    expect(quantityOf(0.1 + 0.2)).toEqual({ n: 3, num: 1, den: 10 })
    expect(quantityOf(2, { num: 12, den: 1 })).toEqual({ n: 2, num: 12, den: 1 })
  })
  it('[EO12] a lot expires on the day that its users over there read', () => {
    expect(dayThere('2027-04-30 21:00:00', 'Europe/Istanbul')).toBe('2027-05-01')
    expect(dayThere('', 'UTC')).toBe(null)
    expect(dayThere(momentOf('2027-05-01'), 'Pacific/Auckland')).toBe('2027-05-02')
    for (const zone of ['UTC', 'Europe/Istanbul', 'America/Los_Angeles', 'Asia/Tokyo'])
      expect(dayThere(momentOf('2027-05-01'), zone)).toBe('2027-05-01')
  })
  it('[EO3] a note in HTML comes as text', () => {
    expect(plainText('<p>Leave at <b>door</b> &amp; ring</p><p>Twice</p>')).toBe('Leave at door & ring\nTwice')
    expect(plainText('<p><br></p>')).toBe(null)
  })
})
