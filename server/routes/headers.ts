import type { Context, Next } from 'hono'

/** No inline code, nothing from elsewhere; compiled barcode decoding is allowed and needs no `unsafe-eval`. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** All headers that every answer has, in one place: several middlewares that touch headers cost more than all routes. */
export const headers = async (c: Context, next: Next): Promise<void> => {
  c.header('content-security-policy', POLICY)
  c.header('permissions-policy', 'camera=(self), microphone=(), geolocation=()')
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'no-referrer')
  // A route that answers something that may be kept says so itself.
  if (c.req.path.startsWith('/api/')) c.header('cache-control', 'no-store')
  await next()
}
