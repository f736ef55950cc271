import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { build } from 'vite'
import { catalogueOf } from '../../server/store/catalogue-blocks.ts'
import type { Item } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId } from '../../shared/ids.ts'
import { gs1CheckDigit } from '../../shared/scan/check-digit.ts'
import type { Page } from 'playwright'
import { framed } from '../../shared/sync/frames.ts'
import { codeKey } from '../../shared/scan/code-key.ts'
import { launch } from '../support/browser.ts'
import { percentile, report } from './report.ts'

const ITEMS = Number(process.argv[3] ?? 100_000)
const LOOKUPS = 400
const THROTTLE = 4
const CLIENT: ClientId = derivedId('client', 'bench')

const gtinOf = (n: number): string => {
  const body = `869${String(n).padStart(9, '0')}`
  return body + gs1CheckDigit(body)
}
const itemOf = (n: number): Item => ({
  id: derivedId('item', 'bench', n),
  client: CLIENT,
  sku: `SKU-${String(n).padStart(6, '0')}`,
  name: `Stoneware bowl, glazed, ${n % 97} cm, colour ${n % 31}`,
  unit: 'pcs',
  packagings: n % 3 === 0 ? [{ id: 'case', name: 'Case of 12', quantity: 12, codes: [`1${gtinOf(n)}`] }] : [],
  codes: [gtinOf(n)],
  tracking: { lot: n % 5 === 0, serial: false, expiry: n % 10 === 0 },
  active: true,
})

/** 100,000 items into IndexedDB: the handheld's own fetch and store, against the bare cost of the same texts. */
export const snapshot = (): Promise<void> =>
  withCatalogue(async (page, { blocks }) => {
    const value = await page.evaluate(() => globalThis.bench.snapshot())
    const reference = await page.evaluate(() => globalThis.bench.bareSnapshot())
    const bytes = [...blocks.values()].reduce((sum, block) => sum + block.length, 0)
    console.log(`${ITEMS} items: ${blocks.size} blocks, ${(bytes / 1e6).toFixed(1)} MB`)
    const rows = [
      { what: 'manifest → catalogue in use', ms: Math.round(value) },
      { what: 'one answer, one bare transaction', ms: Math.round(reference) },
    ]
    report(rows, { bench: `snapshot ${THROTTLE}x`, value, unit: 'ms', reference })
  })

/** A barcode to its item in 100,000, against reading and parsing one block by its name. */
export const lookup = (): Promise<void> =>
  withCatalogue(async (page, { families }) => {
    await page.evaluate(() => globalThis.bench.snapshot())
    await page.evaluate(() => globalThis.bench.bareSnapshot())
    const steps = Array.from({ length: LOOKUPS }, (_, i) => i)
    const codes = steps.map(i => codeKey(gtinOf((i * 7919) % ITEMS)))
    const names = Object.entries(families).flatMap(([family, { blocks: all }]) =>
      family.startsWith('item/') ? all : [],
    )
    const shas = steps.map(i => names[(i * 7919) % names.length] ?? '')
    const values = await page.evaluate(all => globalThis.bench.lookup(all), codes)
    const references = await page.evaluate(all => globalThis.bench.bareLookup(all), shas)
    const row = (what: string, ms: readonly number[]) => ({
      what,
      n: ms.length,
      'p50 ms': percentile(ms, 50).toFixed(2),
      'p95 ms': percentile(ms, 95).toFixed(2),
    })
    report([row('barcode → item', values), row('one block, read and parsed', references)], {
      bench: `lookup ${THROTTLE}x`,
      value: percentile(values, 95),
      unit: 'ms p95',
      reference: percentile(references, 95),
    })
  })

/** Typed words among 100,000 names. The reference is the first search, which unpacks every block once. */
export const search = (): Promise<void> =>
  withCatalogue(async page => {
    await page.evaluate(() => globalThis.bench.snapshot())
    const texts = Array.from({ length: 40 }, (_, i) => `${['glaz', 'BOWL', 'Colour', 'stone'][i % 4] ?? ''} ${i + 10}`)
    const [first = 0, ...later] = await page.evaluate(all => globalThis.bench.search(all), ['bowl 42', ...texts])
    const rows = [
      { what: 'the first search', n: 1, 'p50 ms': Math.round(first), 'p95 ms': Math.round(first) },
      {
        what: 'every later one',
        n: later.length,
        'p50 ms': Math.round(percentile(later, 50)),
        'p95 ms': Math.round(percentile(later, 95)),
      },
    ]
    report(rows, { bench: `search ${THROTTLE}x`, value: percentile(later, 95), unit: 'ms p95', reference: first })
  })

type Catalogue = ReturnType<typeof catalogueOf>

/** The bench page in a throttled Chromium, and a server that has the catalogue in memory: only the handheld is measured. */
const withCatalogue = async (run: (page: Page, catalogue: Catalogue) => Promise<void>): Promise<void> => {
  const catalogue = catalogueOf(Array.from({ length: ITEMS }, (_, n) => itemOf(n)))
  const { families, blocks } = catalogue
  const all = framed([...blocks.values()])
  const files = new Map<string, string | Uint8Array>([
    ['/', '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'],
    ['/page.js', await pageCode()],
    ['/api/catalogue', JSON.stringify({ version: 'bench', asOf: '2026-01-01T00:00:00.000Z', families })],
    ['/all', all],
    ['/names', JSON.stringify([...blocks.keys()])],
  ])
  const server = createServer((request, response) => {
    const url = request.url ?? '/'
    const type = url === '/' ? 'text/html' : url.endsWith('.js') ? 'text/javascript' : 'application/json'
    const send = (body: string | Uint8Array | undefined): void => {
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(body ?? '')
    }
    if (url !== '/api/blk') return send(files.get(url))
    let asked = ''
    request.on('data', piece => (asked += String(piece)))
    request.on('end', () => {
      const { shas } = JSON.parse(asked) as { shas: string[] }
      send(framed(shas.map(sha => blocks.get(sha) ?? null)))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => 'bench' in globalThis)
    await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
    await run(page, catalogue)
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
}

const pageCode = async (): Promise<string> => {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: [{ find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.min.mjs' }] },
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        output: { codeSplitting: false },
        input: path.join(import.meta.dirname, 'page/catalogue-page.ts'),
      },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (output === undefined || !('output' in output)) throw new Error('the bench page was not built')
  return output.output[0].code
}
