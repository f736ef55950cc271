import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpConnector } from '../../server/erp/connector.ts'
import type { OperationBody } from '../../server/erp/operation.ts'
import { openWarehouse, theirs } from './day.ts'
import type { Warehouse } from './day.ts'
import type { ErpFixture, ErpPeer } from './fixture.ts'
import { adjustment, customerReturn, shipment, transfer } from './operations.ts'
import { startRecorder } from './recorder.ts'
import type { Call, Recorder } from './recorder.ts'

export type DayOptions = {
  rule: string
  /** The document whose trace is written anew when ERP_TRACE is set, between the marks `<!-- trace -->`. */
  page: string | null
  /** What a call is called in the trace. */
  nameOf: (call: Call) => string
}

type Step = { floor: string; calls: readonly Call[]; document: string; before: number; after: number }

/**
 * A day with a real ERP on a fresh database, through the product's own outbox and workers: receive, pick and ship, count with
 * approval, transfer, return. In the end stock is equal on both sides for every item and lot.
 */
export const runDay = (fixture: ErpFixture, { rule, page, nameOf }: DayOptions): void => {
  describe(`a day with ${fixture.name}`, () => {
    let peer: ErpPeer
    let recorder: Recorder
    let connector: ErpConnector
    let warehouse: Warehouse
    let plain = ''
    let lots = ''
    let purchase = ''
    let sale = ''
    const steps: Step[] = []
    beforeAll(async () => {
      peer = await fixture.start()
      recorder = await startRecorder(peer.url)
      connector = peer.connect({ url: recorder.url })
      warehouse = await openWarehouse(peer, connector)
      plain = await peer.item()
      lots = await peer.item({ lot: true })
      await peer.stockUp(plain, peer.places.main, 40)
      purchase = await peer.purchase([
        { item: plain, n: 24 },
        { item: lots, n: 10 },
      ])
      sale = await peer.sale([{ item: plain, n: 6 }])
      await warehouse.import()
    })
    afterAll(async () => {
      await warehouse?.close()
      await recorder?.close()
      await peer?.stop()
    })

    const equal = async (): Promise<void> => expect(await theirs(connector)).toEqual(await warehouse.ours())
    /** One thing that happens on the floor, delivered to its end. */
    const step = async (floor: string, run: () => Promise<void>): Promise<void> => {
      const before = await peer.onHand(plain)
      await run()
      recorder.calls.length = 0
      const counts = await warehouse.deliver()
      expect(counts, floor).toMatchObject({ posted: steps.length + 1, held: 0, parked: 0, dead: 0 })
      const calls = [...recorder.calls]
      const [message] = await warehouse.outbox()
      const document = message?.remoteRef?.number ?? message?.remoteRef?.id ?? ''
      steps.push({ floor, calls, document, before, after: await peer.onHand(plain) })
      await equal()
    }
    const decide = async (
      body: OperationBody,
      moved: readonly (readonly [item: string, lot: string, n: number])[],
      outside: 'customer' | 'adjustment',
    ): Promise<void> => {
      const movements = []
      for (const [item, lot, n] of moved) movements.push(...(await warehouse.moves(item, lot, n, outside)))
      await warehouse.decide(body, movements, `day/${purchase}/${steps.length}`)
    }

    it(`[${rule}] items, orders and opening stock arrive; both books are equal`, async () => {
      expect((await warehouse.ours()).get(`${plain}|`)).toBe(40)
      await equal()
    })
    it(`[${rule}] a receipt with a lot`, () =>
      step('receive 24 and a lot of 10, close the receipt', async () => {
        const id = warehouse.documentId(purchase)
        const document = (await warehouse.documents()).find(one => one.id === id)
        if (document === undefined) throw new Error('the purchase did not arrive')
        const [item, lotItem] = [await warehouse.itemOf(plain), await warehouse.itemOf(lots)]
        const receive = (of: typeof item, lot: string, qty: number) =>
          ({
            type: 'receive',
            client: of.client,
            item: of.id,
            lot,
            serial: '',
            document: document.id,
            blind: false,
            expiry: null,
            to: warehouse.dock,
            qty,
          }) as const
        const close = {
          type: 'close',
          client: item.client,
          task: null,
          document: document.id,
          process: 'receive',
          place: null,
        } as const
        await warehouse.push([receive(item, '', 24), receive(lotItem, 'LOT-7', 10), close], 'epocherpday1')
      }))
    it(`[${rule}] a shipment with cartons and tracking, one short`, () =>
      step('pick and ship 5 of 6, the rest is cancelled', () =>
        decide(
          shipment(peer, sale, [{ item: plain, n: 5 }], { tracking: 'TRK-1', shorts: 'cancel' }),
          [[plain, '', -5]],
          'customer',
        ),
      ))
    it(`[${rule}] a count, approved: a difference`, () =>
      step('count 56 where the books say 59, approved', () =>
        decide(adjustment(peer, { item: plain, delta: -3, book: 59 }), [[plain, '', -3]], 'adjustment'),
      ))
    it(`[${rule}] a transfer between two places of the ERP`, () =>
      step('move 4 to another zone', () =>
        decide(transfer(peer, [{ item: plain, n: 4 }], peer.places.main, peer.places.second), [], 'adjustment'),
      ))
    it(`[${rule}] a return`, () =>
      step('take back 2 from the customer', () =>
        decide(customerReturn(peer, sale, [{ item: plain, n: 2 }]), [[plain, '', 2]], 'customer'),
      ))
    it(`[${rule}] in the end both books are equal for every item and lot, and ours add up`, async () => {
      await warehouse.import()
      expect(await peer.onHand(plain)).toBe(40 + 24 - 5 - 3 + 2)
      expect(await peer.onHand(lots, undefined, 'LOT-7')).toBe(10)
      expect(await peer.onHand(plain, peer.places.second)).toBe(4)
      await equal()
      expect(await warehouse.audit()).toEqual([])
      if (page !== null && process.env['ERP_TRACE'] !== undefined) writeTrace(page, steps, nameOf)
    })
  })
}

const MARK = /(<!-- trace -->\n)[\s\S]*?(<!-- \/trace -->)/
const writeTrace = (page: string, steps: readonly Step[], nameOf: (call: Call) => string): void => {
  const rows = steps.map(({ floor, calls, document, before, after }) => {
    const asked = calls.map(call => `${nameOf(call)} ${call.status}`).join('<br>')
    const ms = Math.round(calls.reduce((sum, call) => sum + call.ms, 0))
    return `| ${floor} | ${document} | ${asked} | ${ms} | ${before} → ${after} |`
  })
  const head = [
    '| on the floor | document over there | calls and answers | ms | on hand over there |',
    '|---|---|---|---|---|',
  ]
  const text = readFileSync(page, 'utf8')
  if (!MARK.test(text)) throw new Error(`${page} has no place for the trace`)
  writeFileSync(page, text.replace(MARK, `$1\n${[...head, ...rows].join('\n')}\n\n$2`))
}
