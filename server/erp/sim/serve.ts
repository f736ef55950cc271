import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Cut, makeSimErp } from './app.ts'
import type { SimDeps } from './app.ts'

/** Listens on a free port of the loopback interface. A `Cut` destroys the socket, as a broken line would. */
export const serveSimErp = async (
  deps: SimDeps,
): Promise<{ url: string; fault: ReturnType<typeof makeSimErp>['fault']; close: () => Promise<void> }> => {
  const { app, fault } = makeSimErp(deps)
  const server = createServer((request, response) => {
    const listener = getRequestListener(app.fetch, {
      errorHandler: error => {
        if (error instanceof Cut) request.socket.destroy()
        return new Response(null, { status: 500 })
      },
    })
    void listener(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    fault,
    close: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
