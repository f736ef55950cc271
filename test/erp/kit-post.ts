import { expect } from 'vitest'
import { FAULTS } from '../../server/erp/sim/faults.ts'
import type { Fault, FaultRule } from '../../server/erp/sim/faults.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { baseOf } from '../../server/erp/quantity.ts'
import { carry, never } from './carry.ts'
import { dieAt } from './crash.ts'
import type { Case, Kit } from './kit.ts'
import { pullAll } from './kit-pull.ts'
import { adjustment, customerReturn, orderStatus, receipt, shipment, transfer } from './operations.ts'
import type { Truth } from './truth.ts'

/** Faults that leave us without an answer although the change was made, or comes yet. */
const AFTER_THE_CHANGE: readonly Fault[] = ['cutAfter', 'error500After', 'truncated', 'html', 'twice', 'late']

/** Which faults are tried at which call; `turn` begins the round elsewhere for each kind of operation. */
const faultRules = (calls: number, turn: number, postsAt: FaultRule['matches']): readonly FaultRule[] => {
  const numbers = Array.from({ length: calls }, (_, i) => i + 1)
  if (postsAt === undefined) return FAULTS.flatMap(fault => numbers.map(call => ({ call, fault })))
  return [
    ...AFTER_THE_CHANGE.map(fault => ({ call: 1, fault, matches: postsAt })),
    ...numbers.flatMap(call =>
      FAULTS.slice((call + turn) % FAULTS.length)
        .slice(0, 1)
        .map(fault => ({ call, fault })),
    ),
  ]
}

