import { describe, expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { framed } from '../../shared/sync/frames.ts'
import { proofText, sha256Hex } from '../../shared/sync/seal.ts'
import type { Row } from '../../shared/sync/wire.ts'
import { makeApi } from './api.ts'
import { makeNet } from './transport.ts'

type Call = { url: string; method: string; headers: Headers; body: string }
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** Answers in order; the last one again and again. */
const served = (answers: ((call: Call) => Response)[], first = { access: 'a1', nonce: 'n1' }) => {
  const calls: Call[] = []
  const fetcher: typeof fetch = async (input, init) => {
    const call = {
      url: typeof input === 'string' ? input : '',
      method: init?.method ?? 'GET',
      headers: new Headers(init?.headers),
      body: typeof init?.body === 'string' ? init.body : '',
    }
    calls.push(call)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined) throw new TypeError('no network')
    return answer(call)
  }
  const api = makeApi(
    { fetch: fetcher, base: '', now: () => 5 },
    { device: 'dev', sign: async text => sha256Hex(text) },
    first,
  )
  return { calls, api, net: makeNet(api, () => 5) }
}

describe('requests of a handheld', () => {
  test('[S60] carry the token and a proof over method, path, body and the last nonce of the server', async () => {
    const { calls, net } = served([() => json(200, {}, { 'x-nonce': 'n2' })])
    await net.lease({
      want: 'task',
      task: derivedId('t'),
      session: derivedId('s'),
      worker: derivedId('w'),
      takeOver: false,
    })
    await net.quarantine('raw')
    const [first, second] = calls
    expect(first?.headers.get('authorization')).toBe('Stockhand a1')
    const proof = sha256Hex(proofText('POST', '/api/leases', first?.body ?? '', 'n1'))
    expect(first?.headers.get('x-proof')).toBe(proof)
    expect(second?.headers.get('x-nonce')).toBe('n2')
  })
  test('[CL2] an answer that says that the desk calls is passed on, to whoever comes later as well', async () => {
    const { api, net } = served([
      () => json(200, {}, { 'x-call': '7' }),
      () => json(200, {}),
      () => json(200, {}, { 'x-call': '9' }),
    ])
    const heard: string[] = []
    await net.quarantine('raw')
    api.called(call => void heard.push(call))
    expect(heard).toEqual(['7'])
    await net.quarantine('raw')
    await net.quarantine('raw')
    expect(heard).toEqual(['7', '9'])
  })
  test('[S61] a stale nonce is answered with the new one, once, without asking for a token', async () => {
    const { calls, net } = served([
      () => json(401, { code: 'use_nonce', message: '', nonce: 'n9' }),
      () => json(200, { done: true }),
    ])
    expect((await net.quarantine('x')).kind).toBe('ok')
    expect(calls.map(call => [call.url, call.headers.get('x-nonce')])).toEqual([
      ['/api/quarantine', 'n1'],
      ['/api/quarantine', 'n9'],
    ])
  })
  test('[S62] after a start the first nonce comes with an answer that needs no proof, so that nothing is refused', async () => {
    const answers = [
      () => json(200, { ok: true }, { 'x-nonce': 'n1' }),
      () => json(200, { access: 'a1', expiresInS: 900, nonce: 'n2' }),
      () => json(200, {}),
    ]
    const { calls, net } = served(answers, { access: '', nonce: '' })
    expect((await net.quarantine('x')).kind).toBe('ok')
    expect(calls.map(call => call.url)).toEqual(['/api/health', '/api/token', '/api/quarantine'])
    expect(JSON.parse(calls[1]?.body ?? '')).toMatchObject({ nonce: 'n1' })
  })
  test('[S62] a token that has run out is renewed by the device key and the request is repeated', async () => {
    const { calls, net } = served([
      () => json(401, { code: 'unauthorised', message: '' }),
      () => json(200, { access: 'a2', expiresInS: 900, nonce: 'n2' }),
      () => json(200, {}),
    ])
    expect((await net.quarantine('x')).kind).toBe('ok')
    expect(JSON.parse(calls[1]?.body ?? '')).toEqual({ device: 'dev', nonce: 'n1', sig: sha256Hex('token\ndev\nn1') })
    expect(calls[2]?.headers.get('authorization')).toBe('Stockhand a2')
  })
  test('[S62] where the token is not renewed either, 401 is handed on', async () => {
    const { net } = served([() => json(401, { code: 'unauthorised', message: '' })])
    expect(await net.quarantine('x')).toMatchObject({ kind: 'refused', status: 401 })
  })
  test('[S63] the page of a hotspot, or JSON of somebody else, is no network', async () => {
    const html = served([() => new Response('<html>', { headers: { 'content-type': 'text/html' } })])
    expect(await html.net.manifest()).toEqual({ kind: 'offline' })
    const manifest = { version: 'v', asOf: '2026-11-23T08:00:00.000Z', families: {} }
    const copied = served([() => json(200, manifest, { 'content-type': 'text/html' })])
    expect(await copied.net.manifest()).toEqual({ kind: 'offline' })
    const other = served([() => json(200, { hello: 1 })])
    expect(await other.net.manifest()).toEqual({ kind: 'offline' })
    expect(await served([]).net.manifest()).toEqual({ kind: 'offline' })
  })
  test('[S64] a refusal keeps its code and when to come again', async () => {
    const { net } = served([() => json(429, { code: 'busy', message: 'wait' }, { 'retry-after': '2' })])
    expect(await net.manifest()).toEqual({
      kind: 'refused',
      status: 429,
      refusal: { code: 'busy', message: 'wait' },
      retryAfterMs: 2000,
    })
  })
  test('[S65] a block is what its name says, or it did not come', async () => {
    const bytes = new TextEncoder().encode('block')
    const names = [sha256Hex('other'), sha256Hex('block'), sha256Hex('gone')]
    const { net } = served([() => new Response(framed([bytes, bytes, null]))])
    expect(await net.blocks(names)).toMatchObject({ kind: 'ok', body: [{ sha: names[1], bytes }] })
    const cut = served([() => new Response(framed([bytes, bytes, null]).slice(0, -1))])
    expect(await cut.net.blocks(names)).toEqual({ kind: 'offline' })
  })
})

describe('the snapshot stream', () => {
  const head = { feedEpoch: 'f', cursor: 'f.all.1', floor: 0, through: { e: 1 }, acked: { e: 2 } }
  const row = (id: number) => ({ c: 1, k: 'location', id: `${id}`, b: { id } })
  const stream = (lines: unknown[]): Response => new Response(lines.map(line => JSON.stringify(line)).join('\n'))

  test('[S66] rows come in pieces and the head says where it stands', async () => {
    const { net } = served([() => stream([head, ...Array.from({ length: 2500 }, (_, i) => row(i)), { end: 2500 }])])
    const pieces: number[] = []
    const reply = await net.snapshot(async (rows: readonly Row[]) => void pieces.push(rows.length), [])
    expect(reply).toMatchObject({ kind: 'ok', body: head })
    expect(pieces).toEqual([1000, 1000, 500])
  })
  test.each([
    ['breaks off', [head, row(1)]],
    ['has lost a row', [head, row(1), { end: 2 }]],
    ['has no head', [row(1), { end: 1 }]],
  ])('[S67] a stream that %s is no snapshot', async (_, lines) => {
    const { net } = served([() => stream(lines)])
    expect(await net.snapshot(async () => undefined, [])).toEqual({ kind: 'offline' })
  })
})
