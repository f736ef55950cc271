import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { isErpError } from './erp-error.ts'
import { classify } from './erpnext-answer.ts'
import { batchNames, lotOf } from './erpnext-items.ts'
import { shareOut } from './erpnext-share.ts'
import type { Goods } from './erpnext-goods.ts'
import { momentOf, postedAt, wallBefore, wallOf } from './erpnext-time.ts'
import { ALL_PAGE, makeFrappe } from './erpnext-rpc.ts'
import { factorOf, quantityOf } from './erpnext-units.ts'
import { erpnext } from './erpnext.ts'
import { makeConnector } from './settings.ts'

const never = new AbortController().signal

describe('answers of ERPNext', () => {
  it.each([
    [401, 'AuthenticationError', 'read', 'auth'],
    [401, '', 'write', 'auth'],
    [400, 'CSRFTokenError', 'write', 'auth'],
    [403, 'PermissionError', 'write', 'config'],
    [404, 'DoesNotExistError', 'write', 'config'],
    [404, '', 'read', 'config'],
    [409, 'DuplicateEntryError', 'write', 'conflict'],
    [417, 'UniqueValidationError', 'write', 'conflict'],
    [417, 'NegativeStockError', 'write', 'conflict'],
    [417, 'BatchNegativeStockError', 'write', 'conflict'],
    [417, 'OverAllowanceError', 'write', 'conflict'],
    [417, 'DocstatusTransitionError', 'write', 'conflict'],
    [417, 'TimestampMismatchError', 'write', 'transient'],
    [417, 'DocumentLockedError', 'write', 'transient'],
    [500, 'QueryDeadlockError', 'write', 'transient'],
    [503, 'InReadOnlyMode', 'write', 'transient'],
    [417, 'ValidationError', 'write', 'rejected'],
    [417, 'StockFreezeError', 'write', 'rejected'],
    [417, 'LinkValidationError', 'write', 'config'],
    [417, 'MandatoryError', 'write', 'config'],
    [417, 'DataError', 'read', 'config'],
    [500, 'OperationalError', 'read', 'config'],
    [500, 'OperationalError', 'write', 'unknownOutcome'],
    [429, 'TooManyRequestsError', 'write', 'throttled'],
    [429, '', 'read', 'throttled'],
    [417, 'RateLimitExceededError', 'read', 'throttled'],
    [500, '', 'read', 'transient'],
    [500, '', 'write', 'unknownOutcome'],
    [502, '', 'write', 'unknownOutcome'],
    [503, '', 'write', 'unknownOutcome'],
    [504, '', 'read', 'transient'],
    [301, '', 'read', 'config'],
    // A page instead of an answer.
    [200, '', 'read', 'transient'],
    [200, '', 'write', 'unknownOutcome'],
    [417, '', 'write', 'unknownOutcome'],
  ] as const)('[EN1] %i %s while %s is %s', (status, name, phase, wanted) => {
    expect(classify(status, name, phase)).toBe(wanted)
  })

  const answering = (status: number, body: string) =>
    makeConnector(erpnext, {
      id: 'e',
      settings: { url: 'http://localhost:1' },
      secrets: { key: 'the-key', secret: 'the-secret' },
      fetch: async (url, init) => {
        const request = new Request(url, init)
        expect(request.headers.get('authorization')).toBe('token the-key:the-secret')
        return request.url.endsWith('get_logged_user')
          ? Response.json({ message: 'bot' })
          : new Response(body, { status })
      },
    })
  const failure = async (status: number, body: string) => {
    const error: unknown = await answering(status, body)
      .pull('item', null, 1, never)
      .catch((thrown: unknown) => thrown)
    if (!isErpError(error)) throw new Error(`no ErpError: ${String(error)}`)
    return error
  }
  it('[EN1] the sentence is the one that a person there would read, without links; no traceback or secret is kept in words', async () => {
    const said = JSON.stringify([JSON.stringify({ message: 'Not for <b>Stores &amp; Co</b>' })])
    const body = { exc_type: 'PermissionError', exc: '["Traceback the-secret"]', _server_messages: said }
    const error = await failure(403, JSON.stringify(body))
    expect([error.class, error.message]).toEqual(['config', 'ERPNext lacks a right for this user: Not for Stores & Co'])
    expect(JSON.stringify(error.exchange)).not.toContain('the-secret')
  })
  it('[EN1] a page in HTML is no answer', async () => {
    expect((await failure(200, '<!DOCTYPE html><title>Login</title>')).class).toBe('transient')
    expect((await failure(404, '<html>Not Found</html>')).message).toBe('There is no ERPNext under this address')
  })
})

