import { describe, expect, test } from 'vitest'
import type { Item } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { catalogueOf } from '../../server/store/catalogue-blocks.ts'
import { bodyOfStock } from '../../shared/sync/rows.ts'
import { isoOf } from '../../shared/time.ts'
import { device } from '../../test/support/commands.ts'
import { testPorts } from '../../test/support/handheld-world.ts'
import { inflateAtHand } from '../../test/support/inflate.ts'
import { laterAtHand, rulesAtHand } from '../../test/support/rules.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import type { SiteSeed } from '../../test/support/site.ts'
import type { LeaseAnswer } from './lease.ts'
import { rulesFrom } from './rules.ts'
import type { Reply } from './ports.ts'
import { makeHandheld } from './make-handheld.ts'
import type { HandheldSetup } from './make-handheld.ts'

const site = testSite('handheld')
const item = site.items[0] as Item
const dock = placeId(site, 'DOCK-1')
const document: DocumentId = derivedId('document', 'handheld')

const signed = (of: SiteSeed['roster']) => ({ text: JSON.stringify(of), sig: 'good' })

const begun = async (over: Partial<HandheldSetup> = {}) => {
  const world = testPorts()
  const { state, put } = world.server
  for (const location of site.locations) put({ k: 'location', id: location.id, b: location })
  for (const client of site.clients) put({ k: 'client', id: client.id, b: client })
  put({ k: 'policy', id: 'policy', b: site.policies })
  put({ k: 'roster', id: 'roster', b: signed(site.roster) })
  const { blocks, families } = catalogueOf(site.items)
  for (const [sha, bytes] of blocks) state.blocks.set(sha, bytes)
  state.manifest = { version: 'sha256-1', asOf: isoOf(0), families }
  let leased: Reply<LeaseAnswer> = { kind: 'offline' }
  const setup: HandheldSetup = {
    app: '1.0.0',
    device,
    warehouse: { id: site.warehouse.id, name: 'Depo 1' },
    verify: async (_, sig) => sig === 'good',
    roster: null,
    livedBefore: false,
    rules: rulesAtHand,
    later: laterAtHand,
    inflate: inflateAtHand,
    lease: async () => leased,
    ...over,
  }
  const open = (other: Partial<HandheldSetup> = {}) => makeHandheld(world.ports, { ...setup, ...other })
  const handheld = await open()
  const sync = async (): Promise<void> => {
    let end = await handheld.engine.round()
    while (end.kind === 'good' && end.more) end = await handheld.engine.round()
  }
  const onDock = (of: { world: typeof handheld.world } = handheld): number =>
    of.world().stock({ client: item.client, item: item.id, lot: '', serial: '', ...looseAt(dock) }).onHand
  const receive = (qty: number) =>
    handheld.append(
      [
        {
          type: 'receive',
          client: item.client,
          item: item.id,
          lot: '',
          serial: '',
          document,
          blind: true,
          expiry: null,
          to: looseAt(dock),
          qty,
        },
      ],
      { key: 'receive', value: { qty } },
    )
  /** The server's own row, as the feed would bring it. */
  const book = (onHand: number): void => {
    const row = {
      client: item.client,
      item: item.id,
      lot: '',
      serial: '',
      ...looseAt(dock),
      onHand,
      reserved: 0,
      held: 0,
    }
    put({ k: 'balance', id: stockKeyText(row), b: bodyOfStock(row) })
  }
  return {
    ...world,
    ...world.server,
    handheld,
    open,
    sync,
    onDock,
    receive,
    book,
    lease: (reply: Reply<LeaseAnswer>) => (leased = reply),
  }
}
const ready = async () => {
  const all = await begun()
  await all.sync()
  await all.handheld.logIn('XBANNA')
  return all
}

test('[H60] whoever draws is told once of a step, when it is in the books on the screen and in what waits', async () => {
  const { handheld, receive, onDock } = await ready()
  const told: (readonly [onHand: number, waiting: number])[] = []
  handheld.subscribe(() => told.push([onDock(), handheld.status().waiting]))
  await receive(3)
  expect(told).toEqual([[3, 1]])
})

