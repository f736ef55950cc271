import { serveHandler } from '../../server/erp/sim/serve.ts'
import { forward } from './fault-proxy.ts'

export type Call = { method: string; path: string; body: string; status: number; ms: number }
export type Recorder = { url: string; calls: Call[]; close: () => Promise<void> }

/** Between the connector and the ERP: hands everything on and keeps what was asked. */
export const startRecorder = async (target: string): Promise<Recorder> => {
  const calls: Call[] = []
  const served = await serveHandler(async request => {
    const { pathname, search } = new URL(request.url)
    const body = await request.clone().text()
    const from = performance.now()
    const answer = await forward(target, request)
    calls.push({
      method: request.method,
      path: pathname + search,
      body,
      status: answer.status,
      ms: performance.now() - from,
    })
    return answer
  })
  return { ...served, calls }
}
