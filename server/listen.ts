import { Server } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Pair } from './tls/authority.ts'

export type Listening = {
  port: number
  close(): Promise<void>
  /** New connections get this certificate; those that are open keep the one they have. */
  renew(pair: Pair): void
}

/** How long a request that is being served may take to end after the stop. */
const GRACE_MS = 5_000
/** Slow senders are cut off: a request needs its head and its body within these. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 20_000 }
/** A connection of HTTP/2 on which nothing moves; the doorbell's heartbeat keeps the others open. */
const IDLE_MS = 60_000

/**
 * Opens the socket: HTTP, or with a certificate HTTPS with HTTP/2 and, for readers that know no better, HTTP/1.1.
 * Rejects with a line for the person who starts it when the port is taken or not allowed.
 */
export const listen = async (
  app: Hono,
  at: { port: number; host: string; named?: string },
  pair: Pair | null = null,
): Promise<Listening> => {
  const { server, end } = pair === null ? plain(app) : secure(app, pair)
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(reasonOf(error, at), { cause: error })))
    server.listen(at.port, at.host)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    renew: next => {
      if (!(server instanceof Server)) server.setSecureContext(next)
    },
    close: () =>
      new Promise(resolve => {
        const late = setTimeout(end.now, GRACE_MS)
        server.close(() => {
          clearTimeout(late)
          resolve()
        })
        end.idle()
      }),
  }
}

/** How what is open is ended at the stop: `idle` what does nothing, `now` everything. */
type End = { idle: () => void; now: () => void }

const plain = (app: Hono): { server: Server; end: End } => {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: LIMITS })
  if (!(server instanceof Server)) throw new Error('the adaptor made no HTTP server')
  return { server, end: { idle: () => server.closeIdleConnections(), now: () => server.closeAllConnections() } }
}

const secure = (app: Hono, pair: Pair): { server: Http2SecureServer; end: End } => {
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer: createSecureServer,
    serverOptions: {
      ...pair,
      allowHTTP1: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: LIMITS.headersTimeout,
      settings: { maxConcurrentStreams: 100 },
    },
  })
  if (!('setSecureContext' in server)) throw new Error('the adaptor made no HTTPS server')
  // Held for HTTP/1.1; the types of the server for both do not name them.
  Object.assign(server, LIMITS)
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', session => {
    sessions.add(session)
    session.setTimeout(IDLE_MS, () => session.destroy())
    session.once('close', () => sessions.delete(session))
  })
  return {
    server,
    end: {
      // Says goodbye and waits for the streams that are open; what HTTP/1.1 leaves idle the server's own close ends.
      idle: () => sessions.forEach(session => session.close()),
      now: () => sockets.forEach(socket => socket.destroy()),
    },
  }
}

const reasonOf = (
  error: NodeJS.ErrnoException,
  { port, host, named = 'PORT' }: { port: number; host: string; named?: string },
): string => {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program. Stop it, or start with another one: ${named}=${port + 1} npm start`
    case 'EACCES':
      return `Port ${port} may not be opened by this user. Take one above 1023: ${named}=8080 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no interface ${host}. Set HOST to 127.0.0.1 or 0.0.0.0.`
    default:
      return `Port ${port} cannot be opened: ${error.message}`
  }
}
