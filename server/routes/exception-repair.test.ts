import { createPublicKey, verify } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { Act } from '../../shared/sync/act.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { placeId } from '../../test/support/site.ts'
import { CONNECTOR } from '../../test/support/sql-site.ts'
import { audit } from '../store/audit.ts'
import { handleSync } from '../sync/handle.ts'
import { emptyPage } from '../workers/import-port.ts'

type MoveAct = Extract<Act, { type: 'move' }>

const bug = vi.hoisted(() => ({ isThere: false }))
vi.mock('../../shared/process/judge.ts', async original => {
  const real = await original<typeof import('../../shared/process/judge.ts')>()
  const judge: typeof real.judge = (world, command, ...rest) => {
    if (bug.isThere && command.type === 'receive') throw new TypeError('a bug of ours')
    return real.judge(world, command, ...rest)
  }
  return { ...real, judge }
})

describe('commands of the quarantine, judged once more', async () => {
  const logged: unknown[] = []
  const note = (fields: Record<string, unknown>, message: string): void => void logged.push([fields, message])
  const desk = await deskApp({ log: { info: () => {}, warn: () => {}, error: note } })
  afterAll(() => desk.close())
  const { site, people, stores, app } = desk
  const warehouse = site.warehouse.id
  const sealer = makeSealer(site, site.devices[0]!.id, 'epoch0000002')
  const publicKey = createPublicKey({ key: { ...sealer.publicKey }, format: 'jwk' })
  const push = async (sealed: Sealed) => {
    const answer = await handleSync(
      {
        store: stores.sync,
        now: app.deps.now,
        newFeedEpoch: () => 'feedepoch999',
        nonce: () => 'n',
        minVersion: '0',
        ring: () => {},
        onForked: async () => {},
      },
      {
        proto: 1,
        app: 'test',
        device: sealer.device,
        warehouse,
        session: null,
        cursor: null,
        push: { epoch: sealer.epoch, commands: [sealed] },
        head: { seq: sealer.seq(), pending: 1, oldest: null, quota: null, persisted: true, lost: false, acked: 0 },
      },
      {
        device: sealer.device,
        worker: null,
        warehouse,
        clients: null,
        verify: async (text, sig) =>
          verify(
            'sha256',
            Buffer.from(text),
            { key: publicKey, dsaEncoding: 'ieee-p1363' },
            Buffer.from(sig, 'base64url'),
          ),
      },
    )
    const [result] = answer.push.results
    return { outcome: result?.outcome, reason: result?.reason, exception: result?.exceptions.at(-1) ?? '' }
  }
  let n = 0
  const repair = async (exception: string, id = `${(n += 1)}`) => {
    const words = 'known now'
    const ask = { id: derivedId('decision', 'repair', id), exception, expectedVersion: 1, choice: 'repair', words }
    const { body } = await desk.write('/api/exceptions', { worker: people.sevda.id, decisions: [ask] })
    return (body as { results: Record<string, unknown>[] }).results[0]
  }
  const onHand = async (location: string): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select coalesce(sum(on_hand), 0)::int as n from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      where l.uid = ${location}::uuid`.execute(desk.opened.db)
    return rows[0]?.n ?? 0
  }
  const [known] = site.items
  const receipt = { id: derivedId<'document'>('document', 'repair'), kind: 'receipt' as const, client: known!.client }
  const receive = (item: string, qty: number): Draft => ({
    type: 'receive',
    client: known!.client,
    item: item as never,
    lot: '',
    serial: '',
    document: receipt.id,
    blind: false,
    expiry: null,
    to: looseAt(placeId(site, 'DOCK-1')),
    qty,
  })

  it('[DX9] books a command as soon as what it speaks of is known, once, and the ERP is told by its document', async () => {
    await stores.sync.decide({ warehouse, now: app.deps.now() }, tx =>
      tx.write({
        body: {},
        effects: {
          ...NOTHING,
          documents: [{ ...receipt, number: 'PO', partner: 'P', state: 'open', due: null, priority: 0, blind: false }],
        },
      }),
    )
    const later = { ...known!, id: derivedId<'item'>('item', 'later'), sku: 'LATER', codes: [], packagings: [] }
    const kept = await push(sealer.seal(receive(later.id, 4)))
    expect(kept).toMatchObject({ outcome: 'quarantined', reason: 'unknown_reference' })
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'refused', code: 'still', state: 'open' })
    await stores.import.putPage(
      { warehouse, connector: CONNECTOR, now: app.deps.now() },
      { ...emptyPage('item', 'later'), items: [{ item: later, cost: 100 }] },
      null,
    )
    expect(await repair(kept.exception, 'good')).toMatchObject({ outcome: 'done', state: 'settled' })
    expect(await repair(kept.exception, 'good')).toMatchObject({ outcome: 'done', state: 'settled' })
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'refused', code: 'stale' })
    expect(await onHand(placeId(site, 'DOCK-1'))).toBe(4)
    const { rows: told } = await sql`select 1 from outbox where type = 'adjustment'`.execute(desk.opened.db)
    expect(told).toEqual([])
    const { rows } = await sql<{ awaits: string; body: string }>`
      select awaits, body from command where awaits is not null`.execute(desk.opened.db)
    expect(rows.map(row => row.awaits)).toEqual([receipt.id])
    expect(JSON.parse(rows[0]?.body ?? '')).toMatchObject({
      of: { device: sealer.device, seq: 1 },
      by: people.sevda.id,
    })
  })

  const unknownPlace = (code: string) => ({
    ...site.locations.find(one => one.code === 'A-02')!,
    id: derivedId<'location'>('new', code),
    code,
  })
  const move = (from: string, to: string, qty: number): MoveAct => ({
    type: 'move',
    process: 'move',
    client: known!.client,
    item: known!.id,
    lot: '',
    serial: '',
    from: looseAt(placeId(site, from)),
    to: looseAt(derivedId('new', to)),
    qty,
    task: null,
    line: null,
  })
  const negatives = async () => {
    const { rows } = await sql<{ id: string; state: string; n: number }>`
      select id, state, (body->>'onHand')::int as n from exception where kind = 'negative_stock' order by opened_at, state desc`.execute(
      desk.opened.db,
    )
    return rows
  }

  it('[DX9] goods that were booked to an unknown place come from there to the one that was meant', async () => {
    const from = placeId(site, 'A-01')
    await desk.facts([desk.arrived(6)])
    const place = unknownPlace('N-1')
    const kept = await push(sealer.seal(move('A-01', 'N-1', 6)))
    expect(kept).toMatchObject({ outcome: 'quarantined', reason: 'unknown_reference' })
    const nowhere = virtualLocation(warehouse, 'unknown')
    expect(await onHand(nowhere)).toBe(6)
    await stores.site.putLocations(warehouse, [place])
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'done' })
    expect([await onHand(from), await onHand(nowhere), await onHand(place.id)]).toEqual([0, 0, 6])
    // They have been there before they are judged: nothing was taken that was not there.
    expect(await negatives()).toEqual([])
  })

  it('[DX9] what contradicts the books when it is judged once more is a row of its own, whatever became of the first', async () => {
    await desk.facts([desk.arrived(2, desk.key('A-03'))])
    const kept = await push(sealer.seal(move('A-03', 'N-2', 6)))
    const [first] = await negatives()
    expect(first).toMatchObject({ state: 'open', n: -4 })
    const seen = { id: derivedId('decision', 'repair', 'seen'), exception: first!.id, expectedVersion: 1 }
    const decisions = [{ ...seen, choice: 'note', words: 'seen' }]
    expect((await desk.write('/api/exceptions', { worker: people.sevda.id, decisions })).body).toMatchObject({
      results: [{ outcome: 'done' }],
    })
    await stores.site.putLocations(warehouse, [unknownPlace('N-2')])
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'done' })
    expect((await negatives()).map(({ state, n }) => [state, n])).toEqual([
      ['settled', -4],
      ['open', -4],
    ])
    expect(await audit(desk.opened.db)).toEqual([])
  })

  it('[DX9] what the handheld has taken back meanwhile moves nothing any more', async () => {
    await desk.facts([desk.arrived(6, desk.key('A-04'))])
    const nowhere = virtualLocation(warehouse, 'unknown')
    const before = await onHand(nowhere)
    const act = move('A-04', 'N-3', 6)
    const kept = await push(sealer.seal(act))
    const of = { epoch: sealer.epoch, seq: sealer.seq() }
    const undone = await push(sealer.seal({ type: 'undo', client: known!.client, of, act }))
    expect(undone.outcome).not.toBe('quarantined')
    expect(await onHand(placeId(site, 'A-04'))).toBe(6)
    await stores.site.putLocations(warehouse, [unknownPlace('N-3')])
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'done', state: 'settled' })
    expect([await onHand(placeId(site, 'A-04')), await onHand(nowhere)]).toEqual([6, before])
  })

  it('[DX9] a rule that throws once more is a fault that is logged, and the row stays open', async () => {
    bug.isThere = true
    const kept = await push(sealer.seal(receive(known!.id, 3)))
    expect(kept).toMatchObject({ outcome: 'quarantined', reason: 'handler_failed' })
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'refused', code: 'fault', state: 'open' })
    expect(logged).toEqual([
      [
        { device: sealer.device, epoch: sealer.epoch, seq: sealer.seq(), err: new TypeError('a bug of ours') },
        'a rule failed on a command that was judged once more; it stays in quarantine',
      ],
    ])
    bug.isThere = false
    const before = await onHand(placeId(site, 'DOCK-1'))
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'done' })
    expect(await onHand(placeId(site, 'DOCK-1'))).toBe(before + 3)
  })

  it('[DX10] what cannot be trusted is never booked, whoever asks for it', async () => {
    const sealed = sealer.seal(receive(known!.id, 1))
    const before = await onHand(placeId(site, 'DOCK-1'))
    const kept = await push({ ...sealed, sig: sealer.sign('something else') })
    expect(kept).toMatchObject({ outcome: 'quarantined', reason: 'bad_signature' })
    expect(await repair(kept.exception)).toMatchObject({ outcome: 'refused', code: 'untrusted', state: 'open' })
    expect(await onHand(placeId(site, 'DOCK-1'))).toBe(before)
  })
  it('[DX10] what can be read later only is booked for whom it is of, and who may, or never', async () => {
    const before = await onHand(placeId(site, 'DOCK-1'))
    const newer = sealer.seal({ ...receive(known!.id, 1), type: 'newer' } as never)
    const kept = await push(newer)
    expect(kept).toMatchObject({ outcome: 'quarantined', reason: 'unknown_type' })
    const readAs = async (over: object): Promise<unknown> => {
      // As a server of a later version reads the same bytes.
      const body = JSON.stringify({ ...JSON.parse(newer.body), ...receive(known!.id, 1), ...over })
      await sql`update command set body = ${body} where hash = ${newer.hash}`.execute(desk.opened.db)
      return repair(kept.exception)
    }
    const others = [
      { device: derivedId('device', 'another') },
      { seq: newer.seq + 1 },
      { epoch: 'epoch0000009' },
      { warehouse: derivedId('warehouse', 'another') },
      { worker: derivedId('worker', 'nobody') },
      { roster: 99 },
    ]
    for (const over of others)
      expect([over, await readAs(over)]).toEqual([
        over,
        expect.objectContaining({ outcome: 'refused', code: 'untrusted' }),
      ])
    expect(await onHand(placeId(site, 'DOCK-1'))).toBe(before)
    expect(await readAs({})).toMatchObject({ outcome: 'done' })
    expect(await onHand(placeId(site, 'DOCK-1'))).toBe(before + 1)
  })
})
