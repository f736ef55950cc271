import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBooks } from '../../test/erp/books.ts'
import { never } from '../../test/erp/carry.ts'
import type { ErpPeer } from '../../test/erp/fixture.ts'
import { startSim } from '../../test/erp/sim-peer.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { partOf } from './compare-act.ts'
import { compareDue, compareRound } from './compare.ts'

describe('comparing while both sides go on', () => {
  let peer: ErpPeer
  let connector: ErpConnector
  beforeAll(async () => {
    peer = await startSim('odoo')
    connector = peer.connect({ url: peer.url })
  })
  afterAll(() => peer.stop())

  it('[ER16] a posting in the middle of the reading is no difference', async () => {
    let reads = 0
    const our = makeBooks(peer, {
      ...connector,
      stock: async function* (query, signal) {
        reads += 1
        // After our books were read, before the ERP's are: the floor ships and the message arrives at once.
        if (reads === 1) {
          our.say(our.adjust(item, -3, our.at()))
          await our.deliver()
        }
        yield* connector.stock(query, signal)
      },
    })
    const item = await our.agreed()
    expect(await our.found(item)).toEqual([])
    expect(reads).toBeGreaterThan(1)
  })
  it('[ER16] what never rests is said to move, and is no difference', async () => {
    const our = makeBooks(peer, {
      ...connector,
      stock: async function* (query, signal) {
        our.put(item, 1)
        yield* connector.stock(query, signal)
      },
    })
    const item = await our.agreed()
    our.put(item, 1)
    const run = await compareRound(our.compare, { cause: 'timer', items: [item] }, never)
    expect(run).toMatchObject({ drifts: 0, moving: 1, outcome: null })
  })
  it('[ER16] movements that the ERP tells of again are neither new nor an explanation', async () => {
    const our = makeBooks(peer, {
      ...connector,
      movementsSince: (_cursor, limit, signal) => connector.movementsSince(null, limit, signal),
    })
    const item = await our.agreed()
    expect(await our.found(item)).toEqual([])
    our.put(item, -10)
    expect((await our.found(item)).map(row => row.class)).toEqual(['unexplained'])
    await peer.adjustByHand(item, peer.places.main, 3)
    our.put(item, 10)
    expect((await our.found(item)).map(row => row.class)).toEqual(['edited'])
  })
  it('[ER31] a message that is missing and an entry by hand at once: each has its share, and one after the other is over', async () => {
    const our = makeBooks(peer, connector)
    const item = await our.agreed()
    const there = our.say(our.adjust(item, -1, our.at()))
    await our.deliver()
    expect(await our.found(item)).toEqual([])
    const lost = our.say(our.adjust(item, -3, our.at()))
    await our.leave(lost, 'posted', 'none')
    await peer.adjustByHand(item, peer.places.main, 2)
    const [found] = await our.found(item)
    expect(found).toMatchObject({ drift: 5, class: 'several', proposal: 'repost' })
    expect(found?.causes).toMatchObject([
      { class: 'missing', n: 3, proposal: 'repost', because: [lost] },
      { class: 'edited', n: 2, proposal: 'adoptTheirs' },
    ])
    expect(found && partOf(found, 'edited')).toMatchObject({ class: 'edited', drift: 2, proposal: 'adoptTheirs' })
    expect(found && partOf(found, 'duplicate')).toBeNull()
    expect(await our.outbox.store.reopen([lost], 'supervisor', our.at())).toBe(1)
    await our.deliver()
    expect(await our.found(item)).toMatchObject([{ drift: 2, class: 'edited' }])
    expect((await our.rowOf(there)).state).toBe('posted')
  })
  it('[ER32] of numbered units one here and another there are two differences, where the ERP shows the numbers', async () => {
    const our = makeBooks(peer, connector)
    const { serialsInStock: _named, ...caps } = connector.caps
    const item = await peer.item({ serial: true })
    our.know(item, undefined, true)
    await peer.stockUp(item, peer.places.main, 1, 'SN-1')
    await peer.stockUp(item, peer.places.main, 1, 'SN-2')
    our.put(item, 1, 'main', 'SN-2')
    our.put(item, 1, 'main', 'SN-3')
    expect((await our.found(item)).map(row => [row.lot, row.drift, row.class])).toEqual([
      ['SN-1', 1, 'swap'],
      ['SN-3', -1, 'swap'],
    ])
    // What waits to be told names the unit: it is no difference.
    our.say({ ...our.adjust(item, -1, our.at()), serial: 'SN-2' })
    expect((await our.found(item)).map(row => row.lot)).toEqual(['SN-1', 'SN-3'])
    const summed = makeBooks(peer, { ...connector, caps })
    summed.know(item, undefined, true)
    for (const number of ['SN-2', 'SN-3']) summed.put(item, 1, 'main', number)
    expect(await summed.found(item)).toEqual([])
  })
  it('[ER14] a run that breaks is kept with its reason and closes nothing', async () => {
    let broken = false
    const our = makeBooks(peer, {
      ...connector,
      stock: (query, signal) => {
        if (broken) throw new Error('no answer')
        return connector.stock(query, signal)
      },
    })
    const item = await our.agreed()
    our.put(item, 2)
    expect(await our.found(item)).toHaveLength(1)
    broken = true
    await expect(our.found(item)).rejects.toThrow('no answer')
    const { id } = our.compare
    const [last] = await our.store.runs(id, { before: null, limit: 1 })
    expect(last?.outcome).toBe('no answer')
    expect(await our.store.drifts(id, { open: true }, { after: null, limit: 10 })).toHaveLength(1)
  })
  it('[ER17] it is time every so often, and at once after an outage', () => {
    const now = '2026-11-23T08:00:00.000Z'
    const due = (startedAt: string | null, reopened = false) =>
      compareDue(startedAt === null ? null : { startedAt }, { now, everyMs: 3_600_000, reopened })
    expect(due(null)).toBe('timer')
    expect(due('2026-11-23T07:00:00.001Z')).toBeNull()
    expect(due('2026-11-23T07:00:00.000Z')).toBe('timer')
    expect(due('2026-11-23T07:59:00.000Z', true)).toBe('outage')
  })
})
