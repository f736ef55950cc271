import { describe, expect, it } from 'vitest'
import { rest } from '../../server/erp/rest.ts'
import { makeConnector } from '../../server/erp/settings.ts'
import { sim } from '../../server/erp/sim.ts'
import { makeSimErp } from '../../server/erp/sim/app.ts'
import { makeErp } from '../../server/erp/sim/erp.ts'
import { PROFILES } from '../../server/erp/sim/profile.ts'
import { emptyState, MAIN } from '../../server/erp/sim/state.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { makeDelivery } from './carry.ts'
import { adjustment, receipt } from './operations.ts'
import { restErp, SIGNING, TOKEN } from './rest/fake.ts'
import { simPeople } from './sim-peer.ts'

/** The two kinds whose ERPs are ours to spoil; those of the others are spoilt in their own folders. */
const KINDS = ['sim', 'rest'] as const
const CLOSED = '2027-01-01T00:00:00.000Z'

const start = (kind: (typeof KINDS)[number], key: 'right' | 'wrong' = 'right') => {
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = (): string => new Date((ms += 7)).toISOString()
  const profile = { ...PROFILES.plain, negative: 'refused' as const }
  const state = emptyState()
  const made = kind === 'sim' ? makeSimErp({ state, save: async () => {}, now, token: TOKEN, profile }) : null
  const erp = made?.erp ?? makeErp(state, now, profile)
  const app = made?.app ?? restErp(erp, now)
  /** What every call is answered from now on; null = as it should be. */
  const spoilt: { answer: (() => Response) | null; calls: number } = { answer: null, calls: 0 }
  const connector = makeConnector(kind === 'sim' ? sim : rest, {
    id: kind,
    settings: { url: 'http://127.0.0.1:9' },
    secrets: { token: key === 'right' ? TOKEN : 'wrong', signing: SIGNING },
    now,
    fetch: async (input, init) => {
      spoilt.calls += 1
      return spoilt.answer?.() ?? app.fetch(new Request(input, init))
    },
  })
  const people = simPeople(erp)
  const peer = { ...people, url: '', connect: () => connector, stop: async () => {} }
  const delivery = makeDelivery(connector)
  const stopped = async (op: OutboundOp) => {
    const row = await delivery.row(op)
    return [row?.state, row?.errorClass, row?.question]
  }
  const circuit = () => delivery.outbox.store.circuit(delivery.deps.id)
  const send = async (op: OutboundOp, rounds?: number): Promise<void> => {
    delivery.send(op)
    await delivery.run(rounds)
  }
  const again = async (): Promise<void> => {
    await delivery.outbox.store.settle({ connector: delivery.deps.id }, { kind: 'replay' }, 'sevda', delivery.now())
    await delivery.run()
  }
  const onHand = (item: string): Promise<number> => people.onHand(item, MAIN)
  return {
    erp,
    people,
    peer,
    spoilt,
    stopped,
    circuit,
    send,
    again,
    onHand,
    came: (item: string, n = 5) => receipt(peer, null, [{ item, n }]),
  }
}

describe.each(KINDS)('what goes wrong with an ERP by %s ends in a named state, with words', kind => {
  it('[ER36] a wrong key, or one that has ended, stops the connection after two calls at most; the message waits', async () => {
    for (const key of ['wrong', 'right'] as const) {
      const at = start(kind, key)
      const item = await at.people.item()
      if (key === 'right') await at.send(at.came(item))
      if (key === 'right') at.spoilt.answer = () => Response.json({ error: { code: 'expired' } }, { status: 401 })
      const before = at.spoilt.calls
      const op = at.came(item)
      await at.send(op, 50)
      expect(at.spoilt.calls - before).toBeLessThanOrEqual(2)
      // What was on its way is asked for first when the credentials have changed.
      expect(['waiting', 'unknown']).toContain((await at.stopped(op))[0])
      expect(await at.circuit()).toMatchObject({ state: 'open', cause: 'auth', words: expect.stringMatching(/\w/) })
      expect(await at.onHand(item)).toBe(key === 'right' ? 5 : 0)
    }
  })
  it('[ER36] an item that is gone over there, and a closed period, are refusals in the ERP’s words; mended, it is booked once', async () => {
    const at = start(kind)
    const [gone, late] = [await at.people.item(), await at.people.item()]
    await at.people.archive(gone)
    const ops = [at.came(gone), at.came(late)]
    await at.send(ops[0] as OutboundOp)
    at.erp.state.closedUntil = CLOSED
    await at.send(ops[1] as OutboundOp)
    expect(await Promise.all(ops.map(at.stopped))).toEqual([
      ['dead', 'rejected', expect.stringContaining('archived')],
      ['dead', 'rejected', expect.stringContaining('closed')],
    ])
    delete at.erp.state.closedUntil
    at.erp.changeItem(gone, { active: true })
    await at.again()
    expect(await Promise.all(ops.map(async op => (await at.stopped(op))[0]))).toEqual(['posted', 'posted'])
    expect([await at.onHand(gone), await at.onHand(late)]).toEqual([5, 5])
  })
  it('[ER36] more than is there is refused in words, and nothing is booked', async () => {
    const at = start(kind)
    const item = await at.people.item()
    await at.people.stockUp(item, MAIN, 2)
    const op = adjustment(at.peer, { item, delta: -5, book: 5 })
    await at.send(op)
    expect(await at.stopped(op)).toEqual(['dead', 'rejected', expect.stringContaining('not enough')])
    expect(await at.onHand(item)).toBe(2)
  })
  it('[ER36] a right that was taken away stops what needs it, and nothing is booked', async () => {
    const at = start(kind)
    const item = await at.people.item()
    at.spoilt.answer = () => Response.json({ error: { code: 'forbidden' } }, { status: 403 })
    const op = at.came(item)
    await at.send(op, 50)
    const [state] = await at.stopped(op)
    expect([state, (await at.circuit()).state]).toEqual(kind === 'rest' ? ['parked', 'closed'] : ['unknown', 'open'])
    at.spoilt.answer = null
    expect(await at.onHand(item)).toBe(0)
  })
  it('[ER36] a page in HTML is no answer: the connection is unwell, the message waits, and is booked once when it ends', async () => {
    const at = start(kind)
    const item = await at.people.item()
    at.spoilt.answer = () =>
      new Response('<html><body>Login</body></html>', { headers: { 'content-type': 'text/html' } })
    const op = at.came(item)
    await at.send(op, 50)
    expect(['waiting', 'unknown']).toContain((await at.stopped(op))[0])
    expect(await at.circuit()).toMatchObject({ state: 'open', cause: 'transient' })
    at.spoilt.answer = null
    await at.send(at.came(item, 1))
    expect([(await at.stopped(op))[0], await at.onHand(item), await at.people.postedWith(op.key)]).toEqual([
      'posted',
      6,
      1,
    ])
  })
})
