import { beforeEach, describe, expect, it } from 'vitest'
import type { OutboxFilter, OutboxState, OutboxStore, Try } from '../../server/workers/outbox-port.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ConnectorId, WarehouseId } from '../../shared/ids.ts'

const T0 = '2026-11-23T08:00:00.000Z'
const T1 = '2026-11-23T08:10:00.000Z'
const LEASE = '2026-11-23T08:05:00.000Z'
const uuid = (name: string): string => derivedId('x', name)

export type OutboxUnderTest = {
  outbox: OutboxStore
  warehouse: WarehouseId
  connector: ConnectorId
  add: (message: { key: string; subject: string; seq: number; type?: string; now: string }) => Promise<void>
}

/** One suite for every outbox: PGlite, PostgreSQL and the simulation's memory. */
export const describeOutbox = (name: string, make: () => Promise<OutboxUnderTest>): void => {
  describe(`the outbox: ${name}`, () => {
    let on: OutboxUnderTest
    beforeEach(async () => {
      on = await make()
    })
    const add = (key: string, subject: string, seq: number, type = 'receipt') =>
      on.add({ key: uuid(key), subject, seq, type, now: T0 })
    const claim = (token: string, now = T0, limit = 10) =>
      on.outbox.claim({ connector: on.connector, now, limit, token: uuid(token), leaseUntil: LEASE })
    const keys = async (rows: Promise<readonly { key: string }[]>) => (await rows).map(row => row.key)
    const end = (key: string, token: string, state: OutboxState, more = {}, tries: Try[] = []) =>
      on.outbox.advance(uuid(key), uuid(token), { state, now: T0, release: true, ...more }, tries)
    const all = (more: Partial<OutboxFilter> = {}): OutboxFilter => ({ connector: on.connector, ...more })
    const stateOf = async (key: string) => (await on.outbox.get(uuid(key)))?.row.state

    it('[E30] messages of one subject go in order, of different subjects side by side', async () => {
      await add('a1', 'receipt/a', 1)
      await add('a2', 'receipt/a', 2)
      await add('b1', 'receipt/b', 3)
      expect(await keys(claim('t1'))).toEqual([uuid('a1'), uuid('b1')])
      expect(await keys(claim('t2'))).toEqual([])
      await end('a1', 't1', 'posted')
      expect(await keys(claim('t3'))).toEqual([uuid('a2')])
    })

    it('[E31] a worker that lost its lease cannot write back', async () => {
      await add('a1', 'receipt/a', 1)
      await claim('t1')
      expect(await end('a1', 'other', 'posted')).toBe(false)
      expect((await on.outbox.counts(on.connector)).preparing).toBe(1)
    })

    it('[E32] a lease that ran out is an unknown outcome, never a fresh start', async () => {
      await add('a1', 'receipt/a', 1)
      await claim('t1')
      const again = await claim('t2', T1)
      expect(again.map(row => [row.key, row.state, row.touched])).toEqual([[uuid('a1'), 'unknown', true]])
    })

    it('[ER33] states that change at once are written each for itself: a lost lease or words that cannot be kept stop no other', async () => {
      for (const [i, key] of ['w', 'x', 'y', 'z'].entries()) await add(key, `receipt/${key}`, i + 1)
      await claim('t1')
      const at = { n: 1, phase: 'post', at: T0, ms: 3, errorClass: null, request: null, answer: 'yes' } as const
      const ref = { kind: 'document', id: '7' }
      const ends = await Promise.allSettled([
        end('w', 't1', 'posted', { remoteRef: ref, documents: [ref] }, [at]),
        end('x', 'other', 'posted'),
        end('y', 't1', 'held', { question: 'Backorder?', errorClass: 'needsDecision' }),
        end('z', 't1', 'dead', { question: 'cut \u0000 off' }),
      ])
      expect(ends.slice(0, 3).map(one => one.status === 'fulfilled' && one.value)).toEqual([true, false, true])
      const [w, x, y] = await Promise.all(['w', 'x', 'y'].map(async key => (await on.outbox.get(uuid(key)))?.row))
      expect(w).toMatchObject({ state: 'posted', remoteRef: ref, documents: [ref], postedAt: T0, question: null })
      expect([x?.state, y?.state, y?.question]).toEqual(['preparing', 'held', 'Backorder?'])
      expect((await on.outbox.tries(uuid('w'))).map(one => one.answer)).toEqual(['yes'])
      expect(await on.outbox.tries(uuid('y'))).toEqual([])
    })

    it('[E33] what waits for its time is left alone, and so is everything behind it', async () => {
      await add('a1', 'receipt/a', 1)
      await add('a2', 'receipt/a', 2)
      await claim('t1')
      await end('a1', 't1', 'waiting', { nextAt: T1 })
      expect(await keys(claim('t2'))).toEqual([])
      expect(await keys(claim('t3', T1))).toEqual([uuid('a1')])
    })

    it('[E80] a stopped message blocks its subject alone, until a person lets it go or skips it', async () => {
      await add('a1', 'receipt/a', 1)
      await add('a2', 'receipt/a', 2)
      await add('b1', 'receipt/b', 3)
      await claim('t1')
      await end('a1', 't1', 'dead', { errorClass: 'rejected', question: 'Period closed.' })
      await end('b1', 't1', 'posted')
      expect(await keys(claim('t2'))).toEqual([])
      expect(
        await on.outbox.settle(all({ states: ['dead'] }), { kind: 'skip', reason: 'booked by hand' }, 'Ayşe', T0),
      ).toBe(1)
      const skipped = await on.outbox.get(uuid('a1'))
      expect([skipped?.row.state, skipped?.row.closedBy, skipped?.row.closedReason]).toEqual([
        'skipped',
        'Ayşe',
        'booked by hand',
      ])
      expect(await keys(claim('t3'))).toEqual([uuid('a2')])
    })

    it('[E81] one, a filter or all go on again; what was sent before is asked for first', async () => {
      for (const [i, key] of ['a', 'b', 'c'].entries()) await add(key, `receipt/${key}`, i + 1)
      await claim('t1')
      await end('a', 't1', 'dead', { errorClass: 'rejected', touched: true })
      await end('b', 't1', 'dead', { errorClass: 'rejected' })
      await end('c', 't1', 'held', { errorClass: 'conflict' })
      const replay = (filter: OutboxFilter) => on.outbox.settle(filter, { kind: 'replay' }, 'Ayşe', T1)
      expect(await replay(all({ keys: [uuid('a')] }))).toBe(1)
      expect([await stateOf('a'), await stateOf('b')]).toEqual(['unknown', 'dead'])
      expect(await replay(all({ errorClass: 'rejected' }))).toBe(1)
      expect(await stateOf('b')).toBe('waiting')
      expect(await replay(all())).toBe(1)
      expect(await replay(all())).toBe(0)
    })

    it('[ER18] what a person decides to tell is behind all others, once', async () => {
      await add('a', 'receipt/a', 7)
      const { connector, warehouse } = on
      const message = { warehouse, connector, client: null, key: uuid('told'), subject: 'stock/x', type: 'adjustment' }
      for (let n = 0; n < 2; n += 1) await on.outbox.enter({ ...message, payload: { qty: 1 }, covers: ['why'] }, T0)
      const told = await on.outbox.get(uuid('told'))
      expect([told?.row.seq, told?.row.state, told?.row.payload, told?.covers]).toEqual([
        8,
        'waiting',
        { qty: 1 },
        ['why'],
      ])
      expect((await on.outbox.counts(connector)).waiting).toBe(2)
    })

    it('[ER13] a posted message that the ERP does not show is asked for again; no other is', async () => {
      for (const [i, key] of ['a', 'b'].entries()) await add(key, `receipt/${key}`, i + 1)
      await claim('t1')
      await end('a', 't1', 'posted', { touched: true })
      await end('b', 't1', 'dead', { errorClass: 'rejected' })
      expect(await on.outbox.reopen([uuid('a'), uuid('b')], 'Ayşe', T1)).toBe(1)
      expect([await stateOf('a'), await stateOf('b')]).toEqual(['unknown', 'dead'])
      expect(await keys(claim('t2', T1))).toEqual([uuid('a')])
    })

    it('[E82] an edit makes a new version under the same key and keeps the first; two people cannot edit at once', async () => {
      await add('a', 'receipt/a', 1)
      await claim('t1')
      await end('a', 't1', 'dead', { errorClass: 'rejected' })
      const edit = (version: number) =>
        on.outbox.settle(all({ keys: [uuid('a')] }), { kind: 'edit', payload: { qty: 5 }, version }, 'Ayşe', T1)
      expect(await edit(1)).toBe(1)
      const edited = await on.outbox.get(uuid('a'))
      expect([edited?.row.version, edited?.row.payload, edited?.first]).toEqual([2, { qty: 5 }, {}])
      expect(await edit(1)).toBe(0)
    })

    it('[E83] an answer to the ERP’s question goes with the message', async () => {
      await add('a', 'receipt/a', 1)
      await claim('t1')
      const ask = { id: 'backorder', text: 'Create a backorder?', answers: [{ id: 'yes', text: 'Yes' }] }
      await end('a', 't1', 'held', { errorClass: 'needsDecision', question: ask.text, ask })
      expect((await on.outbox.get(uuid('a')))?.row.ask).toEqual(ask)
      await on.outbox.settle(all(), { kind: 'answer', question: 'backorder', answer: 'yes' }, 'Ayşe', T1)
      expect((await claim('t2', T1)).map(row => row.answers)).toEqual([{ backorder: 'yes' }])
    })

    it('[E84] a gap that is filled releases all that waited for it, and nothing else', async () => {
      for (const [i, key] of ['a', 'b', 'c'].entries()) await add(key, `receipt/${key}`, i + 1)
      await claim('t1')
      const gap = (key: string) => ({ errorClass: 'config', gap: { kind: 'item', key } })
      await end('a', 't1', 'parked', gap('1'))
      await end('b', 't1', 'parked', gap('1'))
      await end('c', 't1', 'parked', gap('2'))
      expect(await on.outbox.release(on.connector, { kind: 'item', key: '1' }, T1)).toBe(2)
      expect((await claim('t2', T1)).map(row => [row.key, row.gap])).toEqual([
        [uuid('a'), null],
        [uuid('b'), null],
      ])
    })

    it('[E85] when the ERP is there again everything is due, an unknown outcome when it has settled', async () => {
      for (const [i, key] of ['a', 'b'].entries()) await add(key, `receipt/${key}`, i + 1)
      await claim('t1')
      await end('a', 't1', 'waiting', { nextAt: '2026-11-23T09:00:00.000Z' })
      await end('b', 't1', 'unknown', { nextAt: '2026-11-23T09:00:00.000Z', settleUntil: T1, touched: true })
      expect(await on.outbox.dueNow(on.connector, T0)).toBe(2)
      expect(await keys(claim('t2'))).toEqual([uuid('a')])
      expect(await keys(claim('t3', T1))).toContain(uuid('b'))
    })

    it('[E86] each try is kept with its redacted request and answer, and each message with its times', async () => {
      await add('a', 'receipt/a', 1, 'shipment')
      await claim('t1')
      const made: Try = {
        n: 1,
        phase: 'post',
        at: T0,
        ms: 12,
        errorClass: 'rejected',
        request: 'POST /x',
        answer: '422 no',
      }
      await end('a', 't1', 'dead', { errorClass: 'rejected', question: 'no' }, [made])
      expect(await on.outbox.tries(uuid('a'))).toEqual([made])
      await on.outbox.settle(all(), { kind: 'replay' }, 'Ayşe', T1)
      await claim('t2', T1)
      const documents = [{ kind: 'invoice', id: '7' }]
      await on.outbox.advance(uuid('a'), uuid('t2'), { state: 'posted', now: T1, release: true, documents })
      expect(
        (await on.outbox.list(all({ types: ['shipment'] }), { beforeSeq: null, limit: 10 }))[0]?.documents,
      ).toEqual(documents)
      expect(await on.outbox.facts(on.connector, T0, T1)).toMatchObject([
        {
          key: uuid('a'),
          type: 'shipment',
          state: 'posted',
          attempts: 1,
          appliedAt: T0,
          deliveredAt: T1,
          acknowledgedAt: T1,
        },
      ])
    })

    it('[E87] a message that was claimed but not tried is as it was', async () => {
      await add('a', 'receipt/a', 1)
      await claim('t1')
      await end('a', 't1', 'waiting', { untried: true })
      expect((await on.outbox.get(uuid('a')))?.row.attempts).toBe(0)
      expect(await keys(claim('t2'))).toEqual([uuid('a')])
    })

    it('[E88] why nothing is sent is kept with the connection', async () => {
      expect(await on.outbox.circuit(on.connector)).toEqual({ state: 'closed' })
      const circuit = { state: 'open', cause: 'auth', since: T0, version: 3, words: 'no' } as const
      await on.outbox.saveCircuit(on.connector, circuit)
      expect(await on.outbox.circuit(on.connector)).toEqual(circuit)
      await on.outbox.saveCircuit(on.connector, { state: 'closed' })
    })
  })
}
