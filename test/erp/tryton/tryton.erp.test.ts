import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpConnector, StockRow } from '../../../server/erp/connector.ts'
import { isErpError } from '../../../server/erp/erp-error.ts'
import type { ErpError } from '../../../server/erp/erp-error.ts'
import type { OutboundOp } from '../../../server/erp/operation.ts'
import { baseOf } from '../../../server/erp/quantity.ts'
import { differenceOf } from '../../../server/workers/deliver-one.ts'
import { never } from '../carry.ts'
import { startFaultProxy } from '../fault-proxy.ts'
import type { FaultProxy } from '../fault-proxy.ts'
import { pullAll } from '../kit-pull.ts'
import { adjustment, customerReturn, operation, receipt, shipment, transfer } from '../operations.ts'
import { startTryton } from './peer.ts'
import type { TrytonPeer } from './peer.ts'
import { today } from './rpc.ts'

/** What only Tryton does; what every ERP must do is in the kit. */
describe('Tryton 6.0', () => {
  let peer: TrytonPeer
  let proxy: FaultProxy
  let erp: ErpConnector
  beforeAll(async () => {
    peer = await startTryton('own')
    proxy = await startFaultProxy(peer.url)
    erp = peer.connect({ url: proxy.url })
  })
  afterAll(async () => {
    await proxy?.close()
    await peer?.stop()
  })
  const call = (method: string, ...args: readonly unknown[]) => peer.person.call(method, ...args)
  const rows = async <T>(text: string, values: readonly unknown[] = []): Promise<T[]> =>
    (await peer.sql.query(text, [...values])).rows as T[]
  const numberOf = (remote: string): number => Number(remote.split(',')[1])
  const onHand = (item: string, place?: string, lot?: string) => peer.onHand(item, place, lot)
  const post = async (op: OutboundOp): Promise<void> => {
    const ref = await erp.prepare(op, null, never)
    await erp.post(op, ref, never)
    const found = await erp.find(op, ref, never)
    expect(found, JSON.stringify(found)).toMatchObject({ state: 'posted' })
    expect(differenceOf(op, found.state === 'posted' ? found.lines : null)).toBeNull()
  }
  /** The error that stops an operation. */
  const stopped = async (op: OutboundOp): Promise<ErpError> => {
    const error = await (async () => {
      const ref = await erp.prepare(op, null, never)
      await erp.post(op, ref, never)
    })().catch((thrown: unknown) => thrown)
    if (!isErpError(error)) throw new Error(`not stopped: ${String(error)}`)
    return error
  }
  const again = (op: OutboundOp, answers: OutboundOp['answers']): OutboundOp => ({ ...op, answers })
  const pull = async <K extends 'item' | 'purchaseOrder' | 'salesOrder' | 'lot'>(kind: K, id: string) => {
    const record = (await pullAll(erp, kind, null)).records.get(id)
    if (record === undefined) throw new Error(`no ${kind} ${id}`)
    return record
  }
  const stocked = async (n: number, wish: Parameters<TrytonPeer['item']>[0] = {}, lot?: string): Promise<string> => {
    const item = await peer.item(wish)
    await peer.stockUp(item, peer.places.main, n, lot)
    return item
  }
  const inGroup = async (group: string, member: boolean): Promise<void> => {
    const [id] = (await call('res.group.search', [['name', '=', group]], 0, 1, null)) as number[]
    const [user] = (await call('res.user.search', [['login', '=', peer.connection.user]], 0, 1, null)) as number[]
    await call('res.user.write', [user], { groups: [[member ? 'add' : 'remove', [id]]] })
  }

  describe('goods that come in', () => {
    it('[ET8] bought by the case, received by the piece: the quantity is right and so is what one piece cost', async () => {
      const item = await peer.item({ caseOf: 12 })
      const [unit] = (await call('product.uom.search', [['name', '=', 'Case of 12']], 0, 1, null)) as number[]
      const [party] = (await call('party.party.search', [['code', '=', 'SUP01']], 0, 1, null)) as number[]
      const line = {
        type: 'line',
        product: numberOf(item),
        quantity: 5,
        unit,
        unit_price: { __class__: 'Decimal', decimal: '60' },
      }
      const [term] = (await call('account.invoice.payment_term.search', [], 0, 1, null)) as number[]
      const [purchase = 0] = (await call('purchase.purchase.create', [
        { party, payment_term: term, purchase_date: today(), invoice_method: 'order', lines: [['create', [line]]] },
      ])) as number[]
      await call('purchase.purchase.write', [purchase], {
        invoice_address: (await rows<{ id: number }>('select id from party_address where party = $1', [party]))[0]?.id,
      })
      await call('purchase.purchase.quote', [purchase])
      await call('purchase.purchase.confirm', [purchase])
      const order = `purchase.purchase,${purchase}`
      const packaging = (await pull('item', item)).packagings[0]
      expect(packaging).toMatchObject({ name: 'Case of 12', ratio: { num: 12, den: 1 } })
      expect(baseOf((await pull('purchaseOrder', order)).lines[0]?.quantity ?? { n: 0, num: 1, den: 1 })).toBe(60)
      await post(receipt(peer, order, [{ item, n: 24 }], false))
      await post(receipt(peer, order, [{ item, n: 19 }]))
      expect(await onHand(item)).toBe(43)
      const moved = await rows<{ quantity: number; uom: number; unit_price: string }>(
        `select m.quantity, m.uom, m.unit_price from stock_move m join stock_location f on f.id = m.from_location
         where m.product = $1 and m.state = 'done' and f.type = 'supplier' order by m.id`,
        [numberOf(item)],
      )
      expect(moved.map(row => [row.quantity, row.uom === unit, Number(row.unit_price)])).toEqual([
        [2, true, 60],
        [19, false, 5],
      ])
      const [rest] = (await pull('purchaseOrder', order)).lines
      expect([rest && baseOf(rest.done), rest?.closed]).toEqual([43, false])
    })
    it('[ET9] one line in two lots and two places, and goods that the order does not name', async () => {
      const [item, extra] = [await peer.item({ lot: true }), await peer.item()]
      const purchase = await peer.purchase([{ item, n: 10 }])
      const { main, second } = peer.places
      await post(
        receipt(peer, purchase, [
          { item, n: 4, lot: 'A', location: main },
          { item, n: 3, lot: 'B', location: main },
          { item, n: 3, lot: 'B', location: second },
          { item: extra, n: 2, location: second },
        ]),
      )
      expect([await onHand(item, main, 'A'), await onHand(item, main, 'B'), await onHand(item, second, 'B')]).toEqual([
        4, 3, 3,
      ])
      expect(await onHand(extra, second)).toBe(2)
      expect((await pull('purchaseOrder', purchase)).state).toBe('closed')
    })
    it('[ET10] a new lot is made with its date, once, also when the making is answered late', async () => {
      const item = await peer.item({ lot: true, expires: true })
      const op = receipt(peer, await peer.purchase([{ item, n: 5 }]), [
        { item, n: 5, lot: 'L-2027', expiry: '2027-03-31' },
      ])
      proxy.faults.inject({
        call: 1,
        fault: 'twice',
        matches: (_request, body) => body.includes('model.stock.lot.create'),
      })
      await post(op)
      expect(proxy.faults.clear()).toBe(0)
      const lots = (await pullAll(erp, 'lot', null)).records
      expect([...lots.values()].find(lot => lot.item === item)).toMatchObject({ lot: 'L-2027', expiry: '2027-03-31' })
      expect(await onHand(item, undefined, 'L-2027')).toBe(5)
      const [row] = await stockOf([item])
      expect(row).toMatchObject({ lot: 'L-2027', expiry: '2027-03-31' })
    })
    it('[ET11] a receipt that was refused does not keep the order’s goods from the next one', async () => {
      const item = await peer.item({ lot: true })
      const purchase = await peer.purchase([{ item, n: 10 }])
      const refused = receipt(peer, purchase, [{ item, n: 10 }])
      expect((await stopped(refused)).class).toBe('rejected')
      await post(receipt(peer, purchase, [{ item, n: 10, lot: 'A' }]))
      expect(await onHand(item)).toBe(10)
      expect((await pull('purchaseOrder', purchase)).state).toBe('closed')
    })
    it('[ET11] what somebody entered as a delivery over there stays that person’s, and ours waits for a person', async () => {
      const item = await peer.item()
      const purchase = await peer.purchase([{ item, n: 10 }])
      const moves = await rows<{ id: number }>(`select id from stock_move where product = $1 and state = 'draft'`, [
        numberOf(item),
      ])
      const [supplier] = (await call('party.party.search', [['code', '=', 'SUP01']], 0, 1, null)) as number[]
      await call('stock.shipment.in.create', [
        { supplier, company: 1, reference: 'LS 4711', incoming_moves: [['add', moves.map(row => row.id)]] },
      ])
      const error = await stopped(receipt(peer, purchase, [{ item, n: 10 }]))
      expect([error.class, error.message]).toEqual(['conflict', expect.stringMatching(/expected by delivery IN-\d+/)])
      expect(await onHand(item)).toBe(0)
    })
    it('[ET12] a receipt of yesterday is booked on yesterday’s day', async () => {
      const item = await peer.item()
      const yesterday = new Date(Date.now() - 86_400_000).toISOString()
      const op = { ...receipt(peer, await peer.purchase([{ item, n: 3 }]), [{ item, n: 3 }]), at: yesterday }
      await post(op)
      const days = await rows<{ day: string }>(
        `select distinct effective_date::text as day from stock_move where product = $1 and state = 'done'`,
        [numberOf(item)],
      )
      expect(days).toEqual([{ day: yesterday.slice(0, 10) }])
    })
    it('[ET38] goods are booked on the day that it was in the warehouse, and none on a day that is not there yet', async () => {
      const item = await peer.item()
      const [day, tomorrow] = [-1, 1].map(n => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10))
      for (const [n, on] of [
        [3, day],
        [4, tomorrow],
      ] as const) {
        const op = receipt(peer, await peer.purchase([{ item, n }]), [{ item, n }])
        await post(on === undefined ? op : { ...op, day: on })
      }
      const days = await rows<{ n: number; day: string }>(
        `select distinct internal_quantity as n, effective_date::text as day from stock_move
         where product = $1 and state = 'done'`,
        [numberOf(item)],
      )
      expect(new Map(days.map(row => [row.n, row.day]))).toEqual(
        new Map([
          [3, day],
          [4, new Date().toISOString().slice(0, 10)],
        ]),
      )
    })
    it('[ET38] where the company has a time zone its day counts, and what was booked on it is in the stock at once', async () => {
      const [company] = (await call('company.company.search', [], 0, 1, null)) as number[]
      // Ahead of UTC by so much that it is tomorrow there, or behind by so much that it is yesterday.
      const zone = new Date().getUTCHours() >= 11 ? 'Pacific/Auckland' : 'Pacific/Pago_Pago'
      await call('company.company.write', [company], { timezone: zone })
      try {
        const fresh = peer.connect({ url: proxy.url })
        const item = await peer.item()
        const op = receipt(peer, await peer.purchase([{ item, n: 3 }]), [{ item, n: 3 }])
        const ref = await fresh.prepare(op, null, never)
        await fresh.post(op, ref, never)
        const found: StockRow[] = []
        for await (const row of fresh.stock({ locations: [peer.places.main], items: [item] }, never)) found.push(row)
        expect(found.map(row => baseOf(row.quantity))).toEqual([3])
        expect((await fresh.check(never)).timeZone).toBe(zone)
      } finally {
        await call('company.company.write', [company], { timezone: null })
      }
    })
    it('[ET13] goods that come back get their place, with and without the shipment that they left in', async () => {
      const item = await stocked(10)
      const sale = await peer.sale([{ item, n: 4 }])
      await post(shipment(peer, sale, [{ item, n: 4 }]))
      await post(customerReturn(peer, sale, [{ item, n: 1, location: peer.place('RET') }]))
      await post(customerReturn(peer, null, [{ item, n: 2, location: peer.place('DMG') }]))
      expect([
        await onHand(item, peer.place('RET')),
        await onHand(item, peer.place('DMG')),
        await onHand(item),
      ]).toEqual([1, 2, 9])
    })
  })

  describe('goods that leave', () => {
    it('[ET6] cartons with their tracking numbers hold what was packed into them', async () => {
      const [a, b] = [await stocked(10), await stocked(10)]
      const sale = await peer.sale([
        { item: a, n: 5 },
        { item: b, n: 2 },
      ])
      const op = shipment(peer, sale, [
        { item: a, n: 5 },
        { item: b, n: 2 },
      ])
      if (op.type !== 'shipment') throw new Error('no shipment')
      const line = op.lines[0]!
      const [first] = op.packages
      const part = (n: number) => ({ ...line, qty: { n, num: 1, den: 1 } })
      const packages = [
        { ...first!, tracking: 'TRK-A', lines: [part(2)] },
        { ...first!, label: 'XC00002', tracking: 'TRK-B', lines: [part(3), op.lines[1]!] },
      ]
      await post({ ...op, packages })
      const found = await rows<{ tracking: string; product: number; n: number }>(
        `select p.shipping_reference as tracking, m.product, sum(m.internal_quantity) as n from stock_package p
         join stock_move m on m.package = p.id where p.shipment = $1 group by 1, 2 order by 1, 2`,
        [sale],
      )
      expect(found.map(row => [row.tracking, `product.product,${row.product}`, row.n])).toEqual([
        ['TRK-A', a, 2],
        ['TRK-B', a, 3],
        ['TRK-B', b, 2],
      ])
      expect(await rows('select reference from stock_shipment_out where id = $1', [numberOf(sale)])).toEqual([
        { reference: 'TRK-A, TRK-B' },
      ])
    })
    it('[ET14] leaves the places and lots that were picked, not those that Tryton had planned', async () => {
      const item = await stocked(10, { lot: true }, 'A')
      await peer.stockUp(item, peer.places.second, 10, 'B')
      const sale = await peer.sale([{ item, n: 6 }])
      await call('stock.shipment.out.assign_try', [numberOf(sale)])
      await post(
        shipment(peer, sale, [
          { item, n: 2, lot: 'A' },
          { item, n: 4, lot: 'B', location: peer.places.second },
        ]),
      )
      expect([await onHand(item, peer.places.main, 'A'), await onHand(item, peer.places.second, 'B')]).toEqual([8, 6])
    })
    it('[ET15] a short with a backorder leaves an open one, without leaves none, and a later part stays', async () => {
      const item = await stocked(20)
      const open = async (after: number) =>
        rows(`select id from stock_shipment_out where id > $1 and state in ('waiting', 'assigned', 'draft')`, [after])
      const kept = await peer.sale([{ item, n: 3 }])
      await post(shipment(peer, kept, [{ item, n: 2 }], { shorts: 'backorder' }))
      expect(await open(numberOf(kept))).toHaveLength(1)
      const dropped = await peer.sale([{ item, n: 3 }])
      await post(shipment(peer, dropped, [{ item, n: 2 }], { shorts: 'cancel' }))
      expect(await open(numberOf(dropped))).toHaveLength(0)
    })
    it('[ET16] less there than was taken is a question with both numbers; answered, it is posted', async () => {
      const item = await stocked(3)
      const op = shipment(peer, await peer.sale([{ item, n: 5 }]), [{ item, n: 5 }])
      const error = await stopped(op)
      expect([error.class, error.question?.id]).toEqual(['needsDecision', 'negativeStock'])
      expect(error.message).toMatch(/: 5 are taken, Tryton has 3 there/)
      expect(await onHand(item)).toBe(3)
      await post(again(op, { negativeStock: 'force' }))
      expect(await onHand(item, peer.places.main)).toBe(-2)
    })
    it('[ET16] the lot counts, not only the item: Tryton itself would look at the item alone', async () => {
      const item = await stocked(5, { lot: true }, 'A')
      await peer.stockUp(item, peer.places.main, 5, 'B')
      const op = transfer(peer, [{ item, n: 7, lot: 'A' }], peer.places.main, peer.places.second)
      const error = await stopped(op)
      expect([error.question?.id, error.message]).toEqual([
        'negativeStock',
        expect.stringMatching(/Lot A: 7 are taken, Tryton has 5/),
      ])
      await post(again(op, { negativeStock: 'force' }))
      expect([await onHand(item, peer.places.main, 'A'), await onHand(item, peer.places.second, 'A')]).toEqual([-2, 7])
    })
    it('[ET17] a question that nobody has answered is handed on; answered, the operation goes through', async () => {
      const item = await peer.item({ lot: true, expires: true })
      const [lot] = (await call('stock.lot.create', [
        {
          product: numberOf(item),
          number: 'OLD',
          shelf_life_expiration_date: { __class__: 'date', year: 2020, month: 1, day: 1 },
        },
      ])) as number[]
      expect(lot).toBeGreaterThan(0)
      await peer.stockUp(item, peer.places.main, 5, 'OLD')
      const op = shipment(peer, await peer.sale([{ item, n: 2 }]), [{ item, n: 2, lot: 'OLD' }])
      expect((await stopped(op)).class).toBe('rejected')
      await inGroup('Stock Force Expiration', true)
      const error = await stopped(op)
      expect([error.class, error.question?.id]).toEqual([
        'needsDecision',
        'check_expiration_dates@stock.shipment.out.pick',
      ])
      const yes = Object.fromEntries(
        ['pick', 'done'].map(button => [`check_expiration_dates@stock.shipment.out.${button}`, 'yes']),
      )
      await post(again(op, yes))
      expect(await onHand(item)).toBe(3)
      await inGroup('Stock Force Expiration', false)
    })
    it('[ET18] what was picked in Tryton meanwhile with other goods is told to a person', async () => {
      const item = await stocked(10)
      const sale = await peer.sale([{ item, n: 6 }])
      await call('stock.shipment.out.assign_try', [numberOf(sale)])
      await call('stock.shipment.out.pick', [numberOf(sale)])
      const error = await stopped(shipment(peer, sale, [{ item, n: 4 }]))
      expect([error.class, error.message]).toEqual([
        'conflict',
        expect.stringContaining('picked in Tryton with other goods'),
      ])
    })
  })

  describe('inside the warehouse', () => {
    it('[ET19] goods by weight are adjusted by steps of a hundredth of a kilogram', async () => {
      const [{ id } = { id: 0 }] = await rows<{ id: number }>(
        `select p.id from product_product p join product_template t on t.id = p.template where t.code = 'SKU024'`,
      )
      const item = `product.product,${id}`
      const place = peer.place('B-02')
      const before = await onHand(item, place)
      expect((await pull('item', item)).unit).toBe('0.01 kg')
      await post(adjustment(peer, { item, delta: -125, book: before * 100, location: place }))
      expect(await onHand(item, place)).toBe(before - 1.25)
      const [row] = await stockOf([item], [place])
      expect(row && baseOf(row.quantity)).toBe(before * 100 - 125)
    })
    it('[ET20] a transfer between several pairs of places is posted whole, once', async () => {
      const item = await stocked(10)
      const { main, second } = peer.places
      const lines = [
        { item, lot: '', serial: '', expiry: null, qty: { n: 3, num: 1, den: 1 }, line: null, from: main, to: second },
        {
          item,
          lot: '',
          serial: '',
          expiry: null,
          qty: { n: 2, num: 1, den: 1 },
          line: null,
          from: main,
          to: peer.place('DMG'),
        },
      ]
      const op = operation(peer, { type: 'transfer', lines })
      await post(op)
      await post(op)
      expect([await onHand(item, main), await onHand(item, second), await onHand(item, peer.place('DMG'))]).toEqual([
        5, 3, 2,
      ])
    })
    it('[ET21] a reason names the place of the loss; one that names none is a gap of the mapping', async () => {
      const item = await stocked(5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const error = await stopped({ ...op, reason: 'broken' } as OutboundOp)
      expect([error.class, error.gap]).toEqual(['config', { kind: 'reason', key: 'broken' }])
      await post({ ...op, reason: peer.place('lost_found') } as OutboundOp)
      expect(await onHand(item)).toBe(4)
    })
    it('[ET22] a draft of ours that was cancelled over there is made anew only when a person says so', async () => {
      const item = await stocked(5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const ref = await erp.prepare(op, null, never)
      await call('stock.shipment.internal.cancel', [Number(ref.id)])
      expect(await erp.find(op, ref, never)).toMatchObject({ state: 'cancelled' })
      const error = await stopped(op)
      expect([error.class, error.question?.id]).toEqual(['needsDecision', 'cancelled'])
      expect(await onHand(item)).toBe(5)
      await post(again(op, { cancelled: 'again' }))
      expect(await onHand(item)).toBe(4)
    })
    it('[ET23] our key on two documents with effect is never posted a third time', async () => {
      const item = await stocked(9)
      const op = adjustment(peer, { item, delta: -1, book: 9 })
      await post(op)
      const [copy] = (await call('stock.shipment.internal.copy', [Number((await erp.prepare(op, null, never)).id)], {
        reference: op.key,
      })) as number[]
      await call('stock.shipment.internal.wait', [copy])
      await call('stock.shipment.internal.assign_try', [copy])
      await call('stock.shipment.internal.done', [copy])
      expect(await erp.find(op, null, never)).toMatchObject({ state: 'many' })
      expect(await onHand(item)).toBe(7)
    })
  })

  const stockOf = async (items: readonly string[], locations: readonly string[] = []): Promise<StockRow[]> => {
    const found: StockRow[] = []
    for await (const row of erp.stock({ locations, items }, never)) found.push(row)
    return found
  }
  describe('what there is', () => {
    it('[ET24] a place stands for what lies below it as long as that is not named itself', async () => {
      const item = await stocked(4)
      await peer.stockUp(item, peer.places.second, 3)
      await peer.stockUp(item, peer.place('STO'), 2)
      const seen = async (...places: readonly string[]) =>
        (await stockOf([item], places)).map(row => [row.location, baseOf(row.quantity)]).sort()
      expect(await seen(peer.place('STO'))).toEqual([[peer.place('STO'), 9]])
      expect(await seen(peer.place('STO'), peer.places.main)).toEqual(
        [
          [peer.place('STO'), 5],
          [peer.places.main, 4],
        ].sort(),
      )
      expect(await seen()).toEqual(
        [
          [peer.place('STO'), 2],
          [peer.places.main, 4],
          [peer.places.second, 3],
        ].sort(),
      )
    })
    it('[ET25] lots of one number are one row, and what lies there without a lot is another', async () => {
      const item = await stocked(4)
      for (const n of [1, 2]) {
        const [lot] = (await call('stock.lot.create', [{ product: numberOf(item), number: 'TWIN' }])) as number[]
        const values = {
          product: numberOf(item),
          uom: 1,
          quantity: n,
          lot,
          from_location: numberOf(peer.place('lost_found')),
          to_location: numberOf(peer.places.main),
          company: 1,
          planned_date: today(),
        }
        await call('stock.move.do', await call('stock.move.create', [values]))
      }
      expect((await stockOf([item], [peer.places.main])).map(row => [row.lot, baseOf(row.quantity)]).sort()).toEqual([
        ['', 4],
        ['TWIN', 3],
      ])
    })
    it('[ET26] a receipt that somebody books over there comes as a change of the order, though the order is not touched', async () => {
      const item = await peer.item()
      const purchase = await peer.purchase([{ item, n: 10 }])
      const { end } = await pullAll(erp, 'purchaseOrder', null)
      const before = await rows(`select write_date from purchase_purchase where id = $1`, [numberOf(purchase)])
      const [move] = await rows<{ id: number }>(`select id from stock_move where product = $1 and state = 'draft'`, [
        numberOf(item),
      ])
      const [supplier] = (await call('party.party.search', [['code', '=', 'SUP01']], 0, 1, null)) as number[]
      const [delivery] = (await call('stock.shipment.in.create', [
        { supplier, company: 1, incoming_moves: [['add', [move?.id]]] },
      ])) as number[]
      await call('stock.move.write', [move?.id], { quantity: 4 })
      await call('stock.shipment.in.receive', [delivery])
      expect(await rows(`select write_date from purchase_purchase where id = $1`, [numberOf(purchase)])).toEqual(before)
      const changed = (await pullAll(erp, 'purchaseOrder', end)).records.get(purchase)?.lines[0]
      expect(changed && [baseOf(changed.quantity), baseOf(changed.done)]).toEqual([10, 4])
    })
    it('[ET27] an order comes with its customer, address and carrier', async () => {
      const [shipped] = await rows<{ id: number }>(
        `select id from stock_shipment_out where carrier is not null order by id limit 1`,
      )
      const order = await pull('salesOrder', `stock.shipment.out,${shipped?.id ?? 0}`)
      expect(order).toMatchObject({
        partner: expect.stringMatching(/^Müşteri \d$/),
        carrier: 'Hızlı Kargo',
        shipTo: {
          city: 'İstanbul',
          country: 'TR',
          postcode: expect.stringMatching(/^3443\d$/),
          lines: [expect.stringMatching(/^İstiklal/)],
        },
      })
      expect(order.shipTo?.phone).toMatch(/^\+90/)
      expect(order.note).toContain('DEMO-SO-')
    })
    it('[ET28] the demo’s items come with barcode, category, value and tracking, and no row is flawed', async () => {
      const { items, flaws } = await erp.pull('item', null, 1000, never)
      expect(flaws).toEqual([])
      const bySku = new Map(items.map(item => [item.sku, item]))
      expect(bySku.get('SKU001')).toMatchObject({
        unit: 'Unit',
        barcodes: ['8690000000012'],
        category: 'Snacks',
        value: { minor: 600, currency: 'TRY' },
        packagings: [{ name: 'Case of 12', ratio: { num: 12, den: 1 } }],
      })
      expect(bySku.get('SKU022')?.tracking).toEqual({ lot: true, serial: false, expiry: true })
      expect(bySku.has('KARGO')).toBe(false)
    })
  })

  describe('what is wrong over there', () => {
    it('[ET29] a closed period is named with its day, and a later day goes through', async () => {
      const day = new Date(Date.now() - 3 * 86_400_000).toISOString()
      const [period] = (await call('stock.period.create', [
        {
          company: 1,
          date: {
            __class__: 'date',
            year: Number(day.slice(0, 4)),
            month: Number(day.slice(5, 7)),
            day: Number(day.slice(8, 10)),
          },
        },
      ])) as number[]
      await call('stock.period.close', [period])
      const item = await stocked(5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const error = await stopped({ ...op, at: day })
      expect([error.class, error.message]).toEqual([
        'rejected',
        expect.stringContaining(`until ${day.slice(0, 10)} is closed`),
      ])
      await post(adjustment(peer, { item, delta: -1, book: 5 }))
      await call('stock.period.draft', [period])
      expect(await onHand(item)).toBe(4)
    })
    it('[ET30] a right that was taken away is named by the check and by the message that met it', async () => {
      const item = await stocked(5)
      const groups = ['Stock Force Assignment', 'Stock Administration', 'Stock']
      for (const group of groups) await inGroup(group, false)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const health = await erp.check(never)
      const error = await stopped(op)
      for (const group of groups) await inGroup(group, true)
      expect(health.ok).toBe(false)
      const missing = health.problems.map(problem => problem.subject)
      expect(missing).toEqual(
        expect.arrayContaining(['stock.shipment.internal create', 'stock.shipment.in button receive']),
      )
      expect([error.class, error.gap?.kind]).toEqual(['config', 'right'])
      expect((await erp.check(never)).problems).toEqual([])
      await post(op)
    })
    it('[ET31] a renamed item changes nothing; a deleted one is a gap that names it', async () => {
      const item = await stocked(5)
      await peer.rename(item, 'Something else')
      await post(adjustment(peer, { item, delta: -1, book: 5 }))
      const error = await stopped(adjustment(peer, { item: 'product.product,999999', delta: 1, book: 0 }))
      expect([error.class, error.gap]).toEqual(['config', { kind: 'item', key: 'product.product,999999' }])
    })
    it('[ET32] an item that is counted in another unit now stops its messages', async () => {
      const item = await stocked(5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      if (op.type !== 'adjustment') throw new Error('no adjustment')
      await post({ ...op, line: { ...op.line, unit: 'Unit' } })
      const other = adjustment(peer, { item, delta: -1, book: 4 })
      if (other.type !== 'adjustment') throw new Error('no adjustment')
      const error = await stopped({ ...other, line: { ...other.line, unit: 'Case of 12' } })
      expect([error.class, error.gap]).toEqual(['config', { kind: 'unit', key: item }])
    })
    it('[ET33] a session that ended in the middle is renewed without anybody noticing', async () => {
      const item = await stocked(5)
      const op = adjustment(peer, { item, delta: -1, book: 5 })
      const ref = await erp.prepare(op, null, never)
      await peer.sql.query('delete from ir_session')
      await erp.post(op, ref, never)
      expect(await erp.find(op, ref, never)).toMatchObject({ state: 'posted' })
      await peer.signIn()
    })
    it('[ET34] a wrong password is tried once, stays refused until a check, and does not lock the account', async () => {
      const attempts = async () =>
        (await rows('select id from res_user_login_attempt where login = $1', [peer.connection.user])).length
      const before = await attempts()
      const wrong = peer.connect({ url: proxy.url, password: 'wrong' })
      for (let i = 0; i < 10; i += 1)
        await expect(wrong.pull('item', null, 1, never)).rejects.toMatchObject({ class: 'auth' })
      expect(await attempts()).toBe(before + 1)
      await expect(wrong.check(never)).rejects.toMatchObject({ class: 'auth' })
      expect(await attempts()).toBe(before + 2)
      expect((await peer.connect({ url: proxy.url }).check(never)).ok).toBe(true)
    })
    it('[ET35] a database or a warehouse that is not there is a setting to mend', async () => {
      await expect(
        peer.connect({ url: proxy.url, settings: { warehouse: 'NOPE' } }).check(never),
      ).rejects.toMatchObject({ class: 'config' })
      await expect(peer.connect({ url: proxy.url, settings: { database: 'nope' } }).check(never)).rejects.toSatisfy(
        isErpError,
      )
    })
  })
})
