import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'

/** What a real client of either version of HTTP got over TLS. */
export type HttpsAnswer = { status: number; headers: Record<string, unknown>; body: string }
export type HttpsClient = {
  ask(path: string, how?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<HttpsAnswer>
  /** Reads a stream until a part holds `until`, then hangs up. */
  hear(path: string, headers: Record<string, string>, until: string): Promise<string>
  close(): Promise<void>
}

/** HTTP/1.1; trusts nothing but `ca`. `servername` = the name to ask for instead of the one in the address. */
export const http1 = (origin: string, ca: string, more: { servername?: string } = {}): HttpsClient => {
  const start = (path: string, method: string, headers: Record<string, string>) =>
    request(`${origin}${path}`, { ca, method, headers, agent: false, ...more })
  return {
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const ask = start(path, method, headers)
        ask.once('error', reject)
        ask.once('response', answer => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.once('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          )
        })
        ask.end(body)
      }),
    hear: (path, headers, until) =>
      new Promise((resolve, reject) => {
        const ask = start(path, 'GET', headers)
        ask.once('error', reject)
        ask.once('response', answer => {
          let heard = ''
          answer.on('data', (chunk: Buffer) => {
            heard += chunk.toString()
            if (!heard.includes(until)) return
            resolve(heard)
            ask.destroy()
          })
          answer.once('error', () => {})
        })
        ask.end()
      }),
    close: async () => {},
  }
}

/** HTTP/2; trusts nothing but `ca`. */
export const http2 = async (origin: string, ca: string): Promise<HttpsClient & { session: ClientHttp2Session }> => {
  const session = connect(origin, { ca })
  await once(session, 'connect')
  const start = (path: string, method: string, headers: Record<string, string>) =>
    session.request({ ':path': path, ':method': method, ...headers })
  return {
    session,
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const stream = start(path, method, headers)
        const chunks: Buffer[] = []
        let got: Record<string, unknown> = {}
        stream.once('response', answer => (got = answer))
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.once('error', reject)
        stream.once('end', () =>
          resolve({ status: Number(got[':status']), headers: got, body: Buffer.concat(chunks).toString() }),
        )
        stream.end(body)
      }),
    hear: (path, headers, until) =>
      new Promise((resolve, reject) => {
        const stream = start(path, 'GET', headers)
        let heard = ''
        stream.once('error', reject)
        stream.on('data', (chunk: Buffer) => {
          heard += chunk.toString()
          if (!heard.includes(until)) return
          resolve(heard)
          stream.close()
        })
        stream.end()
      }),
    close: async () => {
      if (session.closed) return
      session.close()
      await once(session, 'close')
    },
  }
}
