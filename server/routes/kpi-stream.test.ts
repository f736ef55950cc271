import { expect, it } from 'vitest'
import type { KpiKey } from '../kpi-ports.ts'
import { csvStream } from './kpi-stream.ts'

/** `all` rows, named by their number. */
const streamOf = (all: number, max: number) => {
  const asked: (KpiKey | null)[] = []
  const stream = csvStream(
    {
      head: 'head\r\n',
      page: async (after, limit) => {
        asked.push(after)
        const from = after === null ? 0 : Number(after.id) + 1
        const rows = Array.from({ length: Math.max(0, Math.min(limit, all - from)) }, (_, i) => from + i)
        return rows.map(n => ({ key: { at: '', id: String(n) }, row: { n } }))
      },
      text: rows => rows.map(row => `${row['n']}\r\n`).join(''),
    },
    max,
  )
  return { asked, text: () => new Response(stream).text() }
}

it('[KP83] a stream holds every row once, page behind page, and reads no page before the last one was taken', async () => {
  const { asked, text } = streamOf(4500, 10_000)
  const lines = (await text()).split('\r\n').slice(0, -1)
  expect(lines).toEqual(['head', ...Array.from({ length: 4500 }, (_, n) => String(n))])
  expect(asked.map(key => key?.id ?? null)).toEqual([null, '1999', '3999'])
  expect(await streamOf(0, 10).text()).toBe('head\r\n')
  expect((await streamOf(4000, 4000).text()).split('\r\n')).toHaveLength(4002)
})

it('[KP83] above the limit it breaks off with an error, so that nobody takes a part for the whole', async () => {
  await expect(streamOf(4001, 4000).text()).rejects.toThrow('at most 4000 rows')
})
