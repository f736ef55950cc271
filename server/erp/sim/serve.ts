import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { makeSimErp } from './app.ts'
import type { SimApp, SimDeps } from './app.ts'
import { Cut, withFaults } from './faults.ts'
import type { Faults, Handler } from './faults.ts'

/** Listens on a free port of the loopback interface. A `Cut` destroys the socket, as a broken line would. */
export const serveHandler = async (handle: Handler): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    const listener = getRequestListener(async incoming => handle(incoming), {
      errorHandler: error => {
        if (error instanceof Cut) request.socket.destroy()
        return new Response(null, { status: 500 })
      },
    })
    void listener(request, response)
  })
  // A line that is dropped when it has been quiet for a while is not one of the faults.
  server.keepAliveTimeout = 120_000
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** The sim as a real HTTP server, with faults to switch on. */
export const serveSimErp = async (
  deps: SimDeps,
): Promise<SimApp & { url: string; faults: Faults; close: () => Promise<void> }> => {
  const sim = makeSimErp(deps)
  const faults = withFaults(request => sim.app.fetch(request))
  return { ...sim, ...(await serveHandler(faults.handle)), faults }
}