describe('lists over there', () => {
  it('[EN2] a list without a limit is read to its end', async () => {
    const rows = Array.from({ length: ALL_PAGE + 3 }, (_, n) => ({ name: `row ${n}` }))
    const frappe = makeFrappe({
      url: 'http://localhost:1',
      now: () => '2026-11-25T12:00:00.000Z',
      key: () => 'key',
      secret: () => 'secret',
      fetch: async (_url, init) => {
        if (typeof init?.body !== 'string') return Response.json({ message: 'bot' })
        const { limit_start: start, limit_page_length: length }: Record<string, number> = JSON.parse(init.body)
        return Response.json({ message: rows.slice(start, start! + length!) })
      },
    })
    const row = v.object({ name: v.string() })
    expect(await frappe.rows('Batch', row, { filters: [] }, never)).toEqual(rows)
    expect(await frappe.rows('Batch', row, { filters: [], limit: 2 }, never)).toEqual(rows.slice(0, 2))
  })
})

describe('the clock over there', () => {
  it('[EN2] moments are read and written as the wall clock of the site', () => {
    expect(wallOf('2026-11-25T21:30:00.000Z', 'Europe/Istanbul')).toBe('2026-11-26 00:30:00')
    expect(momentOf('2026-11-26 00:30:00.123456', 'Europe/Istanbul')).toBe('2026-11-25T21:30:00.000Z')
    expect(postedAt('2026-11-26', '7:05:09.25', 'Europe/Istanbul')).toBe('2026-11-26T04:05:09.000Z')
    expect(momentOf('2026-03-29 03:30:00', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
    expect(momentOf('', 'UTC')).toBe('')
  })
  it('[EN2] an hour that comes twice is behind no cursor', () => {
    // Berlin, 25 October 2026: at 01:00 UTC the clocks go from 03:00 back to 02:00.
    const cursor = wallBefore('2026-10-25T00:55:00.000Z', 'Europe/Berlin', 0)
    for (const later of ['2026-10-25T00:56:00.000Z', '2026-10-25T01:05:00.000Z', '2026-10-25T02:00:00.000Z'])
      expect(wallOf(later, 'Europe/Berlin') >= cursor, later).toBe(true)
    expect(wallBefore('2026-11-25T12:00:00.000Z', 'Europe/Istanbul', 900_000)).toBe('2026-11-25 14:45:00')
  })
})

describe('goods of an order', () => {
  const goods = (pieces: number, more: Partial<Goods> = {}): Goods => ({
    item: 'MUG',
    unit: 'Nos',
    batch: '',
    serials: [],
    pieces,
    from: null,
    to: 'Stores - M',
    orderLine: null,
    ...more,
  })
  const line = (name: string, open: number, num = 1, den = 1) => ({
    line: name,
    item: 'MUG',
    ratio: { num, den },
    open,
  })
  const shares = (rows: readonly Goods[], lines: Parameters<typeof shareOut>[1]) =>
    shareOut(rows, lines).map(share => [share.line?.line ?? null, share.pieces, share.units])

  it('[EN4] goods fill the lines one after the other; what is over names the order only', () => {
    expect(shares([goods(5)], [line('a', 3), line('b', 4)])).toEqual([
      ['a', 3, 3],
      ['b', 2, 2],
    ])
    expect(shares([goods(8)], [line('a', 5)])).toEqual([
      ['a', 5, 5],
      [null, 3, 3],
    ])
    expect(shares([goods(2, { orderLine: 'b' })], [line('a', 3), line('b', 4)])).toEqual([['b', 2, 2]])
    expect(shares([goods(2, { orderLine: 'gone' })], [line('a', 3)])).toEqual([['a', 2, 2]])
  })
  it('[EN4] a line that counts cases takes whole cases; the rest are pieces', () => {
    expect(shares([goods(13)], [line('a', 24, 12)])).toEqual([
      ['a', 12, 1],
      [null, 1, 1],
    ])
    // Half a piece each: three pieces are six of them.
    expect(shares([goods(3)], [line('a', 10, 1, 2)])).toEqual([['a', 3, 6]])
    expect(shares([goods(2), goods(2, { batch: 'B' })], [line('a', 3)])).toEqual([
      ['a', 2, 2],
      ['a', 1, 1],
      [null, 1, 1],
    ])
  })
  it('[EN4] numbered pieces keep their numbers', () => {
    const [first, second] = shareOut([goods(3, { serials: ['1', '2', '3'] })], [line('a', 2)])
    expect([first?.serials, second?.serials]).toEqual([['1', '2'], ['3']])
  })
  it('[EN4] a float of ERPNext is the decimal that it shows; a factor is taken only as a small ratio', () => {
    expect(quantityOf(0.1 + 0.2)).toEqual({ n: 3, num: 1, den: 10 })
    expect(factorOf(12)).toEqual({ num: 12, den: 1 })
    expect(factorOf(0.333333333)).toEqual({ num: 1, den: 3 })
    expect(factorOf(0)).toBe(null)
  })
  it('[EN8] a batch that has the number of another item’s carries its item', () => {
    const [alone, together] = batchNames('L1', 'MUG')
    expect([alone, together]).toEqual(['L1', 'L1 / MUG'])
    expect([lotOf(alone, 'MUG'), lotOf(together, 'MUG'), lotOf(together, 'CUP')]).toEqual(['L1', 'L1', 'L1 / MUG'])
  })
})
