import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBooks } from '../../test/erp/books.ts'
import { never } from '../../test/erp/carry.ts'
import type { ErpPeer } from '../../test/erp/fixture.ts'
import { startSim } from '../../test/erp/sim-peer.ts'
import { ErpError } from '../erp/erp-error.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { adjustGuard, GUARD } from './adjust-guard.ts'
import { actAlone, AUTO, RULE } from './compare-auto.ts'

describe('what is told to an ERP, and what is decided without a person', () => {
  let peer: ErpPeer
  let connector: ErpConnector
  beforeAll(async () => {
    peer = await startSim('odoo')
    connector = peer.connect({ url: peer.url })
  })
  afterAll(() => peer.stop())
  const there = async (item: string): Promise<number> => {
    let sum = 0
    for await (const row of connector.stock({ locations: [peer.places.main], items: [item] }, never))
      sum += row.quantity.n
    return sum
  }

  it('[ER29] a correction goes out where the ERP stands as our books think', async () => {
    const our = makeBooks(peer, connector, { isGuarded: true })
    const item = await our.agreed()
    const keys = [our.say(our.adjust(item, -3, our.at())), our.say(our.adjust(item, 1, our.at()))]
    await our.deliver()
    expect(await Promise.all(keys.map(async key => (await our.rowOf(key)).state))).toEqual(['posted', 'posted'])
    expect(await there(item)).toBe(8)
  })
  it('[ER29] one that somebody has entered over there already is held with both figures, until a person says so', async () => {
    const our = makeBooks(peer, connector, { isGuarded: true })
    const item = await our.agreed()
    const key = our.say(our.adjust(item, -3, our.at()))
    await peer.adjustByHand(item, peer.places.main, -3)
    await our.deliver()
    const held = await our.rowOf(key)
    expect([held.state, held.errorClass, held.ask?.id]).toEqual(['held', 'needsDecision', GUARD.id])
    expect(held.question).toMatch('correction of -3 the ERP should have 10, and has 7')
    expect(await there(item)).toBe(7)
    const answer = { kind: 'answer', question: GUARD.id, answer: GUARD.post } as const
    expect(await our.outbox.store.settle({ connector: our.compare.id, keys: [key] }, answer, 'sevda', our.at())).toBe(1)
    await our.deliver()
    expect([(await our.rowOf(key)).state, await there(item)]).toEqual(['posted', 4])
  })
  it('[ER29] a difference that waits for a decision already holds no correction', async () => {
    const our = makeBooks(peer, connector, { isGuarded: true })
    const item = await our.agreed()
    await peer.adjustByHand(item, peer.places.main, 2)
    expect(await our.found(item)).toMatchObject([{ drift: 2 }])
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.deliver()
    expect([(await our.rowOf(key)).state, await there(item)]).toEqual(['posted', 9])
    await peer.adjustByHand(item, peer.places.main, -1)
    const held = our.say(our.adjust(item, 1, our.at()))
    await our.deliver()
    expect([(await our.rowOf(held)).state, await there(item)]).toEqual(['held', 8])
  })
  it('[ER29] what another message may have done already is no difference, under whatever lot it says so', async () => {
    const caps = { ...connector.caps, lots: false }
    const our = makeBooks(peer, { ...connector, caps })
    const item = await our.agreed()
    const sent = our.say({ ...our.adjust(item, 2, our.at()), lot: 'L1' })
    await our.leave(sent, 'unknown', 'posted')
    expect(await there(item)).toBe(12)
    const next = await our.rowOf(our.say(our.adjust(item, -3, our.at())))
    const op = await our.operationOf(next)
    if (op === null) throw new Error('nothing to say')
    const guard = adjustGuard({ ...our.compare, connector: { ...connector, caps } })
    await expect(guard(op, next, never)).resolves.toBeUndefined()
    await peer.adjustByHand(item, peer.places.main, 1)
    await expect(guard(op, next, never)).rejects.toThrow('should have 10, and has 13')
  })
  it('[ER33] the figures of all corrections of a round are asked for once; each has its own answer', async () => {
    const asked: (readonly string[])[] = []
    const our = makeBooks(
      peer,
      {
        ...connector,
        stock: (query, signal) => {
          asked.push(query.items ?? [])
          return connector.stock(query, signal)
        },
      },
      { isGuarded: true },
    )
    const items = [await our.agreed(), await our.agreed(), await our.agreed()]
    const keys = items.map(item => our.say(our.adjust(item, -3, our.at())))
    await peer.adjustByHand(items[1] ?? '', peer.places.main, -3)
    await our.deliver()
    expect(asked.map(some => [...some].sort())).toEqual([[...items].sort()])
    const states = await Promise.all(keys.map(async key => (await our.rowOf(key)).state))
    expect(states).toEqual(['posted', 'held', 'posted'])
  })
  it('[ER29] a connection may answer by itself; an ERP without figures is not asked', async () => {
    const our = makeBooks(peer, connector, { isGuarded: true, allow: { [GUARD.id]: GUARD.post } })
    const item = await our.agreed()
    const key = our.say(our.adjust(item, -3, our.at()))
    await peer.adjustByHand(item, peer.places.main, -3)
    await our.deliver()
    expect([(await our.rowOf(key)).state, await there(item)]).toEqual(['posted', 4])
    const blind: ErpConnector = {
      ...connector,
      // oxlint-disable-next-line require-yield
      stock: async function* () {
        throw new ErpError('config', 'no picture of the stock')
      },
    }
    const other = makeBooks(peer, blind, { isGuarded: true })
    const more = await other.agreed()
    const sent = other.say(other.adjust(more, 2, other.at()))
    await peer.adjustByHand(more, peer.places.main, 5)
    await other.deliver()
    expect((await other.rowOf(sent)).state).toBe('posted')
  })

  it('[ER30] what is missing over there is posted again where the connection says so, once and nothing else', async () => {
    const our = makeBooks(peer, connector)
    const item = await our.agreed()
    const key = our.say(our.adjust(item, -3, our.at()))
    const edited = await our.agreed()
    expect(await our.found(edited)).toEqual([])
    await our.leave(key, 'posted', 'none')
    await peer.adjustByHand(edited, peer.places.main, 2)
    expect((await our.found(item, edited)).map(row => row.class).sort()).toEqual(['edited', 'missing'])
    const about = { compare: our.store, outbox: our.outbox.store, now: our.at }
    const act = (allow: Readonly<Record<string, string>>, mode: 'live' | 'shadow' = 'live') =>
      actAlone({ ...about, connection: { id: our.compare.id, mode, allow } })
    expect([await act({}), await act({ [AUTO.id]: AUTO.repost }, 'shadow')]).toEqual([0, 0])
    expect(await act({ [AUTO.id]: AUTO.repost })).toBe(1)
    await our.deliver()
    expect([(await our.rowOf(key)).state, (await our.rowOf(key)).closedBy, await there(item)]).toEqual([
      'posted',
      RULE,
      7,
    ])
    expect((await our.found(item, edited)).map(row => row.class)).toEqual(['edited'])
  })
  it('[ER30] one message that is missing in two figures is posted again once, and both are acted on', async () => {
    const our = makeBooks(peer, connector)
    const item = await our.agreed()
    const { client, item: id, place } = our.adjust(item, 0, our.at())
    const lines = [{ lot: '', serial: '', qty: 4, from: place, to: our.second }]
    const key = our.say({ v: 1, type: 'transfer', client, item: id, by: 'worker', lines })
    our.put(item, -4)
    our.put(item, 4, 'second')
    await our.leave(key, 'posted', 'none')
    expect((await our.found(item)).map(row => row.class)).toEqual(['missing', 'missing'])
    const connection = { id: our.compare.id, mode: 'live', allow: { [AUTO.id]: AUTO.repost } } as const
    expect(await actAlone({ connection, compare: our.store, outbox: our.outbox.store, now: our.at })).toBe(2)
    await our.deliver()
    expect([(await our.rowOf(key)).state, await there(item)]).toEqual(['posted', 6])
    expect(await our.found(item)).toEqual([])
  })
  it('[ER30] where a missing message is one of several causes, it alone is posted again; the rest stays a person’s', async () => {
    const our = makeBooks(peer, connector)
    const item = await our.agreed()
    expect(await our.found(item)).toEqual([])
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.leave(key, 'posted', 'none')
    await peer.adjustByHand(item, peer.places.main, 2)
    expect((await our.found(item)).map(row => [row.class, row.drift])).toEqual([['several', 5]])
    const connection = { id: our.compare.id, mode: 'live', allow: { [AUTO.id]: AUTO.repost } } as const
    const act = () => actAlone({ connection, compare: our.store, outbox: our.outbox.store, now: our.at })
    expect(await act()).toBe(1)
    await our.deliver()
    expect([(await our.rowOf(key)).closedBy, await there(item)]).toEqual([RULE, 9])
    expect((await our.found(item)).map(row => [row.class, row.drift])).toEqual([['edited', 2]])
    expect(await act()).toBe(0)
    expect(await there(item)).toBe(9)
  })
  it('[ER30] what goes missing a second time is a person’s', async () => {
    const our = makeBooks(peer, { ...connector, find: async () => ({ state: 'absent' }) })
    const item = await our.agreed()
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.leave(key, 'posted', 'none')
    const about = { compare: our.store, outbox: our.outbox.store, now: our.at }
    const act = () =>
      actAlone({ ...about, connection: { id: our.compare.id, mode: 'live', allow: { [AUTO.id]: AUTO.repost } } })
    await our.found(item)
    expect(await act()).toBe(1)
    await our.leave(key, 'posted', 'none')
    expect((await our.found(item)).map(row => row.class)).toEqual(['missing'])
    expect(await act()).toBe(0)
  })
})
