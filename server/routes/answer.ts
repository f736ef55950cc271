import { promisify } from 'node:util'
import { constants, gzip, gzipSync } from 'node:zlib'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const gzipText = promisify(gzip)
const FAST = { level: constants.Z_BEST_SPEED } as const
/** Below it the header costs more than the compression saves. */
const GZIP_FROM = 1024
/** Up to here handing it to another thread and back costs more of this one than compressing it. */
const GZIP_HERE_TO = 16_384
const compressed = (text: string | Buffer): Buffer | Promise<Buffer> =>
  text.length <= GZIP_HERE_TO ? gzipSync(text, FAST) : gzipText(text, FAST)

export const takesGzip = (c: Context): boolean => /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')

/** Text with its type; compressed where it is worth it and the reader takes it, long ones off the main thread. */
export const sendText = async (
  c: Context,
  type: string,
  text: string | Buffer,
  status: ContentfulStatusCode = 200,
): Promise<Response> => {
  c.header('content-type', type)
  c.header('vary', 'accept-encoding')
  if (text.length < GZIP_FROM || !takesGzip(c)) return c.body(typeof text === 'string' ? text : bytesOf(text), status)
  c.header('content-encoding', 'gzip')
  return c.body(bytesOf(await compressed(text)), status)
}

export const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> => Uint8Array.from(buffer)

export const sendJson = (c: Context, body: unknown, status: ContentfulStatusCode = 200): Promise<Response> =>
  sendText(c, 'application/json; charset=utf-8', JSON.stringify(body), status)
