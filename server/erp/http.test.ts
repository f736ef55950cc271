import { getEventListeners } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { isErpError } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'

describe('one call to an ERP over real HTTP', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/cut') request.socket.destroy()
    else if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"a":')
      setImmediate(() => request.socket.destroy())
    } else if (request.url === '/endless') {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1_000_000)));
        response.once('drain', more)
      }
      more()
    } else if (request.url === '/silent') return
    else if (request.url === '/moved') response.writeHead(302, { location: 'http://elsewhere.example' }).end()
    else if (request.url === '/broken') response.writeHead(500).end('{"name":"x","debug":"Traceback: who and where"}')
    else response.end('<html>Sign in</html>')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const http = erpHttp({ url: `http://127.0.0.1:${port}`, fetch, secrets: () => [], maxBytes: 3_000_000 })
  const classOf = async (path: string, phase: 'read' | 'write', at = http): Promise<string> =>
    at(
      { method: 'POST', path, phase, body: {}, timeoutMs: path === '/silent' ? 200 : 60_000 },
      new AbortController().signal,
    ).then(
      answer => `${answer.status} ${typeof answer.json}`,
      (error: unknown) => (isErpError(error) ? error.class : String(error)),
    )

  it.each(['/cut', '/half', '/silent', '/endless'])(
    '[E55] %s: harmless while reading, unknown while writing',
    async path => {
      expect(await classOf(path, 'read')).toBe('transient')
      expect(await classOf(path, 'write')).toBe('unknownOutcome')
    },
  )
  it('[E55] a worker that goes on for months is not held by its calls; one that stops ends the call under way', async () => {
    const worker = new AbortController()
    for (const path of ['/page', '/cut', '/silent'])
      await http({ method: 'GET', path, phase: 'read', timeoutMs: 200 }, worker.signal).catch(() => {})
    expect(getEventListeners(worker.signal, 'abort')).toEqual([])
    const under = http({ method: 'GET', path: '/silent', phase: 'read' }, worker.signal)
    expect(getEventListeners(worker.signal, 'abort')).toHaveLength(1)
    worker.abort()
    await expect(under).rejects.toMatchObject({ class: 'transient' })
    expect(getEventListeners(worker.signal, 'abort')).toEqual([])
  })
  it('[E55] a call that never left is no unknown outcome', async () => {
    const closed = createServer()
    await new Promise<void>(resolve => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise(resolve => closed.close(resolve))
    const nobody = erpHttp({ url: `http://127.0.0.1:${port}`, fetch, secrets: () => [] })
    expect(await classOf('/', 'write', nobody)).toBe('transient')
  })
  it('[E55] a page instead of JSON is left to the connector, and no redirect is followed', async () => {
    expect(await classOf('/page', 'read')).toBe('200 undefined')
    expect(await classOf('/moved', 'read')).toBe('302 undefined')
  })
  it('[E54] what is kept of an answer has its status, and no traceback', async () => {
    const answer = await http({ method: 'GET', path: '/broken', phase: 'read' }, new AbortController().signal)
    expect(answer.exchange.answer).toBe('500 {"name":"x","debug":"•••"}')
  })
  it('[E56] Retry-After is read in seconds and as a date', () => {
    const now = '2026-11-23T08:00:00.000Z'
    expect(retryAfterMs(new Headers({ 'retry-after': '7' }), now)).toBe(7000)
    expect(retryAfterMs(new Headers({ 'retry-after': 'Mon, 23 Nov 2026 08:00:30 GMT' }), now)).toBe(30_000)
    expect(retryAfterMs(new Headers({ 'retry-after': 'soon' }), now)).toBeNull()
    expect(retryAfterMs(new Headers(), now)).toBeNull()
  })
})