describe('steps that went out under an earlier id of this handheld', () => {
  const renamed = derivedId<'device'>('device', 'renamed')
  const begunAgain = async () => {
    const world = await ready()
    await world.receive(3)
    await world.sync()
    world.book(3)
    await world.sync()
    // Under another id the server knows nothing of the epoch.
    world.state.last.clear()
    world.state.through.clear()
    const again = await world.open({ device: renamed })
    const rounds = async (): Promise<void> => {
      let end = await again.engine.round()
      while (end.kind === 'good' && end.more) end = await again.engine.round()
    }
    return { ...world, again, rounds }
  }

  test.each([
    ['the copy was thrown away', async ({ cache }: Awaited<ReturnType<typeof begunAgain>>) => cache.clear()],
    ['the cursor has expired', async ({ cache }: Awaited<ReturnType<typeof begunAgain>>) => cache.forget('base')],
    [
      'the server was restored',
      async ({ state }: Awaited<ReturnType<typeof begunAgain>>) => void (state.feedEpoch = 'feed00000002'),
    ],
  ])(
    '[Q42] count once when the rows come anew because %s, also while nobody takes what is handed in',
    async (_, happens) => {
      const world = await begunAgain()
      world.state.quarantine = { kind: 'offline' }
      expect(world.onDock(world.again)).toBe(3)
      await happens(world)
      await world.rounds()
      expect(world.onDock(world.again)).toBe(3)
      expect(world.onDock(await world.open({ device: renamed }))).toBe(3)
      world.state.quarantine = { kind: 'ok', body: {}, sentAt: 0, receivedAt: 0 }
      await world.rounds()
      expect(world.onDock(world.again)).toBe(3)
      expect(world.onDock(await world.open({ device: renamed }))).toBe(3)
    },
  )
})

describe('what somebody counts blind without a task', () => {
  const spots = [{ location: dock, item: null }]

  test('[C77] it is in neither store nor world from then on, whatever is on its way, and comes again when it is over', async () => {
    const { handheld, book, sync, onDock, open, cache, ports } = await ready()
    const kept = async (): Promise<string> => JSON.stringify([...((await cache.load())?.stock.values() ?? [])])
    const shown = (of = handheld) =>
      [...of.world().stockAt(dock)].map(({ onHand, hidden }) => [onHand, hidden ?? false])
    book(7913)
    await sync()
    expect([onDock(), await kept()]).toEqual([7913, expect.stringContaining('7913')])
    await handheld.withhold(spots)
    expect(await kept()).not.toContain('7913')
    expect(shown()).toEqual([[0, true]])
    expect(shown(await open())).toEqual([[0, true]])
    // A round that was on its way when the next count began.
    await handheld.withhold([])
    book(7914)
    const { sync: ask } = ports.net
    ports.net.sync = async request => {
      const said = await ask(request)
      await handheld.withhold(spots)
      return said
    }
    await handheld.engine.round()
    ports.net.sync = ask
    expect(await kept()).not.toMatch(/791\d/)
    expect(shown()).toEqual([[0, true]])
    await handheld.withhold([])
    book(7914)
    await sync()
    expect(onDock()).toBe(7914)
    expect((await cache.head())?.again).toEqual([])
  })
  test('[C77] own steps at the place are folded in as ever', async () => {
    const { handheld, book, sync, onDock, receive } = await ready()
    book(7913)
    await sync()
    await handheld.withhold(spots)
    await receive(5)
    expect(onDock()).toBe(5)
    expect((await handheld.pending()).map(command => command.type)).toEqual(['receive'])
    await handheld.withhold([])
    book(7918)
    await sync()
    expect([onDock(), (await handheld.pending()).length]).toEqual([7918, 0])
  })
})

describe('what is on the screen', () => {
  test('[S90] a scan shows at once, and stays when the app is opened anew before anything was sent', async () => {
    const { receive, onDock, open } = await ready()
    await receive(5)
    expect(onDock()).toBe(5)
    const again = await open()
    expect(onDock(again)).toBe(5)
    expect((await again.pending()).map(command => command.type)).toEqual(['receive'])
    expect(await again.savedStates()).toEqual([{ key: 'receive', value: { qty: 5 } }])
  })
  test('[S91] acknowledged is not confirmed: a step counts until the rows contain it, then exactly once', async () => {
    const { receive, onDock, state, handheld, book } = await ready()
    await receive(5)
    book(100)
    state.outcome = () => {
      book(105)
      return { outcome: 'applied' }
    }
    state.pageSize = 1
    await handheld.engine.round()
    // The page holds what others did; the own step is acknowledged, but its row comes with the next page.
    expect([handheld.status().waiting, onDock(), (await handheld.pending()).length]).toEqual([0, 105, 1])
    await handheld.engine.round()
    expect([onDock(), (await handheld.pending()).length]).toEqual([105, 0])
  })
  test('[S92] what others did comes under the own steps that still wait', async () => {
    const { receive, onDock, state, handheld, book, answer } = await ready()
    await receive(5)
    book(100)
    state.instead.push(request => answer({ ...request, push: { ...request.push, commands: [] } }))
    await handheld.engine.round()
    expect([handheld.status().waiting, onDock()]).toEqual([1, 105])
  })
  test('[S93] after a restore everything that the server has lost counts on the screen again', async () => {
    const { receive, onDock, state, handheld, book, sync } = await ready()
    await receive(5)
    book(5)
    await sync()
    const epoch = (await handheld.engine.round(), state.requests.at(-1)?.push.epoch ?? '')
    state.feedEpoch = 'feed00000002'
    state.rows = state.rows.filter(row => row.k !== 'balance')
    state.last.set(epoch, 0)
    state.through.set(epoch, 0)
    await handheld.engine.round()
    expect(onDock()).toBe(5)
  })
})

