import { withFaults } from '../../server/erp/sim/faults.ts'
import type { Faults } from '../../server/erp/sim/faults.ts'
import { serveHandler } from '../../server/erp/sim/serve.ts'

/** What belongs to one connection only and is not handed on. */
const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'accept-encoding'])
const handedOn = (headers: Headers): Headers => {
  const kept = new Headers(headers)
  for (const name of HOP) kept.delete(name)
  return kept
}

export type FaultProxy = { url: string; faults: Faults; close: () => Promise<void> }

/** The same call to the ERP, and its answer. */
export const forward = async (target: string, request: Request): Promise<Response> => {
  const { pathname, search } = new URL(request.url)
  const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer()
  const answer = await fetch(target + pathname + search, {
    method: request.method,
    headers: handedOn(request.headers),
    redirect: 'manual',
    ...(body === null ? {} : { body }),
  })
  const headers = handedOn(answer.headers)
  headers.delete('content-encoding')
  return new Response(await answer.arrayBuffer(), { status: answer.status, headers })
}

/** Between the connector and the ERP, whichever it is: the same faults hit the sim and the real ones. */
export const startFaultProxy = async (target: string): Promise<FaultProxy> => {
  const faults = withFaults(request => forward(target, request))
  return { ...(await serveHandler(faults.handle)), faults }
}
