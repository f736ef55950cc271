import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REFUSALS } from '../../shared/exception.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { MAX_COMMANDS } from '../../shared/sync/limits.ts'
import type { Sealed, SyncRequest } from '../../shared/sync/wire.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { placeId } from '../../test/support/site.ts'
import { audit } from '../store/audit.ts'
import { AYSE, enrol, round, send } from './test-app.ts'
import type { TestDevice } from './test-app.ts'

/** Rounds that the server refuses whole, over HTTP and the real store. */
describe('a round that is not taken', () => {
  let desk: Awaited<ReturnType<typeof deskApp>>
  let other: TestDevice
  beforeAll(async () => {
    desk = await deskApp()
    other = await enrol(desk.app)
    await desk.facts([desk.arrived(1000)])
  })
  afterAll(() => desk.close())

  let run = 0
  /** A new epoch of the handheld, which seals by its own key. */
  const begin = () => {
    run += 1
    const { site, device } = desk
    const epoch = `epochbad${String(run).padStart(4, '0')}`
    const roster = { ...site.roster, version: 1, workers: [AYSE] }
    const id = device.answer.device
    const signer = { ...makeSealer({ ...site, roster }, id), sign: device.key.sign }
    const sealer = makeSealer({ ...site, roster }, id, epoch, 0, signer)
    const { client, item, lot, serial } = desk.key()
    const step = (): Sealed =>
      sealer.seal({
        type: 'move',
        process: 'move',
        client,
        item,
        lot,
        serial,
        line: null,
        task: null,
        from: looseAt(placeId(site, 'A-01')),
        to: looseAt(placeId(site, 'A-02')),
        qty: 1,
      })
    const pushOf = (commands: readonly Sealed[]): SyncRequest =>
      round(device, { push: { epoch, commands: [...commands] } })
    return { epoch, step, pushOf }
  }
  const books = async () => {
    const { rows } = await sql<{ commands: number; movements: number; raw: number; seq: number }>`
      select (select count(*)::int from command) as commands, (select count(*)::int from movement) as movements,
        (select count(*)::int from quarantine_raw) as raw, (select max(seq)::int from feed) as seq`.execute(
      desk.opened.db,
    )
    return rows[0]
  }

  type Bad = (steps: readonly Sealed[], of: ReturnType<typeof begin>) => unknown
  const refusals: readonly [what: string, bad: Bad, status: number, code: keyof typeof REFUSALS, by?: 'other'][] = [
    ['malformed JSON', (steps, of) => JSON.stringify(of.pushOf(steps)).slice(0, -5), 400, 'bad_request'],
    ['a field that does not fit', (steps, of) => ({ ...of.pushOf(steps), head: { seq: -1 } }), 400, 'bad_request'],
    [
      'more commands than a batch may hold',
      (steps, of) => of.pushOf(Array.from({ length: MAX_COMMANDS + 1 }, (_, i) => ({ ...steps[0]!, seq: i + 1 }))),
      413,
      'too_large',
    ],
    ['an unknown version of the protocol', (steps, of) => ({ ...of.pushOf(steps), proto: 99 }), 426, 'unknown_proto'],
    ['the name of another handheld', (steps, of) => of.pushOf(steps), 403, 'foreign_device', 'other'],
  ]
  test.each(refusals)(
    '[W17] with %s has a code and words, writes nothing, and its steps are booked when they come as they should',
    async (_, bad, status, code, by) => {
      const of = begin()
      const steps = [of.step(), of.step()]
      const before = await books()
      const answer = await send(desk.app, by === 'other' ? other : desk.device, '/api/sync', bad(steps, of))
      const said: unknown = await answer.json()
      expect([answer.status, said]).toMatchObject([status, { code, message: expect.stringMatching(/\w+ \w+/) }])
      expect(await books()).toEqual(before)
      const taken = await send(desk.app, desk.device, '/api/sync', of.pushOf(steps))
      expect(await taken.json()).toMatchObject({
        push: { acked: 2, results: [{ outcome: 'applied' }, { outcome: 'applied' }] },
      })
      expect(await audit(desk.opened.db)).toEqual([])
    },
  )

  test('[W17] [T1] [T2] a gap is named and a replayed batch is answered again, both with 200 and nothing booked twice', async () => {
    const of = begin()
    const [one, two] = [of.step(), of.step()]
    const gap = await send(desk.app, desk.device, '/api/sync', of.pushOf([two]))
    expect(await gap.json()).toMatchObject({ push: { acked: 0, gap: 1, results: [] } })
    const first: unknown = await (await send(desk.app, desk.device, '/api/sync', of.pushOf([one, two]))).json()
    const before = await books()
    const again: unknown = await (await send(desk.app, desk.device, '/api/sync', of.pushOf([one, two]))).json()
    const { push } = first as { push: object }
    expect(again).toMatchObject({ push })
    expect(await books()).toEqual(before)
  })

  test('[W17] a number of another handheld under one’s own name is kept raw and books nothing', async () => {
    const of = begin()
    const stolen = of.step()
    const theirs = round(other, { push: { epoch: of.epoch, commands: [stolen] } })
    const answer = await send(desk.app, other, '/api/sync', theirs)
    expect(await answer.json()).toMatchObject({
      push: { acked: 1, results: [{ outcome: 'quarantined', reason: 'bad_signature' }] },
    })
    const { rows } = await sql<{ body: string }>`
      select c.body from command c join device d on d.id = c.device_id
      where d.uid = ${other.answer.device} and c.epoch = ${of.epoch}`.execute(desk.opened.db)
    expect(rows).toEqual([{ body: stolen.body }])
    const taken = await send(desk.app, desk.device, '/api/sync', of.pushOf([stolen]))
    expect(await taken.json()).toMatchObject({ push: { acked: 1, results: [{ outcome: 'applied' }] } })
  })
})
