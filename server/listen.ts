import { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'

export type Listening = { port: number; close(): Promise<void> }

/** How long a request that is being served may take to end after the stop. */
const GRACE_MS = 5_000

/** Opens the socket. Rejects with a line for the person who starts it when the port is taken or not allowed. */
export const listen = async (app: Hono, at: { port: number; host: string }): Promise<Listening> => {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: 10_000, requestTimeout: 20_000 },
  })
  if (!(server instanceof Server)) throw new Error('the adaptor made no HTTP server')
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(reasonOf(error, at), { cause: error })))
    server.listen(at.port, at.host)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    close: () =>
      new Promise(resolve => {
        const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
        server.close(() => {
          clearTimeout(late)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

const reasonOf = (error: NodeJS.ErrnoException, { port, host }: { port: number; host: string }): string => {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program. Stop it, or start with another one: PORT=${port + 1} npm start`
    case 'EACCES':
      return `Port ${port} may not be opened by this user. Take one above 1023: PORT=8080 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no interface ${host}. Set HOST to 127.0.0.1 or 0.0.0.0.`
    default:
      return `Port ${port} cannot be opened: ${error.message}`
  }
}
