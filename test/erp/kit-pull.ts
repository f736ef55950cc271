import { expect } from 'vitest'
import type { ErpConnector, Inbound, InboundKind } from '../../server/erp/connector.ts'
import { baseOf } from '../../server/erp/quantity.ts'
import { gs1CheckDigit } from '../../shared/scan/check-digit.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { never } from './carry.ts'
import type { Case, Kit } from './kit.ts'

/** Everything since a cursor, page by page, with the cursors that were given. */
export const pullAll = async <K extends InboundKind>(
  connector: ErpConnector,
  kind: K,
  from: string | null,
  limit = 100,
): Promise<{ records: Map<string, Inbound[K]>; cursors: string[]; end: string }> => {
  const records = new Map<string, Inbound[K]>()
  const cursors: string[] = []
  let cursor = from
  for (let page = 0; ; page += 1) {
    expect(page, 'pull comes to an end').toBeLessThan(5000)
    const { items, next, more } = await connector.pull(kind, cursor, limit, never)
    for (const record of items) records.set(record.id, record)
    cursor = next
    cursors.push(next)
    if (!more) return { records, cursors, end: next }
  }
}

/** What comes in: nothing is missed, whatever the page, the cursor, the fault. */
export const pullCases = (kit: Kit): readonly Case[] => {
  const cases: Case[] = []
  const test = (title: string, run: Case['run']): void => void cases.push({ title, run })
  test('[E62] pull: a new item comes with its code and tracking, an order with its lines', async () => {
    const [plain, lots] = [await kit.peer().item(), await kit.peer().item({ lot: true })]
    const { records: items } = await pullAll(kit.connector(), 'item', null)
    expect(items.get(plain)?.tracking.lot).toBe(false)
    expect(items.get(lots)?.tracking.lot).toBe(true)
    const purchase = await kit.peer().purchase([{ item: plain, n: 24 }])
    const sale = await kit.peer().sale([{ item: plain, n: 6 }])
    const line = (await pullAll(kit.connector(), 'purchaseOrder', null)).records.get(purchase)?.lines[0]
    expect([line?.item, line && baseOf(line.quantity), line && baseOf(line.done)]).toEqual([plain, 24, 0])
    const sold = (await pullAll(kit.connector(), 'salesOrder', null)).records.get(sale)
    expect([sold?.lines[0]?.item, sold?.state]).toEqual([plain, 'open'])
  })
  test('[E63] pull: from every cursor ever returned nothing that came later is missed', async () => {
    const first = await pullAll(kit.connector(), 'item', null, 7)
    const late = [await kit.peer().item(), await kit.peer().item()]
    for (const cursor of first.cursors.slice(-12)) {
      const { records } = await pullAll(kit.connector(), 'item', cursor, 3)
      for (const id of late) expect([...records.keys()], `from ${cursor}`).toContain(id)
    }
  })
  test('[E64] pull: a renamed item and a barcode added apart come as changes', async () => {
    const item = await kit.peer().item()
    const { end } = await pullAll(kit.connector(), 'item', null)
    await kit.peer().rename(item, 'Renamed mug')
    const renamed = await pullAll(kit.connector(), 'item', end)
    expect(renamed.records.get(item)?.name).toBe('Renamed mug')
    // Another one in each run of the kit: an ERP that two runs share has each barcode once.
    const body = `869${BigInt(`0x${sha256Hex(item)}`)
      .toString()
      .slice(-9)}`
    const barcode = `${body}${gs1CheckDigit(body)}`
    await kit.peer().addBarcode(item, barcode)
    const coded = await pullAll(kit.connector(), 'item', renamed.end)
    expect(coded.records.get(item)?.barcodes).toContain(barcode)
  })
  test('[E65] pull: an archived item comes as inactive, and `ids` no longer lists it', async () => {
    const item = await kit.peer().item()
    const { end } = await pullAll(kit.connector(), 'item', null)
    await kit.peer().archive(item)
    expect((await pullAll(kit.connector(), 'item', end)).records.get(item)?.active).toBe(false)
    const ids: string[] = []
    for await (const id of kit.connector().ids('item', never)) ids.push(id)
    expect(ids).not.toContain(item)
    expect(ids.length).toBe(new Set(ids).size)
  })
  test('[E66] pull: a cancelled order comes as cancelled', async () => {
    const item = await kit.peer().item()
    const sale = await kit.peer().sale([{ item, n: 2 }])
    const { end } = await pullAll(kit.connector(), 'salesOrder', null)
    await kit.peer().cancel(sale)
    const { records } = await pullAll(kit.connector(), 'salesOrder', end)
    const told = await pullAll(kit.connector(), 'cancellation', null)
    const stated = records.get(sale)?.state === 'cancelled'
    expect(stated || [...told.records.values()].some(record => record.document === sale)).toBe(true)
  })
  return cases
}
