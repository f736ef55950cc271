import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { readLabel } from '../../shared/scan/own-label.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { seedErp } from '../erp/sim/seed.ts'
import type { SiteStore } from '../ports.ts'
import { testApp } from '../routes/test-app.ts'
import { loadFiles } from '../routes/static.ts'
import { barcodeSvg, kindOf } from './barcode.ts'
import type { DemoData } from './demo-data.ts'
import { DEMO_PEOPLE, demoWorkers } from './people.ts'
import { demoPlaces } from './places.ts'
import { DEMO_WAREHOUSE, demoClientOf, demoKeyOf, seedDemo } from './site.ts'

const view: Awaited<ReturnType<DemoData['read']>> = {
  items: [
    {
      sku: 'S-1',
      name: '<script>alert(1)</script>',
      client: 'Anadolu Gıda',
      code: '8690000000012',
      packagings: [{ name: 'case', quantity: 12, code: '18690000000019' }],
      asks: ['lot', 'expiry'],
      places: [{ code: 'A1-01-01', onHand: 40 }],
    },
  ],
  documents: [
    { kind: 'receipt', number: 'PO-1001', client: 'Anadolu Gıda', partner: 'Ege', state: 'open', lines: [] },
    { kind: 'order', number: 'SO-2001', client: 'Marmara Teknik', partner: 'Kale', state: 'open', lines: [] },
  ],
  places: [
    { code: 'DOCK-1', kind: 'dock', zone: null },
    { code: 'XT00425', kind: 'tote', zone: null },
  ],
}
const demoOf = async () => ({
  data: {
    read: async () => view,
    enrolment: () => ({ code: 'XECODE', url: 'http://localhost:8080/enrol#t=XECODE' }),
  },
  files: (await loadFiles('server/demo/public')) ?? new Map(),
})

test('[O2] the demo warehouse has three zones, two hundred places, docks, and totes with good labels', () => {
  const places = demoPlaces(DEMO_WAREHOUSE.id)
  const kinds = new Set(places.map(place => place.kind))
  expect(places.filter(place => place.sequence > 0).length).toBeGreaterThanOrEqual(200)
  expect(new Set(places.flatMap(place => place.zone ?? []))).toEqual(new Set(['A', 'B', 'C']))
  for (const kind of [
    'pickable',
    'reserve',
    'dock',
    'staging',
    'pack',
    'tote',
    'supplier',
    'customer',
    'unknown',
  ] as const)
    expect(kinds).toContain(kind)
  expect(new Set(places.map(place => place.id)).size).toBe(places.length)
  expect(new Set(places.map(place => place.code)).size).toBe(places.length)
  const totes = places.filter(place => place.kind === 'tote')
  expect(totes.length).toBeGreaterThanOrEqual(12)
  for (const tote of totes) expect(readLabel(tote.code)?.prefix).toBe('XT')
})

test('[O2] every role of the floor has somebody with a badge, and the roster holds its hash only', () => {
  const roles = new Set(DEMO_PEOPLE.flatMap(person => person.roles))
  for (const role of ['receiver', 'picker', 'packer', 'counter', 'supervisor', 'administrator'] as const)
    expect(roles).toContain(role)
  for (const person of DEMO_PEOPLE) expect(readLabel(person.badge)?.prefix).toBe('XB')
  const workers = demoWorkers()
  expect(workers.map(worker => worker.badgeHash)).toEqual(DEMO_PEOPLE.map(person => sha256Hex(person.badge)))
  expect(JSON.stringify(workers)).not.toContain(DEMO_PEOPLE[0]?.badge)
})

test('[O2] every client that the demo ERP knows is a client of the warehouse', () => {
  const keys = new Set(Object.values(seedErp().items).map(item => item.client))
  expect(keys.size).toBe(2)
  for (const key of keys) expect(demoKeyOf(demoClientOf(key) ?? '')).toBe(key)
  expect(demoClientOf('toString')).toBeNull()
})

test('[O3] the demo fills an empty installation once and never touches one that has a warehouse', async () => {
  const app = await testApp()
  const seed = { key: app.deps.serverKey, now: app.deps.now(), feedEpoch: 'feedepoch001' }
  expect(await seedDemo(app.deps.stores.site, seed)).toBe(false)
  const calls: string[] = []
  const empty = emptySite(calls)
  expect([await seedDemo(empty, seed), await seedDemo(empty, seed)]).toEqual([true, true])
  expect(calls).toEqual(['addWarehouse', 'putClients', 'putLocations', 'putPolicies', 'putRoster', 'saveSetting'])
})

