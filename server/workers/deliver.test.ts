import { describe, expect, it } from 'vitest'
import { makeDelivery } from '../../test/erp/carry.ts'
import { derivedId } from '../../shared/ids.ts'
import { msOf } from '../../shared/time.ts'
import type { ErpConnector, Found } from '../erp/connector.ts'
import { ErpError } from '../erp/erp-error.ts'
import type { ErrorClass, ErpErrorMore } from '../erp/erp-error.ts'
import type { OutboundOp } from '../erp/operation.ts'
import { baseQty } from '../erp/quantity.ts'
import { deliverRound } from './deliver.ts'
import { MAX_ATTEMPTS, nextTry } from './retry.ts'

const never = new AbortController().signal
let n = 0
const receipt = (subject?: string): OutboundOp => {
  n += 1
  const line = { item: 'i', lot: '', serial: '', expiry: null, qty: baseQty(5), line: null, location: null }
  const key = derivedId('deliver', n)
  const head = { key, seq: n, subject: subject ?? `receipt/${n}`, at: '', by: '', client: '', answers: {} }
  return { ...head, type: 'receipt', order: null, lines: [line], final: true }
}
const fail = (errorClass: ErrorClass, more: ErpErrorMore = {}): ErpError => new ErpError(errorClass, errorClass, more)

type Script = Partial<Record<'prepare' | 'post' | 'find' | 'check', (op: OutboundOp, call: number) => unknown>>
/** An ERP that keeps drafts and posts by key, with what the script says instead. */
const scripted = (script: Script = {}, caps: Partial<ErpConnector['caps']> = {}) => {
  const documents = new Map<string, 'draft' | 'posted'>()
  const calls: string[] = []
  const counts = new Map<string, number>()
  const run = async (name: keyof Script, op: OutboundOp): Promise<unknown> => {
    calls.push(name)
    const call = (counts.get(name) ?? 0) + 1
    counts.set(name, call)
    return script[name]?.(op, call)
  }
  const refOf = (op: OutboundOp) => ({ kind: 'document', id: op.key })
  const connector = {
    id: 'x',
    caps: { concurrent: 4, perSecond: 1000, settleMs: 5000, ...caps },
    check: async () => {
      await run('check', receipt())
      return { ok: true, serverTime: '', timeZone: '', company: '', version: '', problems: [], expiresAt: null }
    },
    prepare: async (op: OutboundOp) => {
      await run('prepare', op)
      if (!documents.has(op.key)) documents.set(op.key, 'draft')
      return refOf(op)
    },
    post: async (op: OutboundOp) => {
      if ((await run('post', op)) !== 'nothing') documents.set(op.key, 'posted')
    },
    find: async (op: OutboundOp): Promise<Found> => {
      const said = await run('find', op)
      if (said !== undefined) return said as Found
      const state = documents.get(op.key)
      if (state === undefined) return { state: 'absent' }
      const lines = op.type === 'receipt' ? op.lines : []
      return state === 'draft'
        ? { state, ref: refOf(op) }
        : { state, ref: refOf(op), at: '', lines, documents: [{ kind: 'invoice', id: '7' }] }
    },
  } as unknown as ErpConnector
  return { connector, calls, documents }
}
const ended = async (script: Script, mode: 'live' | 'shadow' | 'readOnly' = 'live') => {
  const erp = scripted(script)
  const delivery = makeDelivery(erp.connector, { mode })
  const op = receipt()
  delivery.send(op)
  await delivery.run()
  return { ...erp, row: await delivery.row(op), tries: await delivery.outbox.store.tries(op.key), delivery }
}

