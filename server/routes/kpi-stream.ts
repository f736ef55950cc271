import type { TableRow } from '../../shared/desk/kpi-tables.ts'
import type { KpiKey } from '../kpi-ports.ts'

type Row = { key: KpiKey; row: TableRow }
export type CsvPages = {
  /** What comes before all rows. */
  head: string
  page: (after: KpiKey | null, limit: number) => Promise<readonly Row[]>
  text: (rows: readonly TableRow[]) => string
}

const PAGE = 2000
export const MAX_EXPORT = 1_000_000

/**
 * One page is read when the reader has taken the last one: an export needs the memory of a page. Above the limit it breaks
 * off, so that nobody takes a part for the whole.
 */
export const csvStream = ({ head, page, text }: CsvPages, max = MAX_EXPORT): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  let after: KpiKey | null = null
  let rows = 0
  return new ReadableStream<Uint8Array>({
    start: to => to.enqueue(encoder.encode(head)),
    pull: async to => {
      const next = await page(after, PAGE)
      rows += next.length
      if (rows > max) return to.error(new Error(`an export has at most ${max} rows`))
      if (next.length > 0) to.enqueue(encoder.encode(text(next.map(({ row }) => row))))
      after = next.at(-1)?.key ?? after
      if (next.length < PAGE) to.close()
    },
  })
}