/** What goes out: each operation has its effect exactly once, whatever happens on the way. */
export const postCases = (kit: Kit): readonly Case[] => {
  const cases: Case[] = []
  const test = (title: string, run: Case['run']): void => void cases.push({ title, run })
  const peer = () => kit.peer()
  /** Each makes one operation with everything that it needs in the ERP. */
  const kinds: Record<string, (truth: Truth) => Promise<OutboundOp>> = {
    receipt: async () => {
      const item = await peer().item()
      return receipt(peer(), await peer().purchase([{ item, n: 24 }]), [{ item, n: 24 }])
    },
    shipment: async truth => {
      const item = await peer().item()
      await truth.stockUp(item, peer().places.main, 10)
      return shipment(peer(), await peer().sale([{ item, n: 6 }]), [{ item, n: 6 }], { tracking: 'TRK-1' })
    },
    adjustment: async truth => {
      const item = await peer().item()
      await truth.stockUp(item, peer().places.main, 10)
      return adjustment(peer(), { item, delta: -3, book: 10 })
    },
    transfer: async truth => {
      const item = await peer().item()
      await truth.stockUp(item, peer().places.main, 10)
      return transfer(peer(), [{ item, n: 4 }], peer().places.main, peer().places.second)
    },
    return: async () => {
      const item = await peer().item()
      return customerReturn(peer(), null, [{ item, n: 2 }])
    },
    orderStatus: async () => {
      const item = await peer().item()
      return orderStatus(peer(), await peer().sale([{ item, n: 2 }]), 'packed', [{ item, n: 2 }])
    },
  }
  const post = async (truth: Truth, op: OutboundOp): Promise<void> => {
    expect(await carry(kit, op)).toMatchObject({ end: 'posted' })
    truth.posted(op)
  }

  for (const [name, make] of Object.entries(kinds)) {
    test(`[E67] ${name}: has its effect once, and its lines are what was sent`, async truth => {
      const op = await make(truth)
      const carried = await carry(kit, op)
      expect(carried).toMatchObject({ end: 'posted' })
      truth.posted(op)
    })
    test(`[E68] ${name}: sent again by a server that has forgotten it, has its effect once`, async truth => {
      const op = await make(truth)
      await post(truth, op)
      expect(await carry(kit, op, { connector: peer().connect({ url: kit.proxy().url }) })).toMatchObject({
        end: 'posted',
      })
    })
    test(`[E69] ${name}: whatever happens to whichever call, has its effect once`, async truth => {
      const before = kit.proxy().faults.calls()
      await post(truth, await make(truth))
      const calls = kit.proxy().faults.calls() - before
      expect(calls).toBeGreaterThan(1)
      for (const rule of faultRules(calls, name.length, kit.fixture.postsAt)) {
        const at = `${rule.fault} at call ${rule.call}${rule.matches === undefined ? '' : ' of those that post'}`
        const op = await make(truth)
        kit.proxy().faults.inject(rule)
        const carried = await carry(kit, op)
        expect(carried, at).toMatchObject({ end: 'posted' })
        expect(kit.proxy().faults.clear(), `${at} was met`).toBe(0)
        await kit.proxy().faults.release()
        truth.posted(op)
      }
    })
  }
  test('[E76] a server of ours that dies between any two steps: has its effect once', async truth => {
    for (let step = 1; step <= 8; step += 1) {
      const op = await (kinds['shipment'] as (truth: Truth) => Promise<OutboundOp>)(truth)
      const end = await dieAt(kit, step, op)
      expect(end, `died at step ${step}`).toBe('posted')
      truth.posted(op)
    }
  })
  test('[E70] receipt: two parts, then what came over', async truth => {
    const item = await peer().item()
    const purchase = await peer().purchase([{ item, n: 10 }])
    await post(truth, receipt(peer(), purchase, [{ item, n: 4 }], false))
    await post(truth, receipt(peer(), purchase, [{ item, n: 6 }], true))
    const { records } = await pullAll(kit.connector(), 'purchaseOrder', null)
    const line = records.get(purchase)?.lines[0]
    if (line !== undefined) expect(baseOf(line.done)).toBe(10)
    const over = receipt(peer(), await peer().purchase([{ item, n: 5 }]), [{ item, n: 8 }])
    if (kit.connector().caps.overReceipt === 'accepted') await post(truth, over)
  })
  test('[E71] lot: goods with a lot arrive and leave under it, and without one they are refused', async truth => {
    const item = await peer().item({ lot: true })
    const purchase = await peer().purchase([{ item, n: 10 }])
    const nameless = receipt(peer(), purchase, [{ item, n: 10 }])
    expect(['rejected', 'config', 'needsDecision']).toContain((await carry(kit, nameless)).end)
    await post(truth, receipt(peer(), purchase, [{ item, n: 10, lot: 'LOT-1', expiry: '2027-01-31' }]))
    await post(truth, shipment(peer(), await peer().sale([{ item, n: 4 }]), [{ item, n: 4, lot: 'LOT-1' }]))
  })
  test('[E72] shipment: a short one with and without a backorder', async truth => {
    const item = await peer().item()
    await truth.stockUp(item, peer().places.main, 10)
    for (const shorts of ['backorder', 'cancel'] as const)
      await post(truth, shipment(peer(), await peer().sale([{ item, n: 3 }]), [{ item, n: 2 }], { shorts }))
  })
  test('[E73] shipment: of an order that was cancelled over there has no effect and is told', async truth => {
    const item = await peer().item()
    await truth.stockUp(item, peer().places.main, 10)
    const sale = await peer().sale([{ item, n: 2 }])
    const op = shipment(peer(), sale, [{ item, n: 2 }])
    await peer().cancel(sale)
    const carried = await carry(kit, op)
    expect(['conflict', 'rejected', 'cancelled', 'needsDecision']).toContain(carried.end)
    truth.refused(op)
  })
  test('[E74] adjustment: a difference up and down, with a movement by hand in between', async truth => {
    const item = await peer().item()
    await truth.stockUp(item, peer().places.main, 13)
    const down = adjustment(peer(), { item, delta: -1, book: 13 })
    await peer().moveByHand(item, peer().places.main, peer().places.second, 3)
    truth.byHand(item, peer().places.main, -3)
    truth.byHand(item, peer().places.second, 3)
    await post(truth, down)
    await post(truth, adjustment(peer(), { item, delta: 5, book: 9 }))
  })
  test('[E75] movementsSince: what we posted comes with our key, what somebody did by hand without', async truth => {
    const item = await peer().item()
    await truth.stockUp(item, peer().places.main, 10)
    const op = adjustment(peer(), { item, delta: -2, book: 10 })
    await post(truth, op)
    await peer().adjustByHand(item, peer().places.main, 1)
    truth.byHand(item, peer().places.main, 1)
    const moves = []
    for (let cursor: string | null = null, more = true; more;) {
      const page = await kit.connector().movementsSince(cursor, 200, never)
      moves.push(...page.moves.filter(move => move.item === item))
      cursor = page.next
      more = page.more
    }
    const ours = new Set(moves.filter(move => move.key === op.key).map(move => move.id))
    expect(ours.size).toBe(1)
    const net = [...new Map(moves.map(move => [move.id, move])).values()].reduce((sum, move) => {
      const n = baseOf(move.quantity) ?? Number.NaN
      return sum + (move.to === peer().places.main ? n : 0) - (move.from === peer().places.main ? n : 0)
    }, 0)
    expect(net).toBe(9)
  })
  return cases
}