describe('delivering', () => {
  it('[E90] prepares, keeps the remote id, posts, and believes `find` alone', async () => {
    const { calls, row, tries } = await ended({})
    expect(calls).toEqual(['prepare', 'post', 'find'])
    expect(row).toMatchObject({ state: 'posted', attempts: 1, documents: [{ kind: 'invoice', id: '7' }] })
    expect(tries.map(t => t.phase)).toEqual(['prepare', 'post', 'find'])
    expect(row?.remoteRef?.kind).toBe('document')
  })
  it('[E91] an answer that did nothing is not believed; when it stays so a person looks', async () => {
    const once = await ended({ post: (_op, call) => (call === 1 ? 'nothing' : undefined) })
    expect(once.row?.state).toBe('posted')
    const always = await ended({ post: () => 'nothing' })
    expect(always.row).toMatchObject({ state: 'held', errorClass: 'conflict', stuck: 3 })
  })
  it('[E92] after an unknown outcome the ERP is asked first, not before it has settled, and nothing is repeated blindly', async () => {
    const erp = scripted({
      post: (op, call) => {
        if (call === 1) {
          erp.documents.set(op.key, 'posted')
          throw fail('unknownOutcome')
        }
      },
    })
    const delivery = makeDelivery(erp.connector)
    const op = receipt()
    delivery.send(op)
    const sent = delivery.now()
    await deliverRound(delivery.deps, 10, never)
    const waiting = await delivery.row(op)
    expect(waiting?.state).toBe('unknown')
    expect(msOf(waiting?.nextAt ?? '') - msOf(sent)).toBeGreaterThanOrEqual(5000)
    await delivery.run()
    expect(erp.calls).toEqual(['prepare', 'post', 'find'])
    expect((await delivery.row(op))?.state).toBe('posted')
  })
  it.each([
    ['conflict', 'held'],
    ['needsDecision', 'held'],
    ['rejected', 'dead'],
    ['config', 'parked'],
  ] as const)('[E93] %s: %s, and the rest of the lane goes on', async (errorClass, state) => {
    const erp = scripted({ post: op => (op.subject === 'bad' ? Promise.reject(fail(errorClass)) : undefined) })
    const delivery = makeDelivery(erp.connector)
    const [bad, behind, other] = [receipt('bad'), receipt('bad'), receipt()]
    for (const op of [bad, behind, other]) delivery.send(op)
    await delivery.run(60)
    expect(await delivery.row(bad)).toMatchObject({ state, errorClass, question: errorClass })
    expect([(await delivery.row(behind))?.state, (await delivery.row(other))?.state]).toEqual(['waiting', 'posted'])
  })
  it('[E93] a question comes with its answers, a gap with its name, and the refused call redacted', async () => {
    const ask = { id: 'q', text: 'Backorder?', answers: [{ id: 'y', text: 'Yes' }] }
    expect((await ended({ post: () => Promise.reject(fail('needsDecision', { question: ask })) })).row?.ask).toEqual(
      ask,
    )
    const gap = { kind: 'item', key: 'x' }
    expect((await ended({ prepare: () => Promise.reject(fail('config', { gap })) })).row?.gap).toBe('item x')
    const exchange = { request: 'POST /x {"qty":5}', answer: '422 closed' }
    const { tries } = await ended({ post: () => Promise.reject(fail('rejected', { exchange })) })
    expect(tries.find(one => one.phase === 'post')).toMatchObject({
      phase: 'post',
      errorClass: 'rejected',
      ...exchange,
    })
  })
  it('[E94] what was booked must be what was sent', async () => {
    const line = { item: 'i', lot: '', serial: '', qty: baseQty(4) }
    const found = (op: OutboundOp): Found => ({
      state: 'posted',
      ref: { kind: 'document', id: op.key },
      at: '',
      lines: [line],
      documents: [],
    })
    expect((await ended({ find: found })).row).toMatchObject({ state: 'held', errorClass: 'conflict' })
    expect((await ended({ find: op => ({ ...found(op), lines: null }) })).row?.state).toBe('posted')
  })
  it('[E94] a key that is there more than once, or a cancelled document, is never posted', async () => {
    const refs = [1, 2].map(id => ({ kind: 'document', id: String(id) }))
    expect((await ended({ find: () => ({ state: 'many', refs }) })).row?.state).toBe('held')
    expect((await ended({ find: () => ({ state: 'cancelled', ref: refs[0] }) })).row?.state).toBe('held')
  })
  it('[E95] waits longer from try to try, with jitter, and gives up after 72 hours of tries', async () => {
    const at = '2026-11-23T08:00:00.000Z'
    const waits = [1, 2, 3, 4, 5, 6, 100].map(attempt => (msOf(nextTry(at, attempt, 0.5)) - msOf(at)) / 1000)
    expect(waits).toEqual([2, 10, 60, 300, 900, 1800, 1800])
    expect(msOf(nextTry(at, 1, 0)) - msOf(at)).toBe(1600)
    expect(msOf(nextTry(at, 1, 0.999_999)) - msOf(at)).toBe(2400)
    const erp = scripted({ prepare: () => Promise.reject(fail('throttled')) })
    const delivery = makeDelivery(erp.connector)
    const op = receipt()
    delivery.send(op)
    await delivery.run(2000)
    expect(await delivery.row(op)).toMatchObject({ state: 'dead', attempts: MAX_ATTEMPTS })
  })
  it('[E96] "slow down" pauses the lane as long as the ERP asks, and halves its rate for an hour', async () => {
    const erp = scripted(
      {
        prepare: (_op, call) => (call === 1 ? Promise.reject(fail('throttled', { retryAfterMs: 90_000 })) : undefined),
      },
      { concurrent: 1, perSecond: 30 },
    )
    const delivery = makeDelivery(erp.connector)
    for (let i = 0; i < 10; i += 1) delivery.send(receipt())
    await deliverRound(delivery.deps, 50, never)
    expect(erp.calls).toEqual(['prepare'])
    delivery.passTime(89_000)
    expect(await deliverRound(delivery.deps, 50, never)).toBe(0)
    delivery.passTime(2_000)
    expect(await deliverRound(delivery.deps, 50, never)).toBe(5)
    delivery.passTime(3_600_000)
    await deliverRound(delivery.deps, 50, never)
    for (let i = 0; i < 20; i += 1) delivery.send(receipt())
    delivery.passTime(60_000)
    expect(await deliverRound(delivery.deps, 50, never)).toBe(10)
  })
  it('[E97] five failures in a row open the circuit: then `check` alone looks, every 30 seconds, and green makes all due', async () => {
    let down = true
    const refuse = () => (down ? Promise.reject(fail('transient')) : undefined)
    const erp = scripted({ prepare: refuse, check: refuse }, { concurrent: 1 })
    const delivery = makeDelivery(erp.connector)
    const ops = Array.from({ length: 20 }, () => receipt())
    for (const op of ops) delivery.send(op)
    await deliverRound(delivery.deps, 50, never)
    expect(erp.calls.filter(call => call === 'prepare')).toHaveLength(5)
    for (let i = 0; i < 60; i += 1) {
      delivery.passTime(1000)
      await deliverRound(delivery.deps, 50, never)
    }
    expect(erp.calls.filter(call => call === 'prepare')).toHaveLength(5)
    expect(erp.calls.filter(call => call === 'check')).toHaveLength(2)
    down = false
    delivery.passTime(31_000)
    for (let i = 0; i < 3; i += 1) await deliverRound(delivery.deps, 50, never)
    expect(await delivery.outbox.store.counts(delivery.deps.id)).toMatchObject({ posted: 20 })
  })
  it('[E98] a refused log-in stops the connection until its credentials change, and changed ones are tried once', async () => {
    let right = false
    const refuse = () => (right ? undefined : Promise.reject(fail('auth')))
    const erp = scripted({ prepare: refuse, check: refuse }, { concurrent: 1 })
    const delivery = makeDelivery(erp.connector)
    for (let i = 0; i < 5; i += 1) delivery.send(receipt())
    const round = (version: number) => deliverRound({ ...delivery.deps, version }, 50, never)
    await round(1)
    for (let i = 0; i < 50; i += 1) {
      delivery.passTime(900_000)
      await round(1)
    }
    expect(erp.calls).toEqual(['prepare'])
    // Import, delivery and comparison come at once: one of them looks, and all take its answer.
    expect(await Promise.all([round(2), round(2), round(2)])).toEqual([0, 0, 0])
    await round(2)
    expect(erp.calls).toEqual(['prepare', 'check'])
    right = true
    await round(3)
    expect(await delivery.outbox.store.counts(delivery.deps.id)).toMatchObject({ posted: 5 })
  })
  it('[E99] a shadow makes drafts and posts nothing, a read-only connection writes nothing at all', async () => {
    const shadow = await ended({}, 'shadow')
    expect([shadow.row?.state, shadow.calls]).toEqual(['rehearsed', ['prepare']])
    const reading = await ended({}, 'readOnly')
    expect([reading.row?.state, reading.calls]).toEqual(['rehearsed', []])
    const wrong = await ended(
      { prepare: () => Promise.reject(fail('config', { gap: { kind: 'item', key: 'x' } })) },
      'shadow',
    )
    expect(wrong.row?.state).toBe('parked')
  })
  it('[E100] a bug of ours in the middle is an unknown outcome, not a lost message', async () => {
    const { row } = await ended({
      post: (_op, call) => (call === 1 ? Promise.reject(new TypeError('x is undefined')) : undefined),
    })
    expect(row?.state).toBe('posted')
  })
})
