import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const gzipText = promisify(gzip)
/** Below it the header costs more than the compression saves. */
const GZIP_FROM = 1024

export const takesGzip = (c: Context): boolean => /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')

/** Text with its type; compressed off the main thread where it is worth it and the reader takes it. */
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
  return c.body(bytesOf(await gzipText(text, { level: constants.Z_BEST_SPEED })), status)
}

export const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> => Uint8Array.from(buffer)

export const sendJson = (c: Context, body: unknown, status: ContentfulStatusCode = 200): Promise<Response> =>
  sendText(c, 'application/json; charset=utf-8', JSON.stringify(body), status)
