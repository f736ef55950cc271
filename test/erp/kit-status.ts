import { expect } from 'vitest'
import { carry } from './carry.ts'
import type { Case, Kit } from './kit.ts'
import { pullAll } from './kit-pull.ts'
import { orderStatus, shipment } from './operations.ts'

/** How far an order is, both ways: nothing of it moves stock. */
export const statusCases = (kit: Kit): readonly Case[] => {
  const cases: Case[] = []
  const test = (title: string, run: Case['run']): void => void cases.push({ title, run })
  const peer = () => kit.peer()
  const sold = async () => {
    const item = await peer().item()
    return { item, sale: await peer().sale([{ item, n: 2 }]) }
  }
  test('[E133] orderStatus: arrives with its cartons and numbers, and the stock is as it was', async truth => {
    const { item, sale } = await sold()
    await truth.stockUp(item, peer().places.main, 5)
    const packed = orderStatus(peer(), sale, 'packed', [{ item, n: 2 }])
    const left = orderStatus(peer(), sale, 'shipped', [], ['TRK-7', 'TRK-8'])
    for (const op of [packed, left]) {
      expect(await carry(kit, op)).toMatchObject({ end: 'posted' })
      truth.posted(op)
    }
    const label = packed.type === 'orderStatus' ? packed.packages[0]?.label : null
    expect(await peer().statusOf?.(packed.key)).toEqual({ status: 'packed', tracking: [], cartons: [label] })
    expect(await peer().statusOf?.(left.key)).toEqual({ status: 'shipped', tracking: ['TRK-7', 'TRK-8'], cartons: [] })
  })
  test('[E133] orderStatus: told beside a shipment of the same order, the goods leave once', async truth => {
    const { item, sale } = await sold()
    await truth.stockUp(item, peer().places.main, 5)
    const words = ['picking', 'shipped', 'delivered'].map(status =>
      orderStatus(peer(), sale, status as 'picking' | 'shipped' | 'delivered'),
    )
    for (const op of [...words.slice(0, 1), shipment(peer(), sale, [{ item, n: 2 }]), ...words.slice(1)]) {
      expect(await carry(kit, op)).toMatchObject({ end: 'posted' })
      truth.posted(op)
    }
  })
  test('[E134] delivery: what the carrier says of a parcel comes with its order, and the newest counts', async () => {
    const { sale } = await sold()
    const { end } = await pullAll(kit.connector(), 'delivery', null)
    const first = { tracking: 'TRK-9', state: 'inTransit' } as const
    await peer().parcelSaid?.(sale, first)
    const then = await pullAll(kit.connector(), 'delivery', end)
    expect([...then.records.values()]).toMatchObject([{ order: sale, ...first }])
    await peer().parcelSaid?.(sale, { tracking: 'TRK-9', state: 'delivered' })
    const last = await pullAll(kit.connector(), 'delivery', then.end)
    expect([...last.records.values()]).toMatchObject([{ order: sale, tracking: 'TRK-9', state: 'delivered' }])
    expect([...last.records.keys()]).toEqual([...then.records.keys()])
  })
  test('[E135] carrierLabel: a carton that the ERP was told of has its label, one, however often it is told', async truth => {
    const { item, sale } = await sold()
    const packed = orderStatus(peer(), sale, 'packed', [{ item, n: 2 }])
    const ready = {
      ...orderStatus(peer(), sale, 'ready'),
      ...(packed.type === 'orderStatus' ? { packages: packed.packages } : {}),
    }
    const label = packed.type === 'orderStatus' ? packed.packages[0]?.label : null
    const { end } = await pullAll(kit.connector(), 'carrierLabel', null)
    for (const op of [packed, ready]) {
      expect(await carry(kit, op)).toMatchObject({ end: 'posted' })
      truth.posted(op)
    }
    const { records } = await pullAll(kit.connector(), 'carrierLabel', end)
    expect([...records.values()]).toMatchObject([{ order: sale, package: label, format: 'zpl' }])
    expect([...records.values()][0]?.tracking).toMatch(/^TRK/)
  })
  return cases
}
