import { afterEach, describe, expect, it } from 'vitest'
import { makeDelivery } from './carry.ts'
import type { ErpPeer } from './fixture.ts'
import { adjustment } from './operations.ts'
import { startSim } from './sim-peer.ts'

describe('what an ERP does not take', () => {
  let peer: ErpPeer | null = null
  afterEach(async () => peer?.stop())

  it.each(['silent', 'refused'] as const)(
    '[ER34] more than is there, which the ERP refuses (%s), stops and is told; when the stock has come it goes on, once',
    async unfit => {
      const tryton = (peer = await startSim('tryton', { negative: 'refused', unfit }))
      const item = await tryton.item()
      await tryton.stockUp(item, tryton.places.main, 2)
      const delivery = makeDelivery(tryton.connect({ url: tryton.url }), { allow: tryton.answers ?? {} })
      const op = adjustment(tryton, { item, delta: -5, book: 5 })
      const behind = { ...adjustment(tryton, { item, delta: 1, book: 0 }), subject: op.subject }
      for (const one of [op, behind]) delivery.send(one)
      await delivery.run()
      const stopped = await delivery.row(op)
      // A yes that did nothing is asked again and then left to a person; a refusal ends it at once.
      expect([stopped?.state, stopped?.errorClass, stopped?.question]).toEqual(
        unfit === 'silent'
          ? ['held', 'conflict', expect.stringContaining('does not show it as booked')]
          : ['dead', 'rejected', expect.stringContaining('not enough on hand')],
      )
      expect([await tryton.onHand(item), (await delivery.row(behind))?.state]).toEqual([2, 'waiting'])
      await tryton.stockUp(item, tryton.places.main, 8)
      const { store } = delivery.outbox
      const { id } = delivery.deps
      expect(await store.settle({ connector: id }, { kind: 'replay' }, 'sevda', delivery.now())).toBe(1)
      await delivery.run()
      expect([(await delivery.row(op))?.state, (await delivery.row(behind))?.state]).toEqual(['posted', 'posted'])
      expect([await tryton.onHand(item), await tryton.postedWith(op.key)]).toEqual([6, 1])
    },
  )
})
