import { expect } from 'vitest'
import { isErpError } from '../../server/erp/erp-error.ts'
import { never } from './carry.ts'
import type { Case, Kit } from './kit.ts'

const classOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'none',
    (error: unknown) => (isErpError(error) ? error.class : `not an ErpError: ${String(error)}`),
  )

/** Logging in, rights, the clock. */
export const sessionCases = (kit: Kit): readonly Case[] => {
  const cases: Case[] = []
  const test = (title: string, run: Case['run']): void => void cases.push({ title, run })
  test('[E60] check: logs in, reads the server’s clock, and finds nothing missing', async () => {
    const health = await kit.connector().check(never)
    expect(health.problems).toEqual([])
    expect(health.ok).toBe(true)
    expect(Date.parse(health.serverTime)).not.toBeNaN()
  })
  test('[E61] wrong password: at most two tries, and the class is auth', async () => {
    const wrong = kit.peer().connect({ url: kit.proxy().url, password: 'wrong' })
    const before = kit.proxy().faults.calls()
    const tries = await Promise.all([1, 2, 3, 4].map(() => classOf(wrong.pull('item', null, 1, never))))
    expect(tries).toEqual(['auth', 'auth', 'auth', 'auth'])
    expect(await classOf(wrong.pull('item', null, 1, never))).toBe('auth')
    expect(kit.proxy().faults.calls() - before).toBeLessThanOrEqual(2)
  })
  test('[E129] hints: taken exactly if the connector says so, never without a proof', async () => {
    const { caps, webhook } = kit.connector()
    expect(webhook !== undefined).toBe(caps.webhooks)
    const raw = new TextEncoder().encode('{"type":"item.changed","doctype":"Item","_model":"product.product"}')
    const request = { headers: {}, raw, secret: null, now: '2026-11-23T08:00:00.000Z' }
    if (webhook !== undefined) expect(await classOf(webhook(request))).toBe('auth')
  })
  return cases
}
