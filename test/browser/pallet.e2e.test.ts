import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'
import type { SimItem } from '../../server/erp/sim/state.ts'
import { launch } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { floorOf, gs1, HOME, isPlain, MODES, personOf } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { erpOf } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const CLIENT = 'anadolu'
const STAGE = 'STAGE-4'

/** Pallets at the dock of the built product, by the keyboard scanner alone: alike with a network and without one. */
describe('a pallet at the dock', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  let plain: SimItem
  let dated: SimItem
  const ends = new Map<string, object[]>()

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    floor = await floorOf(browser, product)
    const items = Object.values(erpOf(product.dataDir).items).filter(one => one.client === CLIENT)
    const found = [items.find(isPlain), items.find(one => one.tracking.lot && one.tracking.expiry)]
    if (found[0] === undefined || found[1] === undefined) throw new Error('no goods')
    ;[plain, dated] = [found[0], found[1]]
    const can = personOf('administrator')
    const policies = (await floor.api('GET', `/api/policies?worker=${can.id}`)) as { version: number }
    await floor.api('POST', '/api/policies', {
      worker: can.id,
      session: derivedId('session', 'desk'),
      id: derivedId('decision', 'trust'),
      expectedVersion: policies.version,
      client: null,
      policy: { ...DEFAULT_POLICY, receive: { ...DEFAULT_POLICY.receive, asnTrust: 'trust' } },
    })
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const gtin = (item: SimItem): string => item.barcodes[0] ?? ''
  /** On the screen once the order and what is on it have come. */
  const opened = async (handheld: Handheld, number: string): Promise<void> => {
    await floor.seen(handheld, number, `Receive ${number}`)
    await handheld.band('Scan item or pallet label')
    await handheld.band(plain.name)
    await handheld.band(dated.name)
  }
  const putAway = async (handheld: Handheld, label: string): Promise<string> => {
    await handheld.scan(label)
    await handheld.band('Put away')
    const place = await floor.placeIn(handheld)
    await handheld.scan(place)
    await handheld.band(`Moved to ${place}`)
    return place
  }
  /** One piece leaves the pallet, which stays where it stands. */
  const splitOff = async (handheld: Handheld, label: string): Promise<void> => {
    await floor.home(handheld)
    await handheld.scan('XCMVE')
    await handheld.band('Scan place or pallet')
    await handheld.scan(label)
    await handheld.band('Scan where to')
    await handheld.scan('XCSPL')
    await handheld.band('Scan the item')
    await handheld.scan(gtin(plain))
    await handheld.band('Scan where to')
    await handheld.scan(STAGE)
    await handheld.band(`Moved to ${STAGE}`)
  }
  /** What stands on the pallet, of the exceptions that were opened since, and what the ERP was told of the delivery. */
  const endOf = async (label: string, place: string, order: string, before: ReadonlySet<string>): Promise<object> => {
    const rows = async () => (await floor.stock(label)).filter(row => row.label === label)
    await floor.until('the pallet stands in its place', async () => (await rows()).some(row => row.place === place))
    const told = () => floor.documents(one => one.order === order)
    await floor.until('the ERP has the delivery', () => {
      const all = JSON.stringify(told())
      return all.includes('posted') && !all.includes('draft')
    })
    return {
      stock: (await rows())
        .map(({ sku, lot, expiry, status, onHand, reserved, place: at }) =>
          [sku, lot, expiry, status, onHand, reserved, at === place].join(),
        )
        .toSorted(),
      exceptions: (await floor.exceptions())
        .filter(one => !before.has(one.id))
        .map(({ kind, version }) => [kind, version]),
      documents: told(),
      erp: [floor.erpStock(plain.id), floor.erpStock(dated.id)],
    }
  }
  const known = async (): Promise<ReadonlySet<string>> => new Set((await floor.exceptions()).map(({ id }) => id))
  const stockNow = (): number[] => [floor.erpStock(plain.id), floor.erpStock(dated.id)]

  it.each(MODES)(
    '[O29] [V18] [M34] a new pallet of several lots is put away as a whole, after a first try that was cancelled, and split, %s',
    async mode => {
      const isOffline = mode === 'without a network'
      const round = isOffline ? 'P2' : 'P1'
      const label = makeLabel('XP', isOffline ? '7702' : '7701')
      const number = isOffline ? 'PO-PAL2' : 'PO-PAL1'
      const lines = [
        { item: plain.id, quantity: 4 },
        { item: dated.id, quantity: 6 },
      ]
      const order = await floor.addOrder({ kind: 'purchase', number, client: CLIENT, order: null, lines })
      const [before, was] = [await known(), stockNow()]
      const ayse = await floor.worker('Ayşe')
      await opened(ayse, number)
      if (isOffline) await ayse.context.setOffline(true)
      // Loose first: the label takes it along.
      await ayse.scan(gtin(plain))
      await ayse.band(/1\s*\/\s*4/)
      await ayse.scan('XCQ03')
      await ayse.band(/3\s*\/\s*4/)
      await ayse.scan(label)
      await ayse.band(`New pallet ${label}?`)
      await floor.seen(ayse, label, `Now onto pallet ${label}`)
      for (const [n, lot] of [`${round}A`, `${round}B`].entries()) {
        // A lot that is new is agreed to by the card.
        await ayse.scan(gs1(gtin(dated), day(400 + 30 * n), lot))
        await ayse.band(`New lot ${lot}?`)
        await floor.seen(ayse, 'XCYES', new RegExp(`${2 * n + 1}\\s*/\\s*6`))
        await ayse.scan(gs1(gtin(dated), day(400 + 30 * n), lot))
        await ayse.band(new RegExp(`${2 * n + 2}\\s*/\\s*6`))
      }
      await ayse.scan('XCCLS')
      await ayse.band(`Pallet ${label} closed`)
      if (isOffline) {
        await ayse.page.reload()
        await ayse.band('Scan item or pallet label')
      }
      await ayse.scan('XCDNE')
      await ayse.band('DONE again to close')
      await floor.seen(ayse, 'XCDNE', HOME)
      await ayse.scan(label)
      await ayse.band('Put away')
      await floor.placeIn(ayse)
      await ayse.scan('XCCNL')
      await ayse.band('Nothing was put away')
      await ayse.band(HOME)
      const place = await putAway(ayse, label)
      await splitOff(ayse, label)
      expect(await ayse.pointerEvents()).toBe(0)
      await ayse.context.setOffline(false)
      await floor.until('the server has what was split off', async () =>
        (await floor.stock(plain.sku)).some(row => row.place === STAGE && row.onHand === (isOffline ? 2 : 1)),
      )
      const end = await endOf(label, place, order.id, before)
      expect(end).toMatchObject({ exceptions: [], erp: [(was[0] ?? 0) + 3, (was[1] ?? 0) + 4] })
      alike('O29', JSON.parse(JSON.stringify({ ...end, erp: null }).replaceAll(round, 'P')) as object)
      await ayse.context.close()
    },
  )

  /** Both rounds end the same. */
  const alike = (name: string, end: object): void => {
    const all = [...(ends.get(name) ?? []), end]
    ends.set(name, all)
    expect(all.at(-1)).toEqual(all[0])
  }

  it.each(MODES)(
    '[O30] an announced pallet is received by one scan and put away, one that is missing is a difference, %s',
    async mode => {
      const isOffline = mode === 'without a network'
      const [label, missing] = isOffline
        ? ['386900000000000037', '386900000000000044']
        : ['386900000000000013', '386900000000000020']
      if (label === undefined || missing === undefined) throw new Error('no label')
      const number = isOffline ? 'ASN-PAL2' : 'ASN-PAL1'
      const goods = { item: dated.id, lot: 'ASL', expiry: day(500) }
      const order = await floor.addOrder({
        kind: 'asn',
        number,
        client: CLIENT,
        order: null,
        lines: [
          { item: plain.id, quantity: 5, lpn: label },
          { ...goods, quantity: 7, lpn: label },
          { ...goods, quantity: 2, lpn: missing },
        ],
      })
      const [before, was] = [await known(), stockNow()]
      const ayse = await floor.worker('Ayşe')
      await opened(ayse, number)
      await floor.home(ayse)
      if (isOffline) await ayse.context.setOffline(true)
      // The pallet opens its delivery, and all that was announced on it is here.
      await ayse.scan(`]C100${label}`)
      await ayse.band(`Pallet ${label}: 12 received`)
      await ayse.scan(`]C100${label}`)
      await ayse.band('Already counted')
      await ayse.scan('XCDNE')
      await ayse.band('DONE again to close')
      await floor.seen(ayse, 'XCDNE', HOME)
      if (isOffline) {
        await ayse.page.reload()
        await ayse.band(HOME)
      }
      const place = await putAway(ayse, label)
      expect(await ayse.pointerEvents()).toBe(0)
      await ayse.context.setOffline(false)
      const end = await endOf(label, place, order.id, before)
      expect(end).toMatchObject({
        exceptions: [['asn_difference', 1]],
        erp: [(was[0] ?? 0) + 5, (was[1] ?? 0) + 7],
      })
      alike('O30', { ...end, erp: null })
      await ayse.context.close()
    },
  )
})
