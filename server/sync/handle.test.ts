import { createPublicKey, verify } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId, isUuid } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { Sealed, SyncRequest } from '../../shared/sync/wire.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import type { Sealer } from '../../test/support/sealer.ts'
import { NOW, sqlSite } from '../../test/support/sql-site.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import type { SiteSeed } from '../../test/support/site.ts'
import { audit } from '../store/audit.ts'
import { openDatabase } from '../store/open.ts'
import type { Stores } from '../ports.ts'
import { handleSync } from './handle.ts'
import { prepare } from './prepare.ts'
import { makePushLine } from './push-line.ts'

/** Fields that name a thing; the short ones are those of a stock row. */
const NAMES = new Set([
  'id',
  'client',
  'item',
  'document',
  'location',
  'parent',
  'task',
  'tote',
  'line',
  'lpn',
  'device',
  'worker',
  'warehouse',
  ...'lpci',
])

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('a round of sync on the server', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  let run = 0
  let site: SiteSeed
  let stores: Stores
  let sealer: Sealer
  let frozen: string[]
  let counted: string[]
  let receipt: Document

  beforeEach(async () => {
    run += 1
    site = testSite(`handle ${run}`)
    stores = await sqlSite(opened, site)
    sealer = makeSealer(site, site.devices[0]?.id ?? derivedId('device', 'none'))
    frozen = []
    counted = []
    const item = site.items[0]
    if (!item) throw new Error('no item')
    receipt = {
      id: derivedId('document', run),
      kind: 'receipt',
      client: item.client,
      number: `PO-${run}`,
      partner: 'P',
      state: 'open',
      due: null,
      priority: 0,
      blind: false,
    }
    const line: Line = {
      id: derivedId('line', run),
      document: receipt.id,
      client: item.client,
      item: item.id,
      source: '1',
      no: 1,
      wanted: 10,
      done: 0,
      state: 'open',
      claims: [],
      reason: null,
    }
    const task: Task = {
      id: derivedId('task', run),
      kind: 'receive',
      client: item.client,
      document: receipt.id,
      state: 'ready',
      lease: null,
      tote: null,
    }
    await stores.sync.decide({ warehouse: site.warehouse.id, now: NOW }, tx =>
      tx.write({ body: {}, effects: { ...NOTHING, documents: [receipt], lines: [line], tasks: [task] } }),
    )
  })

  const receive = (qty = 1, more: Partial<Extract<Draft, { type: 'receive' }>> = {}): Draft => {
    const item = site.items[0]
    if (!item) throw new Error('no item')
    return {
      type: 'receive',
      client: item.client,
      item: item.id,
      lot: '',
      serial: '',
      document: receipt.id,
      blind: false,
      expiry: null,
      to: looseAt(placeId(site, 'DOCK-1')),
      qty,
      ...more,
    }
  }
  const request = (commands: readonly Sealed[], more: Partial<SyncRequest> = {}): SyncRequest => ({
    proto: 1,
    app: 'test',
    device: sealer.device,
    warehouse: site.warehouse.id,
    session: null,
    cursor: null,
    push: { epoch: sealer.epoch, commands: [...commands] },
    head: {
      seq: sealer.seq(),
      pending: commands.length,
      oldest: null,
      quota: null,
      persisted: true,
      lost: false,
      acked: 0,
    },
    ...more,
  })
  const key = () => createPublicKey({ key: { ...sealer.publicKey }, format: 'jwk' })
  const sync = (req: SyncRequest) =>
    handleSync(
      {
        store: stores.sync,
        now: () => NOW,
        newFeedEpoch: () => 'feedepoch999',
        nonce: () => 'n',
        minVersion: '0',
        ring: () => {},
        onForked: async device => void frozen.push(device),
        onApplied: results => void counted.push(...results.map(({ seq, outcome }) => `${seq} ${outcome}`)),
      },
      req,
      {
        device: sealer.device,
        worker: null,
        warehouse: site.warehouse.id,
        clients: null,
        verify: async (text, sig) =>
          verify('sha256', Buffer.from(text), { key: key(), dsaEncoding: 'ieee-p1363' }, Buffer.from(sig, 'base64url')),
      },
    )
  const onDock = async (): Promise<number> => {
    let sum = 0
    await stores.sync.snapshot(
      { warehouse: site.warehouse.id, device: sealer.device, worker: null, clients: null },
      async rows => {
        for (const row of rows) {
          const body = row.b as { l?: string; oh?: number } | null
          if (row.k === 'balance' && body?.l === placeId(site, 'DOCK-1')) sum += body.oh ?? 0
        }
      },
    )
    return sum
  }

  it('[T1] a batch is booked once, and a repeated batch gets the same answers', async () => {
    const batch = [sealer.seal(receive(2)), sealer.seal(receive(3))]
    const first = await sync(request(batch))
    expect(first.push).toMatchObject({
      acked: 2,
      gap: null,
      results: [
        { seq: 1, outcome: 'applied' },
        { seq: 2, outcome: 'applied' },
      ],
    })
    const again = await sync(request(batch))
    expect(again.push.results).toEqual(first.push.results)
    expect(await onDock()).toBe(5)
    expect(await audit(opened.db)).toEqual([])
  })

  it('[OP23] a command is counted when it is booked, and not again when it comes again', async () => {
    const [one, two] = [sealer.seal(receive(2)), sealer.seal(receive(3))]
    await sync(request([one]))
    await sync(request([one, two]))
    await sync(request([]))
    expect(counted).toEqual(['1 applied', '2 applied'])
  })

  /** What the archive keeps under a number of this handheld. */
  const archived = async (seq: number) => {
    const { rows } = await sql<{ body: string; hash: string; sig: string }>`
      select c.body, c.hash, c.sig from command c
      join device d on d.id = c.device_id join warehouse w on w.id = c.warehouse_id
      where d.uid = ${sealer.device} and w.uid = ${site.warehouse.id} and c.seq = ${seq}`.execute(opened.db)
    return rows[0]
  }

  it('[T2] a gap is named, nothing behind it is booked, and the pull half is served', async () => {
    sealer.seal(receive())
    const answer = await sync(request([sealer.seal(receive())]))
    expect(answer.push).toMatchObject({ acked: 0, gap: 1, results: [] })
    expect(await onDock()).toBe(0)
  })

  const spoilt: [string, (s: Sealer) => Sealed, string][] = [
    ['[T11] a forged signature', s => ({ ...s.seal(receive()), sig: 'A'.repeat(86) }), 'bad_signature'],
    [
      '[T12] a foreign device inside the signed bytes',
      s => s.seal(receive(), NOW, body => ({ ...body, device: derivedId('device', 'other') })),
      'envelope_mismatch',
    ],
    [
      '[T3] an unknown version',
      s => ({ ...s.seal(receive(), NOW, body => ({ ...body, v: 99 })), v: 99 }),
      'unknown_version',
    ],
    ['[T3] an unknown type', s => s.seal(receive(), NOW, body => ({ ...body, type: 'teleport' })), 'unknown_type'],
    ['[T4] a negative quantity', s => s.seal(receive(-3)), 'unreadable'],
    ['[T4] a fractional quantity', s => s.seal(receive(1.5)), 'unreadable'],
    ['[T4] a lot with control characters', s => s.seal(receive(1, { lot: 'A\u0007B' })), 'unreadable'],
    ['[T5] an unknown item', s => s.seal(receive(1, { item: derivedId('item', 'nowhere') })), 'unknown_reference'],
  ]
  it.each(spoilt)(
    '%s is kept in quarantine, books nothing, and the command behind it is booked',
    async (_, make, reason) => {
      const bad = make(sealer)
      const answer = await sync(request([bad, sealer.seal(receive(4))]))
      expect(answer.push.results.map(r => [r.seq, r.outcome, r.reason])).toEqual([
        [1, 'quarantined', reason],
        [2, 'applied', undefined],
      ])
      expect(answer.push.acked).toBe(2)
      expect(await onDock()).toBe(4)
      expect(await archived(1)).toEqual({ body: bad.body, hash: bad.hash, sig: bad.sig })
      expect(await audit(opened.db)).toEqual([])
    },
  )

  const bodies: [string, (s: Sealer) => Sealed, string][] = [
    ['text that is no JSON', s => s.seal(receive(), NOW, () => '{"type":"receive",' as never), 'unreadable'],
    ['JSON that is no command', s => s.seal(receive(), NOW, () => [1, 2] as never), 'unreadable'],
    ['a barcode of 100 kB', s => s.seal(receive(1, { scan: '9'.repeat(100_000) })), 'unreadable'],
    ['a barcode with U+0000', s => s.seal(receive(1, { scan: '869\u0000001' })), 'unreadable'],
    ['a barcode with half a character', s => s.seal(receive(1, { scan: '869\ud83d001' })), 'unreadable'],
    ['a lot with half a character', s => s.seal(receive(1, { lot: 'L\udc00' })), 'unreadable'],
  ]
  it.each(bodies)('[T16] %s is kept as it came, and the commands around it are booked', async (_, make, reason) => {
    const before = sealer.seal(receive(2))
    const bad = make(sealer)
    const answer = await sync(request([before, bad, sealer.seal(receive(4))]))
    expect(answer.push.results.map(r => [r.outcome, r.reason])).toEqual([
      ['applied', undefined],
      ['quarantined', reason],
      ['applied', undefined],
    ])
    expect(await onDock()).toBe(6)
    expect(await audit(opened.db)).toEqual([])
    expect(await archived(2)).toEqual({ body: bad.body, hash: bad.hash, sig: bad.sig })
  })

  it('[T16] raw bytes that no text of the database can hold are kept as their JSON escapes', async () => {
    const [before, bad] = [sealer.seal(receive(2)), sealer.seal(receive(1))]
    const raw = { ...bad, body: `${bad.body}\u0000\ud83d` }
    const answer = await sync(request([before, raw]))
    expect(answer.push.results[1]).toMatchObject({ outcome: 'quarantined' })
    expect(await onDock()).toBe(2)
    expect((await archived(2))?.body).toBe(`${bad.body}\\u0000\\ud83d`)
    await stores.quarantine.keep({ warehouse: null, device: null, source: 'rescue', body: 'a\u0000b\ud83d', now: NOW })
    const kept = await sql<{ body: string }>`select body from quarantine_raw where source = 'rescue'`.execute(opened.db)
    expect(kept.rows).toEqual([{ body: 'a\\u0000b\\ud83d' }])
  })

  it('[T13] a broken chain is kept in quarantine', async () => {
    const first = sealer.seal(receive(1))
    await sync(request([first]))
    const other = makeSealer(site, sealer.device)
    other.seal(receive(9))
    const second = sealer.seal(receive(2), NOW)
    const answer = await sync(request([{ ...second, body: second.body.replace('"qty":2', '"qty":7') }]))
    expect(answer.push.results.map(r => r.reason)).toEqual(['broken_chain'])
    expect(await onDock()).toBe(1)
  })

  it('[T14] another command under a known number freezes the device and books nothing', async () => {
    await sync(request([sealer.seal(receive(1))]))
    const twin = makeSealer(site, sealer.device)
    const answer = await sync(request([twin.seal(receive(9))]))
    expect(answer.push.acked).toBe(1)
    expect(frozen).toEqual([sealer.device])
    expect(await onDock()).toBe(1)
  })

  it('[T15] a worker who never had the role books nothing', async () => {
    const counter = makeSealer(site, sealer.device, sealer.epoch, 1)
    sealer = counter
    const answer = await sync(request([counter.seal(receive(1))]))
    expect(answer.push.results.map(r => r.reason)).toEqual(['not_authorised'])
    expect(await onDock()).toBe(0)
  })

  const told = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ kind: string }>`
      select e.kind from exception e join warehouse w on w.id = e.warehouse_id
      where w.uid = ${site.warehouse.id} and e.state = 'open' order by e.kind`.execute(opened.db)
    return rows.map(({ kind }) => kind)
  }
  /** What is told of a handheld and its worker, however often it is pushed, with what was booked all the same. */
  it.each([
    [
      'device_forked',
      async () => {
        await sync(request([sealer.seal(receive(1))]))
        const twin = request([makeSealer(site, sealer.device).seal(receive(9))])
        return [twin, twin]
      },
    ],
    [
      'movements_missing',
      async () => {
        await sync(request([sealer.seal(receive(1))]))
        sealer.seal(receive(50))
        const req = request([])
        const hole = { ...req, push: { ...req.push, hole: { from: 2, to: 2, reason: 'storage' as const } } }
        return [hole, hole]
      },
    ],
    [
      'storage_lost',
      async () => {
        const req = request([sealer.seal(receive(1))])
        const lost = { ...req, head: { ...req.head, lost: true } }
        return [lost, lost]
      },
    ],
    [
      'role_missing',
      async () => {
        const [anna, ...others] = site.roster.workers
        if (anna === undefined) throw new Error('nobody')
        const roster = { ...site.roster, version: 2, workers: [{ ...anna, roles: ['counter' as const] }, ...others] }
        await stores.site.putRoster(site.warehouse.id, roster, { text: JSON.stringify(roster), sig: 'test' })
        const req = request([sealer.seal(receive(1))])
        return [req, req]
      },
    ],
  ])('[L33] %s is told once, and what had happened is booked', async (kind, pushes) => {
    for (const push of await pushes()) await sync(push)
    expect(await told()).toEqual([kind])
    expect(await onDock()).toBe(1)
    expect(await audit(opened.db)).toEqual([])
  })

  it('[L23] a kind of command that several processes share needs the role of the one that it names', async () => {
    const item = site.items[0]
    const close = (process: 'receive' | 'count'): Draft => ({
      type: 'close',
      process,
      place: null,
      client: item?.client ?? receipt.client,
      task: null,
      document: receipt.id,
    })
    // Anna receives, picks and packs, she does not count.
    const answer = await sync(request([sealer.seal(close('count')), sealer.seal(close('receive'))]))
    expect(answer.push.results.map(r => [r.outcome, r.reason])).toEqual([
      ['quarantined', 'not_authorised'],
      ['applied', undefined],
    ])
  })

  it('[W1] no integer of the database leaves the store: whatever names a thing is a UUID', async () => {
    const answer = await sync(request([sealer.seal(receive(25)), sealer.seal(receive(2))]))
    const rows: unknown[] = []
    await stores.sync.snapshot(
      { warehouse: site.warehouse.id, device: sealer.device, worker: null, clients: null },
      async some => {
        // Policies name nothing: their `l` is the length of a box.
        rows.push(...some.filter(row => row.k !== 'policy').map(row => row.b))
      },
    )
    const named = new Map<string, unknown[]>()
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return
      for (const [key, inner] of Object.entries(value)) {
        if (NAMES.has(key) && inner !== null) named.set(key, [...(named.get(key) ?? []), inner])
        walk(inner)
      }
    }
    walk(rows)
    walk(answer)
    expect([...named.keys()]).toEqual(expect.arrayContaining(['id', 'client', 'item', 'document', 'l', 'p', 'c', 'i']))
    const all = [...named.values(), answer.push.results.flatMap(result => result.exceptions)].flat()
    expect(all.length).toBeGreaterThan(30)
    expect(all.filter(name => typeof name !== 'string' || !isUuid(name))).toEqual([])
  })

  it('[T6] more than ordered is booked as it happened, with an exception', async () => {
    const answer = await sync(request([sealer.seal(receive(25))]))
    expect(answer.push.results.map(r => r.outcome)).toEqual(['exception'])
    expect(await onDock()).toBe(25)
  })

  it('[T7] a wrong clock is corrected, never refused', async () => {
    const answer = await sync(
      request([
        sealer.seal(receive(1), '1970-01-01T00:00:00.000Z'),
        sealer.seal(receive(1), '2033-01-01T00:00:00.000Z'),
      ]),
    )
    expect(answer.push.results.map(r => r.outcome)).toEqual(['applied', 'applied'])
    expect(await onDock()).toBe(2)
  })

  it('[T8] a declared hole is recorded, and the commands behind it are taken', async () => {
    await sync(request([sealer.seal(receive(1))]))
    sealer.seal(receive(50))
    const after = sealer.seal(receive(2))
    const req = request([after])
    const answer = await sync({ ...req, push: { ...req.push, hole: { from: 2, to: 2, reason: 'storage' } } })
    expect(answer.push).toMatchObject({ acked: 3, gap: null })
    expect(await onDock()).toBe(3)
    expect(await audit(opened.db)).toEqual([])
  })

  it('[T9] a handheld that has seen more than the server gives the feed a new epoch', async () => {
    const feed = await stores.sync.feed(site.warehouse.id)
    const answer = await sync(request([], { cursor: `${feed.epoch}.all.${feed.seq + 5}` }))
    expect(answer.reset).toBe('feed_restored')
    expect((await stores.sync.feed(site.warehouse.id)).epoch).toBe('feedepoch999')
  })

  it('[BR10] a handheld that says so again and again steps back alone: nobody else begins anew, its steps are taken', async () => {
    const claim = async (commands: readonly Sealed[]) => {
      const { epoch, seq } = await stores.sync.feed(site.warehouse.id)
      const told = request(commands, { cursor: `${epoch}.all.${seq}` })
      return sync({ ...told, head: { ...told.head, acked: 1000 } })
    }
    expect((await claim([])).reset).toBe('feed_restored')
    const { epoch } = await stores.sync.feed(site.warehouse.id)
    await stores.sync.renewFeed(site.warehouse.id, 'feedepoch777', { device: null, now: NOW })
    const answer = await claim([sealer.seal(receive(2))])
    expect([answer.reset, answer.push.acked, epoch]).toEqual(['feed_restored', 1, 'feedepoch999'])
    expect((await stores.sync.feed(site.warehouse.id)).epoch).toBe('feedepoch777')
  })

  it('[T10] closing a receipt writes one message that covers every receive of it once', async () => {
    await sync(request([sealer.seal(receive(2))]))
    await sync(
      request([
        sealer.seal(receive(3)),
        sealer.seal({
          type: 'close',
          process: 'receive',
          place: null,
          client: receipt.client,
          task: derivedId('task', run),
          document: receipt.id,
        }),
      ]),
    )
    const late = await sync(request([sealer.seal(receive(1))]))
    expect(late.push.results.map(r => r.outcome)).toEqual(['exception'])
    const { sql } = await import('kysely')
    const { rows } = await sql<{
      payload: { final: boolean; lines: { qty: number }[] }
    }>`select payload from outbox where subject = ${`receipt/${receipt.id}`} order by seq`.execute(opened.db)
    expect(rows.map(row => [row.payload.final, row.payload.lines.map(line => line.qty)])).toEqual([
      [true, [5]],
      [false, [1]],
    ])
    expect(await audit(opened.db)).toEqual([])
  })

  it('[T24] in one transaction of several handhelds a receipt that one of them closes tells what all have received, once', async () => {
    const together: number[] = []
    const watched: Stores['sync'] = {
      ...stores.sync,
      applyTogether: (at, tx) => {
        together.push(at.pushers.length)
        return stores.sync.applyTogether(at, tx)
      },
    }
    const book = makePushLine(watched, () => () => {})
    const other = makeSealer(site, site.devices[1]?.id ?? derivedId('device', 'none'))
    const pushOf = async ({ device, epoch }: Sealer, commands: readonly Sealed[]) => {
      const at = { warehouse: site.warehouse.id, device, epoch }
      const prepared = await prepare(commands, at, async () => true)
      return book({ ...at, now: NOW, prepared, hole: undefined, lost: false })
    }
    const close = {
      type: 'close',
      process: 'receive',
      place: null,
      client: receipt.client,
      task: derivedId<'task'>('task', run),
      document: receipt.id,
    } as const
    const third = makeSealer(site, site.devices[0]?.id ?? derivedId('device', 'none'), 'anotherepoch')
    const ends = await Promise.all([
      pushOf(third, [third.seal(receive(1))]),
      pushOf(other, [other.seal(receive(2))]),
      pushOf(sealer, [sealer.seal(receive(3)), sealer.seal(close)]),
    ])
    expect(together).toEqual([2])
    expect(ends.map(end => end.results.map(row => row.outcome))).toEqual([
      ['applied'],
      ['applied'],
      ['applied', 'applied'],
    ])
    const { rows } = await sql<{ payload: { lines: { qty: number }[] }; covers: unknown[]; at: Date | null }>`
      select payload, covers, captured_at as at from outbox where subject = ${`receipt/${receipt.id}`}`.execute(
      opened.db,
    )
    expect(rows.map(row => [row.payload.lines.map(line => line.qty), row.covers.length])).toEqual([[[6], 3]])
    expect(rows[0]?.at).toBeInstanceOf(Date)
    const left = await sql`select 1 from command where awaits = ${receipt.id}::uuid and message is null`.execute(
      opened.db,
    )
    expect(left.rows).toEqual([])
    expect(await audit(opened.db)).toEqual([])
  })
})
