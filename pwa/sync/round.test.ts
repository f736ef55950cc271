import { describe, expect, test } from 'vitest'
import { device, receiveDraft, warehouse } from '../../test/support/commands.ts'
import { derivedId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { begun, refused } from '../../test/support/test-engine.ts'
import { ensureBirth } from './birth.ts'

const other: WarehouseId = derivedId('warehouse', 'other')
const place = (id: string) => ({ k: 'location' as const, id, b: { id, code: id, kind: 'pickable', active: true } })

describe('a round', () => {
  test('[S20] the first round brings a snapshot, the next ones only what is new', async () => {
    const { engine, put, state, cache, rounds, seen } = await begun()
    put(place('A'))
    expect(await rounds()).toMatchObject({ kind: 'good', more: false })
    put(place('B'))
    await rounds()
    expect([...((await cache.load())?.locations.keys() ?? [])].sort()).toEqual(['A', 'B'])
    expect([state.snapshots, seen.replaced, seen.pages > 0]).toEqual([1, 1, true])
    expect(engine.status()).toMatchObject({ link: 'online', waiting: 0 })
  })
  test('[S21] waiting steps go out oldest first, a hundred at a time, until none is left', async () => {
    const { scan, rounds, state, acked, engine } = await begun()
    await scan(250)
    expect(engine.status().waiting).toBe(250)
    expect(await rounds()).toMatchObject({ kind: 'good', more: false })
    const pushed = state.requests.map(request => request.push.commands.map(command => command.seq))
    expect(pushed.flat()).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
    expect(Math.max(...pushed.map(batch => batch.length))).toBeLessThanOrEqual(100)
    expect([await acked(), engine.status().waiting]).toEqual([250, 0])
  })
  test('[S21] a batch is no larger than 64 KB', async () => {
    const { engine, rounds, state, acked } = await begun()
    for (let i = 0; i < 12; i += 1) await engine.append([receiveDraft(1, { scan: 'x'.repeat(8000) })], null)
    await rounds()
    for (const request of state.requests)
      expect(JSON.stringify(request.push.commands).length).toBeLessThanOrEqual(65_536)
    expect(await acked()).toBe(12)
  })
  test('[S22] an answer that was lost is asked for again and nothing is sent as new', async () => {
    const { scan, rounds, state, answer, acked } = await begun()
    await rounds()
    await scan(3)
    state.instead.push(request => (answer(request), { kind: 'offline' }))
    expect(await rounds()).toEqual({ kind: 'offline' })
    expect(await acked()).toBe(0)
    await rounds()
    expect(await acked()).toBe(3)
    expect(state.requests.at(-1)?.push.commands ?? []).toHaveLength(3)
  })
  test('[S23] pages come until there are no more, and each says itself how far own steps are contained', async () => {
    const { put, rounds, state, cache, birth, scan } = await begun()
    await rounds()
    state.pageSize = 1
    await scan(2)
    for (const id of ['A', 'B', 'C']) put(place(id))
    await rounds()
    expect((await cache.load())?.locations.size).toBe(3)
    expect((await cache.head())?.through[birth.epoch]).toBe(2)
  })
  test('[S29] places that are counted blind here are named in every round, and asked for anew when they are not any more', async () => {
    const { rounds, state, cache } = await begun()
    const spots = Array.from({ length: 23 }, (_, n) => ({ location: derivedId<'location'>('place', n), item: null }))
    await rounds()
    await cache.withhold({ spots: spots.slice(0, 1), own: [], device: null })
    await rounds()
    expect(state.requests.at(-1)).toMatchObject({ blind: spots.slice(0, 1) })
    expect(state.requests.at(-1)).not.toHaveProperty('again')
    // A day without a network: more than one round may name.
    for (const spot of [...spots.slice(1).map(one => [one]), []])
      await cache.withhold({ spots: spot, own: [], device: null })
    const from = state.requests.length
    await rounds()
    const asked = state.requests.slice(from).map(({ blind, again }) => [blind?.length, again?.length])
    expect(asked).toEqual([
      [undefined, 20],
      [undefined, 3],
    ])
    expect(state.requests.slice(from).flatMap(({ again }) => again ?? [])).toEqual(spots)
    expect((await cache.head())?.again).toEqual([])
  })
  test('[S29] they are asked for until a page was taken', async () => {
    const { rounds, state, cache, answer } = await begun()
    const spot = { location: derivedId<'location'>('place'), item: null }
    await rounds()
    await cache.withhold({ spots: [spot], own: [], device: null })
    await cache.withhold({ spots: [], own: [], device: null })
    state.instead.push(request => (answer(request), { kind: 'offline' }))
    await rounds()
    expect((await cache.head())?.again).toEqual([spot])
    await rounds()
    expect(state.requests.filter(({ again }) => again?.length === 1)).toHaveLength(2)
    expect((await cache.head())?.again).toEqual([])
  })
  test('[S24] a page that does not begin where the copy stands is left alone', async () => {
    const { put, rounds, state, cache, answer, engine } = await begun()
    await rounds()
    put(place('A'))
    state.instead.push(request => {
      const reply = answer(request)
      return reply.kind === 'ok'
        ? { ...reply, body: { ...reply.body, pull: { ...reply.body.pull, from: 'x.all.1' } } }
        : reply
    })
    const before = await cache.head()
    await engine.round()
    expect(await cache.head()).toEqual(before)
  })
  test('[S25] the disk of the copy takes nothing: the steps are sent all the same and nothing is half written', async () => {
    const { put, rounds, cache, scan, acked, ports, engine } = await begun()
    await rounds()
    await scan(1)
    put(place('A'))
    const applyPage = cache.applyPage.bind(cache)
    const full = Object.assign(new Error('aborted'), { name: 'AbortError', inner: { name: 'QuotaExceededError' } })
    ports.cache.applyPage = async () => Promise.reject(full)
    expect(await engine.round()).toEqual({ kind: 'storage', full: true })
    expect([await acked(), engine.status().storageFull]).toEqual([1, true])
    ports.cache.applyPage = applyPage
    await rounds()
    expect([(await cache.load())?.locations.size, engine.status().storageFull]).toEqual([1, false])
  })
  test('[S26] the heartbeat says what waits, how old it is and what was acknowledged', async () => {
    const { scan, rounds, state, engine, time } = await begun()
    await scan(2)
    await rounds()
    const at = new Date(time.clock.now()).toISOString()
    await scan(1)
    await time.advance(60_000)
    await engine.round()
    expect(state.requests.at(-1)?.head).toMatchObject({ seq: 3, pending: 1, oldest: at, acked: 2, lost: false })
  })
  test('[S6] lost storage is told until the server has heard it', async () => {
    const { scan, rounds, state } = await begun({ livedBefore: true })
    await scan(1)
    await rounds()
    await rounds()
    expect(state.requests[0]?.head.lost).toBe(true)
    expect(state.requests.at(-1)?.head.lost).toBe(false)
  })
})

describe('a server that was restored', () => {
  test('[S30] an idle handheld steps back and sends everything that the server has lost', async () => {
    const { scan, rounds, state, acked, birth } = await begun()
    await scan(10)
    await rounds()
    state.feedEpoch = 'feed00000002'
    state.last.set(birth.epoch, 4)
    state.through.set(birth.epoch, 4)
    await rounds()
    expect(state.requests.flatMap(r => r.push.commands.map(c => c.seq)).slice(-6)).toEqual([5, 6, 7, 8, 9, 10])
    expect([await acked(), state.last.get(birth.epoch)]).toEqual([10, 10])
  })
  test('[S30] a break between stepping back and the new copy loses nothing', async () => {
    const { scan, rounds, state, acked, birth, makeOne } = await begun()
    await scan(5)
    await rounds()
    state.feedEpoch = 'feed00000002'
    state.last.set(birth.epoch, 0)
    state.snapshotFails = { kind: 'offline' }
    expect(await rounds()).toEqual({ kind: 'offline' })
    state.snapshotFails = null
    const again = makeOne()
    for (let i = 0; i < 5; i += 1) await again.round()
    expect([await acked(), state.last.get(birth.epoch)]).toEqual([5, 5])
  })
  test('[S30] a handheld that lost its copy hears from the first snapshot what the restored server has lost', async () => {
    const { scan, rounds, state, birth, cache } = await begun()
    await scan(5)
    await rounds()
    await cache.clear()
    state.feedEpoch = 'feed00000002'
    state.last.set(birth.epoch, 0)
    await rounds()
    expect(state.last.get(birth.epoch)).toBe(5)
  })
  test('[S31] an acknowledgement from before the restore is not believed afterwards', async () => {
    const { scan, rounds, state, acked, birth, answer, cache, engine } = await begun()
    await rounds()
    await scan(5)
    state.instead.push(request => {
      const late = answer(request)
      // While this answer was under way another window has taken the copy of the restored server.
      const head = cache.snapshot().head
      if (head)
        cache.restore({
          ...cache.snapshot(),
          head: { ...head, feedEpoch: 'feed00000002', cursor: 'feed00000002.all.0' },
        })
      state.feedEpoch = 'feed00000002'
      state.last.set(birth.epoch, 0)
      return late
    })
    await engine.round()
    expect(await acked()).toBe(0)
    await rounds()
    expect(state.last.get(birth.epoch)).toBe(5)
  })
  test('[S32] an expired cursor brings a snapshot; acknowledgements and waiting steps stay', async () => {
    const { scan, rounds, state, acked, answer, engine } = await begun()
    await scan(2)
    await rounds()
    await scan(1)
    state.instead.push(request => {
      const reply = answer({ ...request, cursor: null })
      return reply.kind === 'ok' ? { ...reply, body: { ...reply.body, reset: 'cursor_expired' } } : reply
    })
    await engine.round()
    expect([state.snapshots, await acked(), engine.status().waiting]).toEqual([2, 3, 0])
  })
  test('[S33] another scope: what the last worker saw is gone at once, even before the new copy has come', async () => {
    const { put, rounds, state, cache, answer, engine } = await begun()
    put(place('A'))
    await rounds()
    state.snapshotFails = { kind: 'offline' }
    state.instead.push(request => {
      const reply = answer({ ...request, cursor: null })
      return reply.kind === 'ok' ? { ...reply, body: { ...reply.body, reset: 'scope_changed' } } : reply
    })
    await engine.round()
    expect((await cache.load())?.locations.size).toBe(0)
    state.snapshotFails = null
    await rounds()
    expect((await cache.load())?.locations.size).toBe(1)
  })
})

describe('holes and commands that cannot be taken', () => {
  test('[S34] numbers that are not here any more are declared, never skipped silently', async () => {
    const { scan, rounds, state, acked, queue, birth } = await begun()
    await scan(10)
    await queue.prune(birth.epoch, 4)
    await rounds()
    expect(state.requests.find(request => request.push.hole)?.push.hole).toMatchObject({ from: 1, to: 4 })
    expect(await acked()).toBe(10)
  })
  test('[S34] a gap that the server names is filled from the queue', async () => {
    const { scan, rounds, state, acked, birth } = await begun()
    await scan(6)
    await rounds()
    state.last.set(birth.epoch, 3)
    await scan(1)
    await rounds()
    expect([await acked(), state.last.get(birth.epoch)]).toEqual([7, 7])
  })
  test('[S35] a step that the server refuses five times goes to the rescue door alone, and the ones behind it go on', async () => {
    const { scan, rounds, state, acked, queue, birth, engine } = await begun()
    await rounds()
    await scan(3)
    for (let i = 0; i < 4; i += 1) {
      state.instead.push(refused(400, 'bad_request'))
      expect(await engine.round()).toEqual({ kind: 'rejected' })
    }
    expect(state.raw).toEqual([])
    state.instead.push(refused(400, 'bad_request'))
    await engine.round()
    expect(JSON.parse(state.raw[0] ?? '')).toMatchObject({ epoch: birth.epoch, device, commands: [{ seq: 1 }] })
    await rounds()
    expect(state.requests.at(-1)?.push.hole ?? state.requests.at(-2)?.push.hole).toMatchObject({ from: 1, to: 1 })
    expect(await acked()).toBe(3)
    expect(await queue.rows(birth.epoch, 0, 9)).toHaveLength(3)
  })
  test('[S35] while the rescue door is shut the head does not move', async () => {
    const { scan, rounds, state, queue, birth, engine } = await begun()
    await rounds()
    await scan(1)
    state.quarantine = { kind: 'offline' }
    for (let i = 0; i < 7; i += 1) {
      state.instead.push(refused(400))
      await engine.round()
    }
    expect((await queue.mark(birth.epoch))?.skipped ?? []).toEqual([])
    expect(state.raw.length).toBeGreaterThan(0)
  })
})

describe('another warehouse', () => {
  test('[S44] what waits of the warehouse before goes out first, under its own name', async () => {
    const { scan, rounds, state, ports, birth, cache } = await begun()
    await rounds()
    await scan(2)
    const there = await ensureBirth(ports, { device, warehouse: other, livedBefore: true })
    await scan(1)
    await rounds()
    const pushed = state.requests.filter(request => request.push.commands.length > 0)
    expect(pushed.map(r => [r.push.epoch, r.warehouse, r.push.commands.length])).toEqual([
      [birth.epoch, warehouse, 2],
      [there.epoch, other, 1],
    ])
    expect(pushed[0]?.cursor).toBeNull()
    expect((await cache.head())?.warehouse).toBe(other)
  })
})

describe('an epoch of an earlier id of this handheld', () => {
  const renamed = async (unsent: number) => {
    const world = await begun()
    const { scan, rounds, state, ports, birth } = world
    await rounds()
    await scan(2)
    await rounds()
    await scan(unsent)
    const now = await ensureBirth(ports, { device: derivedId('device', 'renamed'), warehouse, livedBefore: true })
    // Under the new id the server knows nothing of it; the rows come anew.
    state.last.delete(birth.epoch)
    state.through.delete(birth.epoch)
    const { sync } = ports.net
    ports.net.sync = async request => {
      ports.net.sync = sync
      const reply = await sync(request)
      return reply.kind === 'ok' ? { ...reply, body: { ...reply.body, reset: 'cursor_expired' } } : reply
    }
    await scan(1)
    const before = state.requests.length
    await rounds()
    return { ...world, now, after: state.requests.slice(before) }
  }

  const seqsIn = (text: string): (number | undefined)[] =>
    text.split('\n').map(line => (JSON.parse(line) as { row?: { seq: number } }).row?.seq)

  test('[Q40] never goes out under the present id, and holds back no step of the present one', async () => {
    const { after, birth, now, state, scan, rounds } = await renamed(1)
    await scan(1)
    await rounds()
    expect(after.map(request => request.push.epoch)).not.toContain(birth.epoch)
    expect(state.requests.slice(-2).map(request => request.push.epoch)).not.toContain(birth.epoch)
    expect(state.last.get(now.epoch)).toBe(2)
  })

  test('[Q41] goes whole to the rescue door, byte for byte and with its end, and waits no more when it is kept there', async () => {
    const { birth, state, queue, engine } = await renamed(2)
    expect(state.rescued.map(seqsIn)).toEqual([[1, 2, 3, 4, undefined]])
    const [text = ''] = state.rescued
    for (const { body } of await queue.rows(birth.epoch, 0, 10)) expect(text).toContain(JSON.stringify(body))
    expect(text.split('\n').at(-1)).toBe('{"end":4}')
    expect([engine.status().waiting, (await queue.mark(birth.epoch))?.acked]).toEqual([0, 4])
  })

  test('[Q41] is handed in until it is kept, then once more only when the server was restored', async () => {
    const { state, rounds, scan, birth, queue } = await renamed(0)
    expect(state.rescued).toHaveLength(1)
    await rounds()
    await scan(1)
    await rounds()
    expect(state.rescued).toHaveLength(1)
    state.feedEpoch = 'feed00000002'
    state.quarantine = refused(429, 'rate_limited', 1000)
    await rounds()
    expect((await queue.mark(birth.epoch))?.acked).toBe(2)
    state.quarantine = { kind: 'ok', body: {}, sentAt: 0, receivedAt: 0 }
    await rounds()
    const before = state.rescued.length
    expect(before).toBeGreaterThan(2)
    await rounds()
    expect(state.rescued).toHaveLength(before)
  })
})

describe('an epoch that the server refuses to hear of', () => {
  test('[S44] waits in the queue, and the present one goes on', async () => {
    const { scan, rounds, state, ports, birth, engine } = await begun()
    await rounds()
    await scan(2)
    const there = await ensureBirth(ports, { device, warehouse: other, livedBefore: true })
    await scan(1)
    state.instead.push(refused(403, 'foreign_device'))
    await rounds()
    expect([state.last.get(birth.epoch), state.last.get(there.epoch)]).toEqual([0, 1])
    expect(engine.status().waiting).toBe(2)
  })
})

describe('catalogue', () => {
  const manifest = (version: string, blocks: string[]) => ({
    version,
    asOf: '2026-11-23T08:00:00.000Z',
    families: { 'item/c': { k: 0, blocks } },
  })
  test('[S45] only new blocks are fetched, in pieces, and the old catalogue stays until the new one is whole', async () => {
    const { rounds, state, cache, engine, seen } = await begun()
    const names = Array.from({ length: 300 }, (_, i) => `block-${i}`)
    for (const name of names) state.blocks.set(name, Uint8Array.of(1))
    state.manifest = manifest('sha256-1', names)
    await engine.round()
    expect(engine.status().loading).toEqual({ done: 128, all: 300 })
    expect(await cache.manifest()).toBeNull()
    await rounds()
    expect([(await cache.head())?.catalogue, seen.catalogue, engine.status().loading]).toEqual(['sha256-1', 1, null])
    state.manifest = manifest('sha256-2', [...names.slice(1), 'new'])
    state.blocks.clear()
    state.blocks.set('new', Uint8Array.of(1))
    await rounds()
    expect([(await cache.head())?.catalogue, await cache.blocks(['block-0', 'new'])]).toEqual([
      'sha256-2',
      [null, Uint8Array.of(1)],
    ])
  })
  test('[S45] a catalogue that another tab has fetched is told once', async () => {
    const { rounds, state, seen, makeOne } = await begun()
    state.manifest = manifest('sha256-1', ['a'])
    state.blocks.set('a', Uint8Array.of(1))
    await rounds()
    expect(seen.catalogue).toBe(1)
    const other = makeOne()
    await other.round()
    await other.round()
    expect(seen.catalogue).toBe(2)
  })
  test('[S45] a block that is gone meanwhile leads to the newer catalogue', async () => {
    const { rounds, state, cache, engine } = await begun()
    state.manifest = manifest('sha256-1', ['a', 'b'])
    state.blocks.set('a', Uint8Array.of(1))
    expect(await engine.round()).toEqual({ kind: 'rejected' })
    state.manifest = manifest('sha256-2', ['a'])
    await rounds()
    expect((await cache.head())?.catalogue).toBe('sha256-2')
  })
})