test('[O3] a first start that broke off is finished by the next one', async () => {
  const app = await testApp()
  const seed = { key: app.deps.serverKey, now: app.deps.now(), feedEpoch: 'feedepoch001' }
  const calls: string[] = []
  const site = emptySite(calls)
  const broken: SiteStore = {
    ...site,
    putLocations: async () => {
      throw new Error('power cut')
    },
  }
  await expect(seedDemo(broken, seed)).rejects.toThrow('power cut')
  expect(await seedDemo(site, seed)).toBe(true)
  expect(calls.filter(call => call === 'addWarehouse')).toHaveLength(1)
  expect(calls.at(-1)).toBe('saveSetting')
})

test('[O4] the demo page shows what can be scanned, as barcodes that are clicks as well', async () => {
  const app = await testApp({ demo: await demoOf() })
  const page = await (await app.app.request('/demo')).text()
  for (const text of [
    'PO-1001',
    'SO-2001',
    '8690000000012',
    '18690000000019',
    'DOCK-1',
    'XT00425',
    'XCDNE',
    'XB7K3PA26',
  ])
    expect(page).toContain(`data-scan="${text}"`)
  expect(page).toContain('src="/demo/code/ean13/8690000000012.svg"')
  expect(page).toContain('href="/enrol#t=XECODE"')
})

test('[O4] the demo page obeys the content policy: no inline script or style, and names are escaped', async () => {
  const app = await testApp({ demo: await demoOf() })
  const page = await (await app.app.request('/demo')).text()
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/)
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  for (const [file, type] of [
    ['demo.js', 'text/javascript'],
    ['demo.css', 'text/css'],
  ])
    expect((await app.app.request(`/demo/${file}`)).headers.get('content-type')).toContain(type)
})

test('[O4] outside the demo there is no demo page', async () => {
  const app = await testApp()
  for (const path of ['/demo', '/demo/demo.js', '/demo/code/code128/XCDNE.svg'])
    expect((await app.app.request(path)).status).toBe(404)
})

test('[O4] barcodes are drawn for short printable texts only, shop codes as EAN-13', async () => {
  expect([kindOf('8690000000012'), kindOf('8690000000013'), kindOf('A1-01-01')]).toEqual([
    'ean13',
    'code128',
    'code128',
  ])
  expect(barcodeSvg('code128', 'XCDNE')).toMatch(/^<svg/)
  for (const text of ['', 'ş', 'x'.repeat(121)]) expect(barcodeSvg('code128', text)).toBeNull()
  const app = await testApp({ demo: await demoOf() })
  expect((await app.app.request('/demo/code/qrcode/hello.svg')).headers.get('content-type')).toContain('image/svg+xml')
  for (const path of ['/demo/code/nothing/x.svg', '/demo/code/ean13/123.svg'])
    expect((await app.app.request(path)).status).toBe(404)
})

/** A site store that has nothing yet and writes down what it is asked. */
const emptySite = (calls: string[]): SiteStore => {
  const state = { warehouse: false, roster: false, demo: null as unknown }
  const note = (name: string) => async () => void calls.push(name)
  return {
    warehouses: async () => (state.warehouse ? [DEMO_WAREHOUSE] : []),
    clients: async () => [],
    addWarehouse: async () => {
      state.warehouse = true
      calls.push('addWarehouse')
    },
    putClients: note('putClients'),
    putLocations: note('putLocations'),
    putPolicies: async (_, policies) => {
      expect(policies.warehouse).toEqual({ ...DEFAULT_POLICY, site: { timeZone: 'Europe/Istanbul' } })
      calls.push('putPolicies')
    },
    policies: async () => null,
    changePolicy: async () => {
      throw new Error('not part of these tests')
    },
    restorePolicy: async () => {
      throw new Error('not part of these tests')
    },
    policyVersions: async () => [],
    replaceRoster: async () => {
      throw new Error('not part of these tests')
    },
    turnDay: async () => 0,
    putRoster: note('putRoster'),
    roster: async () => null,
    setting: async () => state.demo,
    changeSetting: async (_, change) => change(null),
    saveSetting: async (_, value) => {
      state.demo = value
      calls.push('saveSetting')
    },
  }
}
