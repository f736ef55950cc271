/** The line is cut: a server destroys the socket instead of answering, a fetch fails. */
export class Cut extends Error {}

/**
 * What may happen to a call, each at most once per rule: the request is lost · the answer is lost after the change · the
 * answer is a server's error before or after the change · throttled with and without Retry-After · half an answer · a page ·
 * the call is carried out twice · the caller gives up first and the change comes late, when `release` is called.
 */
export const FAULTS = [
  'cutBefore',
  'cutAfter',
  'error500',
  'error500After',
  'error502',
  'throttled',
  'throttledSilently',
  'truncated',
  'html',
  'twice',
  'late',
] as const
export type Fault = (typeof FAULTS)[number]

/** `call` counts from 1, from when the rule was given; `matches` narrows it to certain calls: an RPC names what it does in the body only. */
export type FaultRule = { call: number; fault: Fault; matches?: (request: Request, body: string) => boolean }
export type Handler = (request: Request) => Promise<Response> | Response

type Pending = FaultRule & { left: number }

/** Faults around any HTTP handler: the sim itself, or a proxy before a real ERP. */
export const withFaults = (handle: Handler) => {
  let rules: Pending[] = []
  let late: (() => Promise<unknown>)[] = []
  let calls = 0
  const met = Object.fromEntries(FAULTS.map(fault => [fault, 0])) as Record<Fault, number>
  const next = (request: Request, body: string): Fault | null => {
    calls += 1
    let found: Fault | null = null
    for (const rule of rules) {
      if (rule.matches !== undefined && !rule.matches(request, body)) continue
      rule.left -= 1
      if (rule.left === 0) found ??= rule.fault
    }
    rules = rules.filter(rule => rule.left > 0)
    if (found !== null) met[found] += 1
    return found
  }
  return {
    handle: async (request: Request): Promise<Response> => {
      const fault = next(request, rules.some(rule => rule.matches !== undefined) ? await request.clone().text() : '')
      if (fault === 'late') {
        const kept = await copyOf(request)
        late.push(async () => handle(kept))
        throw new Cut()
      }
      return fault === null ? handle(request) : broken(fault, handle, request)
    },
    inject: (...given: readonly FaultRule[]): void => {
      rules = [...rules, ...given.map(rule => ({ ...rule, left: rule.call }))]
    },
    /** Carries out what came late. */
    release: async (): Promise<void> => {
      const waiting = late
      late = []
      for (const run of waiting) await run()
    },
    /** Forgets all rules. Returns how many were never met. */
    clear: (): number => {
      const unmet = rules.length
      rules = []
      return unmet
    },
    calls: (): number => calls,
    /** How often each fault has hit a call. */
    met: met as Readonly<Record<Fault, number>>,
    /** Calls that were given up by their caller and are still on their way. */
    waiting: (): number => late.length,
  }
}
export type Faults = ReturnType<typeof withFaults>

const copyOf = async (request: Request): Promise<Request> => {
  const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer()
  return new Request(request.url, {
    method: request.method,
    headers: request.headers,
    ...(body === null ? {} : { body }),
  })
}

const page = (status: number): Response =>
  new Response('<html><body>Gateway</body></html>', { status, headers: { 'content-type': 'text/html' } })
const fault500 = (): Response => Response.json({ error: 'internal' }, { status: 500 })

const broken = async (fault: Exclude<Fault, 'late'>, handle: Handler, request: Request): Promise<Response> => {
  switch (fault) {
    case 'cutBefore':
      throw new Cut()
    case 'error500':
      return fault500()
    case 'error502':
      return page(502)
    case 'throttled':
      return Response.json({ error: 'slow down' }, { status: 429, headers: { 'retry-after': '2' } })
    case 'throttledSilently':
      return Response.json({ error: 'slow down' }, { status: 429 })
    case 'cutAfter':
      await handle(request)
      throw new Cut()
    case 'error500After':
      await handle(request)
      return fault500()
    case 'html':
      await handle(request)
      return page(200)
    case 'truncated': {
      const answer = await handle(request)
      const text = await answer.text()
      return new Response(text.slice(0, Math.floor(text.length / 2)), {
        status: answer.status,
        headers: answer.headers,
      })
    }
    case 'twice': {
      const [first, again] = [await copyOf(request.clone()), await copyOf(request)]
      await handle(first)
      return handle(again)
    }
  }
}
