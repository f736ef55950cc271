import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { trytonRpc } from './tryton-rpc.ts'

type Answer = { status?: number; body: string }
type Sent = { method: string; params: unknown[]; authorization: string | null }

/** A Tryton that answers as told; log-in and preferences are answered by themselves. */
const serving = (answers: readonly Answer[]) => {
  const sent: Sent[] = []
  const left = [...answers]
  let sessions = 0
  const reply = (body: unknown, status = 200): Response =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const { id, method, params } = JSON.parse(init.body as string) as { id: number; method: string; params: unknown[] }
    sent.push({ method, params, authorization: new Headers(init.headers).get('authorization') })
    if (method === 'common.db.login') return reply({ id, result: [2, `token-${(sessions += 1)}-of-the-session`] })
    if (method === 'model.res.user.get_preferences') return reply({ id, result: { company: 1, groups: [10] } })
    if (method === 'model.res.user.warning.create') return reply({ id, result: [1] })
    const next = left.shift()
    return reply((next?.body ?? '').replace('ID', String(id)), next?.status ?? 200)
  }
  const rpc = trytonRpc({
    url: 'http://localhost',
    database: 'x',
    user: 'bridge',
    password: () => 'very secret word',
    fetch,
    now: () => '2026-11-25T08:00:00.000Z',
  })
  return { rpc, sent, names: () => sent.map(call => call.method) }
}
const never = new AbortController().signal
const METHOD = 'model.stock.shipment.in.receive'
const warning = '{"id":ID,"error":["UserWarning",["0123456789abcdef0123456789abcdef.done","No origin.",""]]}'

describe('a call to Tryton', () => {
  it.each([
    ['a page', { body: '<html>Gateway</html>' }],
    ['half an answer', { body: '{"id":1,"resu' }],
    ['a failing server', { status: 502, body: '' }],
  ])('[ET1] that gets %s is harmless while reading, an unknown outcome while writing', async (_what, answer) => {
    const { rpc } = serving([answer, answer])
    await expect(rpc.read(METHOD, [[1]], v.unknown(), never)).rejects.toMatchObject({ class: 'transient' })
    await expect(rpc.write(METHOD, [[1]], v.unknown(), never)).rejects.toMatchObject({ class: 'unknownOutcome' })
  })
  it('[ET1] whose answer has another form than expected is not guessed at', async () => {
    const { rpc } = serving([{ body: '{"id":ID,"result":"x"}' }, { body: '{"id":ID,"result":"x"}' }])
    await expect(rpc.read(METHOD, [[1]], v.array(v.number()), never)).rejects.toMatchObject({ class: 'config' })
    await expect(rpc.write(METHOD, [[1]], v.array(v.number()), never)).rejects.toMatchObject({
      class: 'unknownOutcome',
    })
  })
  it('[ET17] meets a question: an answered one is accepted and the call made again, another is handed on', async () => {
    const answered = serving([{ body: warning }, { body: '{"id":ID,"result":null}' }])
    const answers = { 'done@stock.shipment.in.receive': 'yes' }
    await answered.rpc.write(METHOD, [[1]], v.null(), never, { answers })
    expect(answered.names().slice(2)).toEqual([METHOD, 'model.res.user.warning.create', METHOD])
    const open = serving([{ body: warning }])
    await expect(open.rpc.write(METHOD, [[1]], v.null(), never)).rejects.toMatchObject({
      class: 'needsDecision',
      question: { id: 'done@stock.shipment.in.receive', text: 'No origin.' },
    })
  })
  it('[ET17] that asks again and again is not answered for ever', async () => {
    const { rpc, names } = serving(Array.from({ length: 20 }, () => ({ body: warning })))
    const answers = { 'done@stock.shipment.in.receive': 'yes' }
    await expect(rpc.write(METHOD, [[1]], v.null(), never, { answers })).rejects.toMatchObject({
      class: 'needsDecision',
    })
    expect(names().filter(name => name === METHOD)).toHaveLength(6)
  })
  it('[ET33] whose session ended is made again once, with a new one', async () => {
    const { rpc, sent } = serving([{ status: 401, body: '' }, { body: '{"id":ID,"result":7}' }])
    expect(await rpc.read(METHOD, [[1]], v.number(), never)).toBe(7)
    const tried = sent.filter(call => call.method === METHOD).map(call => call.authorization)
    expect(new Set(tried).size).toBe(2)
  })
  it('[E54] keeps neither password nor session in what it shows', async () => {
    const { rpc } = serving([{ status: 500, body: 'the session token-1-of-the-session of very secret word' }])
    const error = await rpc.read(METHOD, [[1]], v.unknown(), never).catch((thrown: unknown) => thrown)
    const shown = JSON.stringify(error) + String(error)
    expect(shown).toContain(METHOD)
    expect(shown).not.toMatch(/very secret word|token-1/)
  })
  it('[ET37] carries the user’s context last, with what the call adds to it', async () => {
    const { rpc, sent } = serving([{ body: '{"id":ID,"result":null}' }])
    await rpc.read(METHOD, [[1]], v.null(), never, { context: { locations: [3] } })
    expect(sent.at(-1)?.params).toEqual([[1], { company: 1, groups: [10], 'company.rec_name': '', locations: [3] }])
  })
})
