import { expect, it } from 'vitest'
import type { Rpc } from './tryton-rpc.ts'
import { todayThere } from './tryton-site.ts'

const { signal } = new AbortController()
const rpc = { clock: async () => '2026-11-23T22:30:00.000Z', read: async () => '2026-11-22' } as unknown as Rpc

it('[ET38] today is the company’s day, and where it names no zone what Tryton itself says', async () => {
  expect(await todayThere(rpc, { timeZone: 'Europe/Istanbul' }, signal)).toBe('2026-11-24')
  expect(await todayThere(rpc, { timeZone: 'America/Lima' }, signal)).toBe('2026-11-23')
  expect(await todayThere(rpc, { timeZone: null }, signal)).toBe('2026-11-22')
})
