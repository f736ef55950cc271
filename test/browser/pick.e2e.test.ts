import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { demoClientOf } from '../../server/demo/site.ts'
import type { SimItem, SimOrder } from '../../server/erp/sim/state.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Policy } from '../../shared/policy.ts'
import { floorLoaded, launch } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { floorOf, HOME, isPlain, MODES, personOf } from '../support/floor.ts'
import type { Floor, StockRow } from '../support/floor.ts'
import { erpOf } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

type Goods = { item: SimItem; code: string; name: string; place: string; all: number }
/** What the short's difference is judged to be once every handheld has reported, and by how sure their clocks are. */
const LATER: ReadonlySet<string> = new Set(['count_variance', 'order_unknown'])
type Client = 'marmara' | 'anadolu'

/** Ways to pick on the built product, by the keyboard scanner alone: alike with a network and without one. */
describe('pick', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  let emre: Handheld
  const used = new Set<string>()
  const ends = new Map<string, object>()

  /** Anadolu sorts at packing and lets the picker choose where the rest is; Marmara does as the demo, two orders a walk. */
  const changePolicies = async (): Promise<void> => {
    const can = personOf('administrator')
    const put = async (client: Client | null, policy: Policy): Promise<unknown> => {
      const { version } = (await floor.api('GET', `/api/policies?worker=${can.id}`)) as { version: number }
      return floor.api('POST', '/api/policies', {
        worker: can.id,
        session: derivedId('session', 'desk'),
        id: derivedId('decision', 'policy', client ?? 'all'),
        expectedVersion: version,
        client: client === null ? null : demoClientOf(client),
        policy,
      })
    }
    const pick = { ...DEFAULT_POLICY.pick, clusterSize: 2, prefetchTasks: 0 }
    const policy = { ...DEFAULT_POLICY, pick }
    await put(null, policy)
    await put('anadolu', {
      ...policy,
      pick: { ...pick, multiOrderTote: true, reallocation: 'manual', zeroCheck: 'never' },
    })
  }

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    floor = await floorOf(browser, product)
    await changePolicies()
    emre = await floor.worker('Emre')
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  afterEach(() => emre.context.setOffline(false))

  /** Said on the screen, unless the word that there is no network has come over it just now. */
  const heard = (part: string | RegExp): Promise<void> => {
    const source = typeof part === 'string' ? part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&') : part.source
    return emre.band(new RegExp(`${source}|Offline. Keep going`))
  }
  const reloaded = async (): Promise<void> => {
    await emre.page.reload()
    await floorLoaded(emre.page)
  }
  const rowsOf = async ({ sku }: SimItem): Promise<readonly StockRow[]> =>
    (await floor.stock(sku)).filter(row => row.sku === sku)
  /** Plain goods that lie in one place only, and that nobody has asked for. */
  const goods = async (client: Client): Promise<Goods> => {
    for (const item of Object.values(erpOf(product.dataDir).items)) {
      if (item.client !== client || !isPlain(item) || used.has(item.id)) continue
      used.add(item.id)
      const rows = await rowsOf(item)
      const [row] = rows
      if (rows.length !== 1 || row === undefined || row.onHand < 12 || row.reserved > 0 || row.held > 0) continue
      return { item, code: item.barcodes[0] ?? '', name: item.name, place: row.place, all: row.onHand }
    }
    throw new Error('no goods')
  }
  /** With its goods reserved, on the `day`-th of a month that is long past: nothing else comes before it. */
  const order = async (
    client: Client,
    number: string,
    day: number,
    lines: readonly (readonly [Goods, number])[],
  ): Promise<SimOrder> => {
    const reserved = async ({ item }: Goods): Promise<number> =>
      (await rowsOf(item)).reduce((sum, row) => sum + row.reserved, 0)
    const wanted = await Promise.all(lines.map(async ([one, n]) => (await reserved(one)) + n))
    const made = await floor.addOrder({
      kind: 'sales',
      number,
      client,
      order: null,
      due: `2020-01-0${day}`,
      lines: lines.map(([{ item }, quantity]) => ({ item: item.id, quantity })),
    })
    await floor.until(`the goods of ${number} are reserved`, async () => {
      const now = await Promise.all(lines.map(([one]) => reserved(one)))
      return now.every((n, at) => n === wanted[at])
    })
    return made
  }
  const known = async (): Promise<ReadonlySet<string>> => new Set((await floor.exceptions()).map(({ id }) => id))
  const catalogued = async (all: readonly Goods[]): Promise<void> => {
    await floor.home(emre)
    for (const { code, name } of all) {
      await floor.seen(emre, code, name)
      await floor.home(emre)
    }
  }
  /** Stock of the goods by what is called alike in both rounds, exceptions since, and what the ERP was told of it. */
  const endOf = async (
    all: readonly Goods[],
    names: Readonly<Record<string, string>>,
    before: ReadonlySet<string>,
  ): Promise<object> => ({
    stock: await Promise.all(
      all.map(async one =>
        (await rowsOf(one.item))
          .map(row =>
            [
              names[row.place] ?? (row.place === one.place ? 'home' : row.place),
              row.status,
              row.place === one.place ? row.onHand - one.all : row.onHand === one.all ? 'all' : row.onHand,
              row.reserved === one.all ? 'all' : row.reserved,
              row.held > 0,
            ].join(),
          )
          .toSorted(),
      ),
    ),
    exceptions: (await floor.exceptions())
      .filter(one => !before.has(one.id) && !LATER.has(one.kind))
      .map(({ kind }) => kind)
      .toSorted(),
    documents: floor
      .documents(one => one.lines.some(line => all.some(({ item }) => item.id === line.item)))
      .map(one => all.reduce((text, { item }, n) => text.replaceAll(item.id, `item ${n}`), JSON.stringify(one))),
  })
  const alike = (name: string, end: object): void => {
    expect(end).toEqual(ends.get(name) ?? end)
    ends.set(name, end)
  }
  const inTote = async ({ item }: Goods, tote: string): Promise<number> =>
    (await rowsOf(item)).filter(row => row.place === tote).reduce((sum, row) => sum + row.onHand, 0)

  /** Next gives it out once the order is known; until then it says that there is nothing to pick. */
  const begun = async (isOffline: boolean, number: string): Promise<void> => {
    await emre.page.goto(`${product.url}/?open=pick`)
    await emre.band('Scan task, order or tote')
    await floor.seen(emre, 'XCNXT', `Pick ${number}`)
    if (isOffline) await emre.context.setOffline(true)
  }
  const unloaded = async (): Promise<void> => {
    await emre.band('Scan where the totes stay')
    await emre.scan(/PACK-\d/.exec(await emre.text())?.[0] ?? '')
    await emre.band(HOME)
  }
  const totes = (isOffline: boolean, from: number, n: number): Promise<string[]> =>
    Promise.all(Array.from({ length: n }, (_, i) => floor.tote(from + i + (isOffline ? n : 0))))

  it.each(MODES)(
    '[P54] two orders are one walk with a tote for each, one gets full and a place is not empty, %s',
    async mode => {
      const isOffline = mode === 'without a network'
      const [one = '', two = '', three = ''] = await totes(isOffline, 0, 3)
      const [both, last] = [await goods('marmara'), await goods('marmara')]
      const [first, second] = isOffline ? ['SO-CLU3', 'SO-CLU4'] : ['SO-CLU1', 'SO-CLU2']
      const before = await known()
      await order('marmara', first ?? '', 1, [
        [both, 2],
        [last, last.all],
      ])
      await order('marmara', second ?? '', 2, [[both, 3]])
      await catalogued([both, last])
      await begun(isOffline, first ?? '')
      const forBoth = async (): Promise<void> => {
        await emre.scan(both.place)
        await emre.band('Scan the item')
        await emre.scan(both.code)
        await heard(/1\s*\/\s*2/)
        await emre.scan(both.code)
        await heard('Now the tote 1 ▲')
        await emre.scan(one)
        await emre.band(`Pick ${second}`)
        await emre.scan(both.code)
        await heard(/1\s*\/\s*3/)
        await emre.scan(one)
        await heard('This tote belongs to another order')
        // What is in hand is booked, and the rest is next.
        await emre.scan(two)
        await emre.band(/Take\s+2/)
        await emre.scan(both.code)
        await emre.scan('XCFUL')
        await emre.band('Scan a new tote or station')
        await emre.scan(two)
        await heard('This tote is full')
        await emre.scan(three)
        await emre.band(/Take\s+1/)
        await emre.scan(both.code)
        await heard('Now the tote 2 ●')
        await emre.scan(three)
      }
      const forLast = async (): Promise<void> => {
        await emre.scan(last.place)
        await emre.band('Scan the item')
        await emre.scan(last.code)
        await heard(/1\s*\/\s*\d\d/)
        await floor.type(emre, String(last.all))
        await heard('Now the tote 1 ▲')
        await emre.scan(one)
        await emre.band(/empty now|gone here/)
        if (isOffline) await reloaded()
        await emre.band(/empty now|gone here/)
        await emre.scan('XCNAY')
        await heard('Somebody will count')
      }
      // The walk goes by its places.
      if (both.place < last.place) {
        await forBoth()
        await emre.band(last.place)
        await forLast()
      } else {
        await forLast()
        await emre.band(both.place)
        await forBoth()
      }
      await unloaded()
      expect(await emre.pointerEvents()).toBe(0)
      await emre.context.setOffline(false)
      await floor.until(
        'the server has it',
        async () => (await inTote(both, three)) === 2 && (await inTote(last, one)) === last.all,
      )
      const end = await endOf([both, last], { [one]: 'one', [two]: 'two', [three]: 'three' }, before)
      expect(end).toMatchObject({ exceptions: [], documents: [] })
      alike('cluster', end)
    },
  )

  it.each(MODES)('[P55] two orders share a tote and are sorted into their boxes at packing, %s', async mode => {
    const isOffline = mode === 'without a network'
    const [tote = ''] = await totes(isOffline, 6, 1)
    const [both, only] = [await goods('anadolu'), await goods('anadolu')]
    const [first = '', second = ''] = isOffline ? ['SO-BAT3', 'SO-BAT4'] : ['SO-BAT1', 'SO-BAT2']
    const before = await known()
    await order('anadolu', first, 1, [
      [both, 1],
      [only, 1],
    ])
    await order('anadolu', second, 2, [[both, 2]])
    await catalogued([both, only])
    await begun(isOffline, first)
    const taken = async (one: Goods, pieces: readonly number[]): Promise<void> => {
      await emre.scan(one.place)
      for (const n of pieces) {
        await emre.band('Scan the item')
        for (let k = 1; k <= n; k += 1) await emre.scan(one.code)
        await heard('Now the tote')
        await emre.scan(tote)
      }
    }
    const walk = [() => taken(both, [1, 2]), () => taken(only, [1])]
    for (const go of both.place < only.place ? walk : walk.toReversed()) await go()
    await unloaded()
    await emre.scan(tote)
    await heard('2 orders in this tote')
    await emre.band('Scan or choose a box')
    await emre.scan('XCR01')
    await heard(`Into box ${first}-1`)
    // A unit that both want goes to the order that is due first, and the screen says into which box.
    const units = [
      [both, first],
      [both, second],
      [only, first],
      [both, second],
    ] as const
    for (const [n, [one, number]] of units.entries()) {
      await emre.scan(one.code)
      await heard(`${one.name} into ${number}-1, ${3 - n} left`)
      if (isOffline && n === 1) await reloaded()
      await emre.band(n === 3 ? 'All packed: DONE' : 'Scan the item')
    }
    for (const number of [first, second]) {
      await emre.band(`Pack ${number}`)
      await emre.band('All packed: DONE')
      await emre.scan('XCDNE')
      await emre.band('Weight in grams?')
      await emre.scan('XCSKP')
      await heard(`${number}-1 closed. DONE?`)
      await emre.scan('XCDNE')
      await heard(`${number} is ready`)
    }
    for (const number of [first, second]) {
      await emre.scan(`${number}-1`)
      await heard('1 boxes at the door')
      await emre.scan('DOCK-1')
      await heard('1 boxes shipped')
    }
    expect(await emre.pointerEvents()).toBe(0)
    await emre.context.setOffline(false)
    await floor.until('the ERP has both shipments', () => {
      const told = JSON.stringify(
        floor.documents(one => one.type === 'shipment' && one.lines.some(l => l.item === both.item.id)),
      )
      return told.split('posted').length === 3
    })
    const end = await endOf([both, only], { [tote]: 'tote' }, before)
    expect(end).toMatchObject({ stock: [[`home,available,-3,0,false`], [`home,available,-1,0,false`]], exceptions: [] })
    alike('batch', end)
  })

  /** Most of it where it lay, three pieces where the worker has put them. */
  const inTwo = async (client: Client): Promise<Goods & { other: string }> => {
    const one = await goods(client)
    await catalogued([one])
    await emre.page.goto(`${product.url}/?open=move`)
    await emre.band('Scan place or pallet')
    await floor.seen(emre, one.place, 'Scan the item')
    await emre.scan(one.code)
    await emre.band('Scan where to')
    await emre.scan('XCQ03')
    await emre.band(/\b3\b/)
    for (const other of [
      'B2-04-01',
      'B2-05-01',
      'A2-04-01',
      'A2-05-01',
      'B1-04-01',
      'C1-04-01',
      'B2-04-02',
      'B2-05-02',
    ]) {
      if (other === one.place || places.has(other)) continue
      places.add(other)
      await emre.scan(other)
      // Moved to it, or why not: either names it.
      await emre.band(other)
      if (!(await emre.text()).includes(`Moved to ${other}`)) continue
      await floor.home(emre)
      await floor.until('the server has the move', async () => (await rowsOf(one.item)).length === 2)
      return { ...one, other }
    }
    throw new Error(`nowhere to go\n${await emre.text()}`)
  }
  const places = new Set<string>()

  /** At the first place of the order one piece is there instead of two; what is said then is `otherwise`, to the last scan. */
  const short = async (
    isOffline: boolean,
    one: Goods & { other: string },
    [number, tote]: readonly [string, string],
    otherwise: () => Promise<void>,
  ): Promise<object> => {
    const before = await known()
    await order(one.item.client as Client, number, 1, [[one, 2]])
    await floor.seen(emre, number, /tote/)
    await emre.scan(tote)
    await emre.band('Scan the place')
    if (isOffline) await emre.context.setOffline(true)
    const [at, there] = (await emre.text()).includes(one.other) ? [one.other, one.place] : [one.place, one.other]
    await emre.scan(at)
    await emre.band('Scan the item')
    await emre.scan('XCSHT')
    await emre.band('How many')
    await emre.scan('XCQ01')
    await emre.band('What happened?')
    if (isOffline) await reloaded()
    await emre.band('What happened?')
    await emre.scan('XCR01')
    await otherwise()
    await emre.band(there)
    await emre.band('Scan the place')
    await emre.scan(there)
    await emre.band('Scan the item')
    await emre.scan(one.code)
    await unloaded()
    expect(await emre.pointerEvents()).toBe(0)
    await emre.context.setOffline(false)
    await floor.until('the server has it', async () => (await inTote(one, tote)) === 2)
    await floor.until('the short is told', async () => (await known()).size > before.size)
    const end = await endOf([one], { [tote]: 'tote', [at]: 'here', [there]: 'else' }, before)
    expect(end).toMatchObject({ exceptions: ['short_pick'], documents: [] })
    return end
  }

  it.each(MODES)('[P56] what is short at one place is taken from another by itself, %s', async mode => {
    const isOffline = mode === 'without a network'
    const [tote = ''] = await totes(isOffline, 8, 1)
    const one = await inTwo('marmara')
    alike('auto', await short(isOffline, one, [isOffline ? 'SO-SHO2' : 'SO-SHO1', tote], async () => undefined))
  })

  it.each(MODES)('[P57] what is short at one place is taken from where the picker says, %s', async mode => {
    const isOffline = mode === 'without a network'
    const [tote = ''] = await totes(isOffline, 10, 1)
    const one = await inTwo('anadolu')
    const end = await short(isOffline, one, [isOffline ? 'SO-SHO4' : 'SO-SHO3', tote], async () => {
      await emre.band('Take the rest from where?')
      await emre.scan('XCR01')
    })
    alike('manual', end)
  })
})