describe('log-in', () => {
  test('[S94] a badge is checked against the signed roster, with or without a network', async () => {
    const { handheld, sync } = await begun()
    expect(await handheld.logIn('XBANNA')).toEqual({ ok: false, why: 'noRoster' })
    await sync()
    expect(await handheld.logIn('XBNOBODY')).toEqual({ ok: false, why: 'unknown' })
    expect(await handheld.logIn('XBANNA')).toMatchObject({ ok: true, session: { worker: { name: 'ANNA' }, roster: 1 } })
  })
  test('[S94] a roster that the server has not signed, or that has run out, lets nobody in', async () => {
    const forged = await begun({ roster: { text: JSON.stringify(site.roster), sig: 'forged' } })
    expect(await forged.handheld.logIn('XBANNA')).toEqual({ ok: false, why: 'noRoster' })
    const old = { ...site.roster, validUntil: '2020-01-01T00:00:00.000Z' }
    const expired = await begun({ roster: signed(old) })
    expect(await expired.handheld.logIn('XBANNA')).toEqual({ ok: false, why: 'expired' })
  })
  test('[S95] whoever is logged in goes on after the battery was changed', async () => {
    const { open } = await ready()
    expect((await open()).session()?.worker.name).toBe('ANNA')
  })
  test('[S96] log-out forgets the tasks, never the queue, and the next badge still works offline', async () => {
    const { handheld, receive, queue, put, sync, open } = await ready()
    put({
      k: 'task',
      id: 't',
      b: { id: 't', kind: 'pick', client: item.client, document: null, state: 'ready', lease: null, tote: null },
    })
    await sync()
    await receive(5)
    await handheld.logOut()
    expect(handheld.session()).toBeNull()
    expect([...handheld.world().tasks()].filter(task => task.kind === 'pick')).toEqual([])
    expect(queue.snapshot().rows).toHaveLength(1)
    const again = await open()
    expect(await again.logIn('XBBERK')).toMatchObject({ ok: true })
    expect(queue.snapshot().rows).toHaveLength(1)
  })
  test('[H48] the log-in waits for the rules, and what waits to be sent is folded in with them', async () => {
    const { receive, onDock, open, handheld } = await ready()
    await receive(5)
    await handheld.logOut()
    let isThere = false
    const rules = rulesFrom(async () => (isThere ? rulesAtHand.load() : Promise.reject(new Error('no network'))))
    const again = await open({ rules })
    expect(onDock(again)).toBe(0)
    expect(await again.logIn('XBANNA')).toEqual({ ok: false, why: 'noRules' })
    expect(again.session()).toBeNull()
    isThere = true
    expect(await again.logIn('XBANNA')).toMatchObject({ ok: true })
    expect(onDock(again)).toBe(5)
  })
  test('[H48] whoever is still logged in has the rules before anything is shown', async () => {
    const { receive, onDock, open } = await ready()
    await receive(5)
    expect(onDock(await open({ rules: rulesFrom(() => rulesAtHand.load()) }))).toBe(5)
  })
  test('[S96] a copy that was thrown away leaves the roster', async () => {
    const { cache, open } = await ready()
    await cache.clear()
    expect(await (await open()).logIn('XBBERK')).toMatchObject({ ok: true })
  })
})

describe('looking up', () => {
  test('[S97] a code finds item, place, own label and document, and its item is known from then on', async () => {
    const { handheld, put, sync } = await ready()
    put({
      k: 'document',
      id: document,
      b: { id: document, kind: 'receipt', client: item.client, number: 'PO-1', state: 'open' },
    })
    await sync()
    const code = item.codes[0] ?? ''
    const found = await handheld.lookup([code, 'A-01', 'XT00018', 'PO-1', 'nothing'])
    expect(found.find(code).map(hit => hit.kind)).toEqual(['item', 'item'])
    expect(found.find('A-01')).toEqual([{ kind: 'location', location: placeId(site, 'A-01') }])
    expect(found.find('XT00018')).toEqual([{ kind: 'tote', location: placeId(site, 'XT00018') }])
    expect(found.find('PO-1')).toEqual([{ kind: 'document', document, client: item.client }])
    expect(found.find('nothing')).toEqual([])
    expect(handheld.world().item(item.id)?.sku).toBe(item.sku)
  })
  test('[S97] items are loaded by their id; unknown ones are left out', async () => {
    const { handheld } = await ready()
    expect((await handheld.loadItems([item.id, derivedId('item', 'none')])).map(one => one.sku)).toEqual([item.sku])
  })
})

