import { afterAll, describe, expect, it } from 'vitest'
import { isDay } from '../../shared/time.ts'
import { deskApp, PASSWORD } from '../../test/support/desk-app.ts'
import { browserOf } from './desk/test-browser.ts'
import { CONNECTOR } from '../../test/support/sql-site.ts'
import { derivedId } from '../../shared/ids.ts'

/** Days that look like days, and instants that look like instants; the database refuses each of them. */
const DAYS = ['2026-02-31', '2025-02-29', '2026-04-31', '0000-01-01']
const INSTANTS = [...DAYS.map(day => `${day}T08:00:00.000Z`), '2026-02-28T08:00:00+16:00', '2026-02-28T08:00:00+23']

describe('days and instants that there are not', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, read } = desk
  const worker = people.sevda.id
  const code = async (answer: { status: number; body: unknown } | Promise<{ status: number; body: unknown }>) => {
    const { status, body } = await answer
    return [status, (body as { code?: string }).code]
  }
  const isRefused = [400, 'bad_request']

  it('[W7] a day is one of the calendar', () => {
    for (const day of [...DAYS, '2026-2-1', '1899-12-31', 'today', '']) expect(isDay(day)).toBe(false)
    for (const day of ['2026-02-28', '2024-02-29', '1900-01-01', '9999-12-31']) expect(isDay(day)).toBe(true)
  })

  it('[W7] is no answer of figures, stock of the past and exports', async () => {
    await desk.account(people.sevda, 'sevda')
    const page = browserOf(app.app, '10.0.9.1')
    await page.logIn('sevda', PASSWORD)
    const statusOf = async (path: string) => (await page.get(path)).status
    for (const day of DAYS) {
      expect(await code(read(`/api/kpi?worker=${worker}&from=${day}&to=2026-03-01`))).toEqual(isRefused)
      expect(await code(read(`/api/kpi?worker=${worker}&to=${day}`))).toEqual(isRefused)
      expect(await statusOf(`/api/desk/past?day=${day}`)).toBe(400)
      expect(await statusOf(`/api/desk/export?list=past&day=${day}`)).toBe(400)
    }
    for (const day of ['1900-01-01', '9999-12-31']) {
      expect((await read(`/api/kpi?worker=${worker}&from=${day}&to=${day}`)).status).toBe(200)
      expect((await read(`/api/kpi?worker=${worker}&to=${day}`)).status).toBe(200)
    }
  })

  it('[W7] is no time of a message, and no place in a list', async () => {
    for (const at of INSTANTS) {
      const after = encodeURIComponent(`${at}~${derivedId('exception', 'x')}~0`)
      expect(await code(read(`/api/exceptions?worker=${worker}&after=${after}`))).toEqual(isRefused)
      const rows = `/api/kpi/order/rows?worker=${worker}&after=${encodeURIComponent(`${at}~x`)}`
      expect(await code(read(rows))).toEqual(isRefused)
      const erp = `worker=${people.integrator.id}&connection=${CONNECTOR}`
      const instant = encodeURIComponent(at)
      expect(await code(read(`/api/erp/compare?${erp}&before=${instant}`))).toEqual(isRefused)
      expect(await code(read(`/api/erp/facts?${erp}&from=${instant}&to=${instant}`))).toEqual(isRefused)
    }
  })
})
