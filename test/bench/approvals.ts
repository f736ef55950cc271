import { sql } from 'kysely'
import { settleCounts } from '../../server/sync/settle-counts.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { EFFECTIVE_AFTER_MS } from '../../shared/count/decide.ts'
import { deskApp } from '../support/desk-app.ts'
import { openFresh } from '../support/postgres.ts'
import { flushingPostgres } from './engine.ts'
import { percentile, report } from './report.ts'

const PENDING = 10_000
const AT_ONCE = 250
const BULK = 1_000
/** The most decisions that one request may hold. */
const IN_ONE = 500

type Row = { id: string; version: number; within: boolean }
type Page = { variances: Row[]; next: string | null }

/**
 * 10,000 differences that wait for a person, over the whole HTTP side: how long the first page takes, how long all of them,
 * how long 1,000 approvals in one go, and how long until they are posted. `engine`: pglite (default) or postgres.
 */
export const approvals = async (engine: string): Promise<void> => {
  const postgres = engine === 'postgres' ? await flushingPostgres() : null
  const desk = await deskApp({}, undefined, postgres === null ? undefined : await openFresh(postgres.url))
  const { site, stores, people, app } = desk
  const at = () => ({ warehouse: site.warehouse.id, now: app.deps.now() })
  for (let from = 0; from < PENDING; from += AT_ONCE) {
    const keys = Array.from({ length: AT_ONCE }, (_, n) => ({ ...desk.key(), lot: `L${from + n}` }))
    await desk.facts(
      keys.map(key => ({ ...NOTHING, ...desk.counted(97, key), movements: desk.arrived(100, key).movements })),
    )
  }
  for (;;) {
    const { looked, posted } = await settleCounts(stores.sync, at())
    if (looked + posted === 0) break
  }
  await sql`analyze`.execute(desk.opened.db)
  const read = async (after: string): Promise<Page> => {
    const path = `/api/variances?worker=${people.sevda.id}&limit=200${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`
    const { status, body } = await desk.read(path)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body as Page
  }
  const first: number[] = []
  for (let n = 0; n < 10; n += 1) {
    const began = performance.now()
    await read('')
    first.push(performance.now() - began)
  }
  const rows: Row[] = []
  const began = performance.now()
  for (let after: string | null = ''; after !== null;) {
    const page: Page = await read(after)
    rows.push(...page.variances)
    after = page.next
  }
  const allMs = performance.now() - began
  const small = rows.filter(row => row.within).slice(0, BULK)
  const bulkBegan = performance.now()
  let done = 0
  for (let from = 0; from < small.length; from += IN_ONE) {
    const decisions = small.slice(from, from + IN_ONE).map(({ id, version }) => ({
      id: derivedId('decision', 'bench', id),
      kind: 'count.approve',
      target: id,
      expectedVersion: version,
      reason: 'MISSING',
    }))
    const { body } = await desk.write('/api/decisions', { worker: people.sevda.id, decisions })
    done += (body as { results: { outcome: string }[] }).results.filter(one => one.outcome === 'done').length
  }
  const bulkMs = performance.now() - bulkBegan
  app.wait(EFFECTIVE_AFTER_MS + 1)
  const postBegan = performance.now()
  let posts = 0
  for (;;) {
    const { posted } = await settleCounts(stores.sync, at())
    if (posted === 0) break
    posts += posted
  }
  const postMs = performance.now() - postBegan
  const firstMs = percentile(first, 95)
  report(
    [
      { what: 'waiting', value: rows.length, unit: 'rows', goal: PENDING },
      { what: 'first page, 95th of 10', value: Math.round(firstMs), unit: 'ms', goal: 1000 },
      { what: 'all pages', value: Math.round(allMs), unit: 'ms', goal: 0 },
      { what: `approve ${done} in one go`, value: Math.round(bulkMs), unit: 'ms', goal: 5000 },
      { what: `post these ${posts}`, value: Math.round(postMs), unit: 'ms', goal: 0 },
    ],
    { bench: `approvals ${engine}`, value: bulkMs, unit: 'ms', reference: 5000 },
  )
  await desk.close()
  await postgres?.stop()
  if (rows.length !== PENDING || done !== BULK || posts !== BULK || firstMs > 1000 || bulkMs > 5000) process.exit(1)
}