describe('leases', () => {
  const task = derivedId<'task'>('task', 'lease')
  const said = (body: LeaseAnswer): Reply<LeaseAnswer> => ({ kind: 'ok', body, sentAt: 0, receivedAt: 0 })
  test('[S98] a task is taken, is somebody else’s, is gone, or cannot be asked for', async () => {
    const { handheld, lease } = await ready()
    expect(await handheld.lease(task, false)).toEqual({ kind: 'offline' })
    for (const body of [{ kind: 'taken', by: 'BERK' }, { kind: 'gone' }, { kind: 'ok' }] as const) {
      lease(said(body))
      expect(await handheld.lease(task, true)).toEqual(body)
    }
  })
  test('[H52] the work that is due is asked for, and what the lease has brought is here; a refusal is as if nobody was asked', async () => {
    const { handheld, lease, state } = await ready()
    expect(await handheld.next('pick')).toBeNull()
    const before = state.requests.length
    lease(said({ kind: 'next', tasks: [task] }))
    expect(await handheld.next('pick')).toEqual([task])
    expect(state.requests.length).toBeGreaterThan(before)
    lease({ kind: 'refused', status: 403, refusal: null, retryAfterMs: null })
    expect(await handheld.next('pick')).toBeNull()
  })
  test('[M24] a task that is given back is looked at anew, and without a network nothing happens', async () => {
    const { handheld, lease, state } = await ready()
    const before = state.requests.length
    await handheld.giveBack(task)
    expect(state.requests.length).toBe(before)
    lease(said({ kind: 'ok' }))
    await handheld.giveBack(task)
    expect(state.requests.length).toBeGreaterThan(before)
  })
  test('[S98] a task that is ours goes on without a network', async () => {
    const { handheld, put, sync } = await ready()
    put({
      k: 'task',
      id: task,
      b: {
        id: task,
        kind: 'pick',
        client: item.client,
        document: null,
        state: 'leased',
        lease: { device, worker: null },
        tote: null,
      },
    })
    await sync()
    expect(await handheld.lease(task, false)).toEqual({ kind: 'ok' })
  })
})

describe('what needs the worker', () => {
  test('[S99] a step that contradicts the books, or that was kept aside, is listed with its command', async () => {
    const { handheld, receive, state, sync, time } = await ready()
    state.outcome = () => ({ outcome: 'quarantined', reason: 'unknown_reference' })
    await receive(5)
    await sync()
    await time.settle()
    expect(handheld.status().needsMe).toMatchObject([
      { seq: 1, outcome: 'quarantined', reason: 'unknown_reference', command: { type: 'receive', qty: 5 } },
    ])
  })
  test('[H61] its goods are named in the next start too, and where the catalogue comes later than the answer', async () => {
    const { receive, state, sync, time, open, cache } = await ready()
    state.outcome = () => ({ outcome: 'exception' })
    await receive(5)
    await sync()
    await time.settle()
    // Once the cache has its effect it waits no more: nobody else asks for its goods.
    await sync()
    const again = await open()
    await time.settle()
    expect([(await again.pending()).length, again.world().item(item.id)?.name]).toEqual([0, item.name])
    await cache.clear()
    const bare = await open()
    await time.settle()
    expect([bare.status().needsMe.length, bare.world().item(item.id)]).toEqual([1, undefined])
    let end = await bare.engine.round()
    while (end.kind === 'good' && end.more) end = await bare.engine.round()
    await time.settle()
    expect(bare.world().item(item.id)?.name).toBe(item.name)
  })
  test('[HH7] [HH8] codes that were kept take no room from what needs somebody, however many there are', async () => {
    const { handheld, receive, state, sync, time } = await ready()
    state.outcome = () => ({ outcome: 'exception' })
    await receive(5)
    for (let n = 0; n < 60; n += 1) {
      const kept = {
        type: 'unmatched' as const,
        process: 'receive' as const,
        client: null,
        document: null,
        place: null,
      }
      await handheld.append([{ ...kept, scan: `CODE-${n}` }], null)
    }
    await sync()
    await time.settle()
    const { needsMe } = handheld.status()
    expect(needsMe.filter(one => one.command?.type === 'receive')).toHaveLength(1)
    expect(needsMe.map(one => one.seq).slice(0, 3)).toEqual([61, 60, 59])
    expect(needsMe).toHaveLength(51)
  })
})
