import { afterEach, describe, expect, it } from 'vitest'
import type { ErpConnector, ErpMove, StockRow } from '../../../server/erp/connector.ts'
import { isErpError } from '../../../server/erp/erp-error.ts'
import type { ErpError } from '../../../server/erp/erp-error.ts'
import type { OutboundOp } from '../../../server/erp/operation.ts'
import { baseOf } from '../../../server/erp/quantity.ts'
import { differenceOf } from '../../../server/workers/deliver-one.ts'
import { carry, never } from '../carry.ts'
import { startFaultProxy } from '../fault-proxy.ts'
import { pullAll } from '../kit-pull.ts'
import { adjustment, customerReturn, receipt, shipment, transfer } from '../operations.ts'
import { MAIN, startErpnext } from './peer.ts'
import type { FakePeer, PeerOptions } from './peer.ts'

const NOON = Date.parse('2026-11-25T12:00:00.000Z')

/** What only ERPNext does; what every ERP must do is in the kit. Held to a simulated ERPNext, over HTTP. */
describe('ERPNext', () => {
  let peers: FakePeer[] = []
  afterEach(async () => {
    for (const peer of peers) await peer.stop()
    peers = []
  })
  const start = async (options: PeerOptions = {}): Promise<{ peer: FakePeer; erp: ErpConnector }> => {
    const peer = await startErpnext(options)
    peers.push(peer)
    return { peer, erp: peer.connect({ url: peer.url }) }
  }
  const post = async (erp: ErpConnector, op: OutboundOp): Promise<string> => {
    const ref = await erp.prepare(op, null, never)
    await erp.post(op, ref, never)
    const found = await erp.find(op, ref, never)
    expect(found).toMatchObject({ state: 'posted' })
    expect(differenceOf(op, found.state === 'posted' ? found.lines : null)).toBeNull()
    return ref.number ?? ''
  }
  const stopped = async (erp: ErpConnector, op: OutboundOp): Promise<ErpError> => {
    const error = await erp
      .prepare(op, null, never)
      .then(ref => erp.post(op, ref, never))
      .catch((thrown: unknown) => thrown)
    if (!isErpError(error)) throw new Error(`not stopped: ${String(error)}`)
    return error
  }
  const itemsOf = (peer: FakePeer, doctype: string, name: string) =>
    peer.erp.db.get(doctype, name)['items'] as Record<string, unknown>[]
  const movesOf = async (erp: ErpConnector, item: string): Promise<ErpMove[]> =>
    (await erp.movementsSince(null, 1000, never)).moves.filter(move => move.item === item)
  const orderInBoxes = (peer: FakePeer, item: string, boxes: number): string => {
    const row = { item_code: item.slice(5), qty: boxes, uom: 'Box', stock_uom: 'Nos', conversion_factor: 12, rate: 84 }
    const { name } = peer.erp.insert('Purchase Order', {
      company: 'Marmara',
      supplier: 'Ege Toptan',
      currency: 'TRY',
      items: [{ ...row, warehouse: MAIN }],
    })
    peer.erp.submit('Purchase Order', name)
    return `Purchase Order,${name}`
  }

  describe('what comes in', () => {
    it('[EN2] a row of an order that changed alone brings the order, however long ago its head was written', async () => {
      let ms = NOON
      const { peer, erp } = await start({ nowMs: () => ms })
      const [item, other] = [await peer.item(), await peer.item()]
      const order = await peer.purchase([{ item, n: 10 }])
      await peer.purchase([{ item: other, n: 1 }])
      ms += 3_600_000
      const cursor = JSON.stringify({ since: peer.erp.db.now().slice(0, 19), sweep: null })
      expect((await pullAll(erp, 'purchaseOrder', cursor)).records.size).toBe(0)
      await post(erp, receipt(peer, order, [{ item, n: 4 }], false))
      const { records } = await pullAll(erp, 'purchaseOrder', cursor)
      expect([...records.keys()]).toEqual([order])
      expect(baseOf(records.get(order)?.lines[0]?.done ?? { n: -1, num: 1, den: 1 })).toBe(4)
    })
    it('[EN2] rows of one moment are read together, whatever the page', async () => {
      const { peer, erp } = await start()
      const items = new Set<string>()
      for (let n = 0; n < 9; n += 1) items.add(await peer.item())
      for (const row of peer.erp.db.rowsOf('Item')) row.modified = '2026-11-23 08:00:00.000000'
      expect(new Set((await pullAll(erp, 'item', null, 2)).records.keys())).toEqual(items)
    })
    it('[EN2] a cursor of another connector is refused as a mistake of the settings', async () => {
      const { erp } = await start()
      await expect(erp.pull('item', '17', 2, never)).rejects.toMatchObject({ class: 'config' })
    })
    it('[EN4] an item comes with its units by exact ratio and their barcodes', async () => {
      const { peer, erp } = await start()
      const item = await peer.item({ caseOf: 12 })
      peer.erp.update('Item', item.slice(5), {
        barcodes: [
          { barcode: '8690000000012', uom: null },
          { barcode: '18690000000019', uom: 'Box' },
        ],
        valuation_rate: 12.5,
        weight_per_unit: 0.35,
        weight_uom: 'Kg',
      })
      expect((await pullAll(erp, 'item', null)).records.get(item)).toMatchObject({
        unit: 'Nos',
        barcodes: ['8690000000012'],
        packagings: [{ name: 'Box', ratio: { num: 12, den: 1 }, barcodes: ['18690000000019'] }],
        value: { minor: 1250, currency: 'TRY' },
        weightG: 350,
      })
    })
    it('[EN10] a sales order comes with its customer and address; a closed one as closed', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      const sale = await peer.sale([{ item, n: 2 }])
      const first = await pullAll(erp, 'salesOrder', null)
      expect(first.records.get(sale)).toMatchObject({
        partner: 'Köşe Market',
        due: '2026-11-27',
        shipTo: { city: 'İzmir', country: 'TR', postcode: '35220', lines: ['Liman Cd. 4'] },
      })
      peer.erp.setStatus(sale.slice('Sales Order,'.length), 'Closed')
      expect((await pullAll(erp, 'salesOrder', first.end)).records.get(sale)?.state).toBe('closed')
    })
  })

  describe('goods of orders', () => {
    it('[EN4] thirteen pieces of two cases of twelve are one case of the line and a piece beside it, and done is thirteen', async () => {
      const { peer, erp } = await start()
      const item = await peer.item({ caseOf: 12 })
      const order = orderInBoxes(peer, item, 2)
      const name = await post(erp, receipt(peer, order, [{ item, n: 13 }]))
      expect(itemsOf(peer, 'Purchase Receipt', name).map(row => [row['qty'], row['uom'], row['rate']])).toEqual([
        [1, 'Box', 84],
        [1, 'Nos', 7],
      ])
      const line = (await pullAll(erp, 'purchaseOrder', null)).records.get(order)?.lines[0]
      expect(line && [baseOf(line.quantity), baseOf(line.done)]).toEqual([24, 13])
      expect(await peer.onHand(item)).toBe(13)
    })
    it('[EN9] more than is open, while somebody else has booked a part, is held; of ours it goes in', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      const order = await peer.purchase([{ item, n: 10 }])
      const made = peer.erp.receiptOf(order.slice('Purchase Order,'.length))
      const rows = (made['items'] as Record<string, unknown>[]).map(row => ({ ...row, received_qty: row['qty'] }))
      const { name } = peer.erp.insert('Purchase Receipt', { ...made, items: rows })
      peer.erp.submit('Purchase Receipt', name)
      const error = await stopped(erp, receipt(peer, order, [{ item, n: 10 }]))
      expect([error.class, error.message]).toEqual(['conflict', expect.stringContaining(name)])
      expect(await peer.onHand(item)).toBe(10)
      const second = await peer.purchase([{ item, n: 5 }])
      await post(erp, receipt(peer, second, [{ item, n: 5 }]))
      await post(erp, receipt(peer, second, [{ item, n: 2 }]))
      expect(await peer.onHand(item)).toBe(17)
    })
    it.each(['cancelled', 'Closed', 'On Hold'])('[EN10] of an order that is %s nothing is posted', async state => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      const sale = await peer.sale([{ item, n: 2 }])
      if (state === 'cancelled') await peer.cancel(sale)
      else peer.erp.setStatus(sale.slice('Sales Order,'.length), state)
      const error = await stopped(erp, shipment(peer, sale, [{ item, n: 2 }]))
      expect([error.class, error.message]).toEqual(['conflict', expect.stringContaining('have left the warehouse')])
      expect(await peer.onHand(item)).toBe(5)
    })
    it('[EN11] the last shipment closes its order, and is posted only when that is done too', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 10)
      const sale = await peer.sale([{ item, n: 6 }])
      const order = sale.slice('Sales Order,'.length)
      const op = shipment(peer, sale, [{ item, n: 4 }], { shorts: 'cancel', tracking: 'TRK-9' })
      const ref = await erp.prepare(op, null, never)
      peer.denied.add('Sales Order: write')
      await expect(erp.post(op, ref, never)).rejects.toMatchObject({ class: 'config' })
      expect(await erp.find(op, ref, never)).toMatchObject({ state: 'draft' })
      peer.denied.clear()
      await post(erp, op)
      expect(peer.erp.db.get('Sales Order', order)['status']).toBe('Closed')
      expect(peer.erp.db.get('Delivery Note', ref.number ?? '')['lr_no']).toBe('TRK-9')
      expect(await peer.onHand(item)).toBe(6)
    })
    it('[EN16] a return goes against the note that delivered it; what several delivered stands for itself', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 10)
      const sale = await peer.sale([{ item, n: 6 }])
      const note = await post(erp, shipment(peer, sale, [{ item, n: 4 }]))
      const back = await post(erp, customerReturn(peer, sale, [{ item, n: 3 }]))
      expect(peer.erp.db.get('Delivery Note', back)['return_against']).toBe(note)
      expect(
        baseOf((await pullAll(erp, 'salesOrder', null)).records.get(sale)?.lines[0]?.done ?? { n: -1, num: 1, den: 1 }),
      ).toBe(1)
      await post(erp, shipment(peer, sale, [{ item, n: 2 }]))
      const both = await post(erp, customerReturn(peer, sale, [{ item, n: 3 }]))
      expect(peer.erp.db.get('Delivery Note', both)['return_against']).toBe(null)
      const { records } = await pullAll(erp, 'salesOrder', null)
      expect(baseOf(records.get(sale)?.lines[0]?.done ?? { n: -1, num: 1, den: 1 })).toBe(0)
      expect(await peer.onHand(item)).toBe(10)
    })
  })

  describe('posting', () => {
    it('[EN3] the key is unique over there: a draft is found by it, and made once by two calls at once', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const refs = await Promise.all([1, 2, 3, 4].map(() => erp.prepare(op, null, never)))
      expect(new Set(refs.map(ref => ref.id)).size).toBe(1)
      const drafts = peer.erp.db.rowsOf('Stock Entry').filter(row => row['custom_stockhand_key'] === op.key)
      expect(drafts.length).toBe(1)
      expect(await peer.onHand(item)).toBe(5)
    })
    it('[EN3] what was cancelled over there is told, and never made a second time', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      peer.erp.cancel('Stock Entry', await post(erp, op))
      expect(await erp.find(op, null, never)).toMatchObject({ state: 'cancelled' })
      expect((await stopped(erp, op)).class).toBe('conflict')
      expect(await peer.onHand(item)).toBe(5)
    })
    it('[EN5] differences are material receipts and issues, moves are material transfers, and a count is never written', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 10)
      const counts = peer.erp.db.rowsOf('Stock Reconciliation').length
      const { main, second } = peer.places
      const purposes = []
      for (const op of [
        adjustment(peer, { item, delta: -3, book: 10 }),
        adjustment(peer, { item, delta: 2, book: 7 }),
        transfer(peer, [{ item, n: 4 }], main, second),
      ])
        purposes.push(peer.erp.db.get('Stock Entry', await post(erp, op))['purpose'])
      expect(purposes).toEqual(['Material Issue', 'Material Receipt', 'Material Transfer'])
      expect(peer.erp.db.rowsOf('Stock Reconciliation').length).toBe(counts)
      expect([await peer.onHand(item, main), await peer.onHand(item, second)]).toEqual([5, 4])
      const [first] = peer.erp.db.rowsOf('Stock Entry')
      expect(itemsOf(peer, 'Stock Entry', first?.name ?? '')[0]?.['expense_account']).toBe('Stock Adjustment - M')
      expect(first?.['remarks']).toContain('counted 7, books said 10')
    })
    it('[EN6] a draft that somebody changes between reading and submitting is not submitted; one that moves other goods is held', async () => {
      const { peer } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      const proxy = await startFaultProxy(peer.url)
      const erp = peer.connect({ url: proxy.url })
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const ref = await erp.prepare(op, null, never)
      proxy.faults.inject({ call: 1, fault: 'late', matches: request => request.url.endsWith('client.submit') })
      await expect(erp.post(op, ref, never)).rejects.toMatchObject({ class: 'unknownOutcome' })
      peer.erp.update('Stock Entry', ref.number ?? '', { remarks: 'seen' })
      await proxy.faults.release()
      expect(await erp.find(op, ref, never)).toMatchObject({ state: 'draft' })
      const [row] = itemsOf(peer, 'Stock Entry', ref.number ?? '')
      peer.erp.update('Stock Entry', ref.number ?? '', { items: [{ ...row, qty: 4 }] })
      await expect(erp.post(op, ref, never)).rejects.toMatchObject({ class: 'conflict' })
      expect(await peer.onHand(item)).toBe(5)
      // Sent again, it is written as the floor said.
      await post(erp, op)
      expect(await peer.onHand(item)).toBe(4)
      await proxy.close()
    })
    it('[EN6] a submit that outlives its caller is found when it has ended, and a deleted draft is made anew', async () => {
      const { peer } = await start({ slow: () => true })
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      const proxy = await startFaultProxy(peer.url)
      const erp = peer.connect({ url: proxy.url })
      const at = { peer: () => peer, proxy: () => proxy, connector: () => erp }
      expect(await carry(at, adjustment(peer, { item, delta: -1, book: 5 }))).toMatchObject({ end: 'posted' })
      const op = adjustment(peer, { item, delta: -1, book: 4 })
      const ref = await erp.prepare(op, null, never)
      peer.erp.remove('Stock Entry', ref.number ?? '')
      await expect(erp.post(op, ref, never)).rejects.toMatchObject({ class: 'transient' })
      expect(await carry(at, op)).toMatchObject({ end: 'posted' })
      expect(await peer.onHand(item)).toBe(3)
      await proxy.close()
    })
    it('[EN7] nothing is taken that is not there, also where negative stock is allowed', async () => {
      const { peer, erp } = await start({ negative: () => true })
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 2)
      const error = await stopped(erp, transfer(peer, [{ item, n: 5 }], peer.places.main, peer.places.second))
      expect([error.class, error.message]).toEqual(['conflict', expect.stringContaining('ERPNext has 2 of')])
      expect(await peer.onHand(item)).toBe(2)
    })
    it('[ER34] a closed period is a refusal in ERPNext’s own words; when it is open the draft that is there is posted, once', async () => {
      let isClosed = true
      const { peer } = await start({ closed: () => isClosed })
      const item = await peer.item()
      isClosed = false
      await peer.stockUp(item, peer.places.main, 5)
      isClosed = true
      const proxy = await startFaultProxy(peer.url)
      const at = { peer: () => peer, proxy: () => proxy, connector: () => peer.connect({ url: proxy.url }) }
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const refused = await carry(at, op)
      expect([refused.end, refused.row?.state, refused.words]).toEqual([
        'rejected',
        'dead',
        expect.stringContaining('closed Accounting Period 2026'),
      ])
      expect(await peer.onHand(item)).toBe(5)
      isClosed = false
      expect(await carry(at, op)).toMatchObject({ end: 'posted' })
      expect([await peer.onHand(item), await peer.postedWith(op.key)]).toEqual([4, 1])
      await proxy.close()
    })
    it('[EN14] goods of today are booked at ERPNext’s own time, goods of another day on their day', async () => {
      const { peer, erp } = await start({ nowMs: () => NOON })
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      const op = { ...adjustment(peer, { item, delta: -1, book: 5 }), at: '2026-11-25T06:00:00.000Z' }
      const now = peer.erp.db.get('Stock Entry', await post(erp, op))
      expect([now['set_posting_time'], now['posting_date']]).toEqual([null, '2026-11-25'])
      const late = { ...adjustment(peer, { item, delta: -1, book: 4 }), at: '2026-02-27T22:30:00.000Z' }
      const then = peer.erp.db.get('Stock Entry', await post(erp, late))
      expect([then['posting_date'], then['posting_time']]).toEqual(['2026-02-28', '01:30:00'])
    })
    it('[EN15] an item that is gone, counted in another unit or tracked otherwise is named as a gap', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      const gap = async (op: OutboundOp) => {
        const { class: errorClass, gap } = await stopped(erp, op)
        return [errorClass, gap]
      }
      const op = adjustment(peer, { item, delta: 1, book: 0 })
      if (op.type !== 'adjustment') throw new Error('no adjustment')
      expect(await gap({ ...op, line: { ...op.line, item: 'Item,GONE' } })).toEqual([
        'config',
        { kind: 'item', key: 'Item,GONE' },
      ])
      expect(await gap({ ...op, line: { ...op.line, unit: 'Box' } })).toEqual(['config', { kind: 'unit', key: item }])
      expect(await gap({ ...op, line: { ...op.line, lot: 'L1' } })).toEqual(['config', { kind: 'item', key: item }])
      await post(erp, { ...op, line: { ...op.line, unit: 'Nos' } })
    })
  })

  describe.each([14, 15])('what there is, in version %i', version => {
    it('[EN8] lots of two items may have one number; serial numbers are made, and move one by one', async () => {
      const { peer, erp } = await start({ version })
      const [mug, cup] = [await peer.item({ lot: true }), await peer.item({ lot: true })]
      const numbered = await peer.item({ serial: true })
      const lot = { lot: '2027-01-31', expiry: '2027-01-31' }
      const goods = [
        { item: mug, n: 5, ...lot },
        { item: cup, n: 7, ...lot },
        { item: numbered, n: 1, serial: 'SN-1' },
        { item: numbered, n: 1, serial: 'SN-2' },
      ]
      const order = await peer.purchase([
        { item: mug, n: 5 },
        { item: cup, n: 7 },
        { item: numbered, n: 2 },
      ])
      await post(erp, receipt(peer, order, goods))
      await post(erp, shipment(peer, await peer.sale([{ item: cup, n: 2 }]), [{ item: cup, n: 2, lot: lot.lot }]))
      await post(erp, transfer(peer, [{ item: numbered, n: 1, serial: 'SN-2' }], peer.places.main, peer.places.second))
      const rows: StockRow[] = []
      for await (const row of erp.stock({ locations: [], items: [mug, cup, numbered] }, never)) rows.push(row)
      expect(rows.map(row => [row.item, row.location, row.lot, row.expiry, baseOf(row.quantity)]).sort()).toEqual(
        [
          [mug, peer.places.main, lot.lot, '2027-01-31', 5],
          [cup, peer.places.main, lot.lot, '2027-01-31', 5],
          [numbered, peer.places.main, 'SN-1', null, 1],
          [numbered, peer.places.second, 'SN-2', null, 1],
        ].sort(),
      )
      const lots = (await pullAll(erp, 'lot', null)).records
      expect([...lots.values()].map(record => [record.item, record.lot])).toEqual(
        expect.arrayContaining([
          [mug, lot.lot],
          [cup, lot.lot],
        ]),
      )
      const unknown = await stopped(
        erp,
        shipment(peer, await peer.sale([{ item: mug, n: 1 }]), [{ item: mug, n: 1, lot: 'NO' }]),
      )
      expect([unknown.class, unknown.message]).toEqual(['conflict', expect.stringContaining('does not know batch NO')])
      const stolen = receipt(peer, null, [{ item: await peer.item({ serial: true }), n: 1, serial: 'SN-1' }])
      expect((await stopped(erp, stolen)).class).toBe('conflict')
    })
    it('[EN12] a count tells its difference, a cancelled document goes backwards, and a row that gets its number later stays the same', async () => {
      const { peer, erp } = await start({ version })
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 10)
      const op = adjustment(peer, { item, delta: -4, book: 10 })
      const name = await post(erp, op)
      await peer.adjustByHand(item, peer.places.main, -1)
      const before = await movesOf(erp, item)
      expect(before.map(move => [move.to === null ? -move.quantity.n : move.quantity.n, move.key])).toEqual([
        [10, null],
        [-4, op.key],
        [-1, null],
      ])
      let n = 0
      peer.erp.db.rename('Stock Ledger Entry', () => `MAT-SLE-2026-${String((n += 1)).padStart(5, '0')}`)
      expect((await movesOf(erp, item)).map(move => move.id)).toEqual(before.map(move => move.id))
      await erp.reverse?.(op, await erp.prepare(op, null, never), never)
      expect(peer.erp.db.get('Stock Entry', name).docstatus).toBe(2)
      const net = (await movesOf(erp, item)).reduce(
        (sum, move) => sum + (move.to === null ? -1 : 1) * move.quantity.n,
        0,
      )
      expect([net, await peer.onHand(item)]).toEqual([9, 9])
    })
  })

  describe('the check', () => {
    it('[EN13] names each right that is missing, and a key field that is not there, not unique or copied', async () => {
      const { peer, erp } = await start()
      expect((await erp.check(never)).problems).toEqual([])
      peer.denied.add('Batch: create')
      peer.denied.add('Delivery Note: submit')
      expect((await erp.check(never)).problems.map(problem => [problem.kind, problem.subject])).toEqual([
        ['right', 'Batch: create'],
        ['right', 'Delivery Note: submit'],
      ])
      for (const [keyField, word] of [
        [null, 'Add a field'],
        [{ unique: 0, no_copy: 1 }, 'Unique'],
        [{ unique: 1, no_copy: 0 }, 'No Copy'],
      ] as const) {
        const { erp: other } = await start({ keyField })
        const { problems } = await other.check(never)
        expect(problems.length).toBe(3)
        expect(problems[0]?.words).toContain(word)
      }
    })
    it('[EN13] a right that is missing parks what needs it, and is not taken for a wrong key', async () => {
      const { peer, erp } = await start()
      const item = await peer.item()
      await peer.stockUp(item, peer.places.main, 5)
      peer.denied.add('Stock Entry: create')
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const error = await stopped(erp, op)
      expect([error.class, error.gap?.kind]).toEqual(['config', 'right'])
      peer.denied.clear()
      await post(erp, op)
    })
    it.each(['guest', 'refused'] as const)('[EN13] a wrong key is tried once, whether ERPNext says %s', async as => {
      const { peer } = await start({ strangers: () => as })
      const proxy = await startFaultProxy(peer.url)
      const wrong = peer.connect({ url: proxy.url, password: 'wrong' })
      for (let n = 0; n < 4; n += 1)
        await expect(wrong.pull('lot', null, 1, never)).rejects.toMatchObject({ class: 'auth' })
      expect(proxy.faults.calls()).toBe(1)
      await proxy.close()
    })
    it('[EN13] a company or warehouse that is not there is a setting to mend', async () => {
      const { peer } = await start()
      for (const settings of [{ company: 'Nobody' }, { warehouse: 'Nowhere - M' }])
        await expect(peer.with(settings).check(never)).rejects.toMatchObject({ class: 'config' })
      expect((await peer.with({ warehouse: '' }).check(never)).ok).toBe(true)
      const { erp: late } = await start({ nowMs: () => NOON, oursMs: () => NOON + 600_000 })
      expect((await late.check(never)).problems.map(problem => problem.kind)).toEqual(['clock'])
    })
  })
})
