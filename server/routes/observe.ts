import type { Context, Next } from 'hono'
import type { AppDeps } from './deps.ts'
import { noteCaller } from './caller.ts'
import { noted } from './noted.ts'

const METHODS = new Set(['GET', 'POST', 'HEAD', 'OPTIONS'])
/** Asked every few seconds by machines, or dozens at once for a page; logged when they fail. */
const QUIET = new Set(['app', 'demo', '/api/health', '/api/ready', '/metrics'])

/** Around everything else: who asks, how long it took, one line in the log, one observation in the metrics. */
export const observe =
  ({ ops, log }: Pick<AppDeps, 'ops' | 'log'>) =>
  async (c: Context, next: Next): Promise<void> => {
    const began = ops.elapsedMs()
    noteCaller(c, ops.isProxy)
    await next()
    const ms = ops.elapsedMs() - began
    const { route = otherOf(c.req.path), ...more } = noted(c)
    const method = METHODS.has(c.req.method) ? c.req.method : 'other'
    const { status } = c.res
    ops.metrics.request({ route, method, status }, ms / 1000)
    if (status < 400 && QUIET.has(route)) return
    log.info({ route, method, status, ms: Math.round(ms * 10) / 10, ...more }, 'request')
  }

/** Few names for what has no route of its own, whatever strangers ask for. */
const otherOf = (path: string): string => {
  if (path === '/api/openapi.json') return path
  if (path.startsWith('/api/')) return 'unknown'
  return path === '/demo' || path.startsWith('/demo/') ? 'demo' : 'app'
}
