import type { Context } from 'hono'
import * as v from 'valibot'
import { refused } from './refused.ts'

/** Reads the body, and not one byte more than `maxBytes`: what is too long is refused before it is parsed or kept. */
export const readBytes = async (c: Context, maxBytes: number): Promise<Buffer> => {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw refused('too_large')
  const reader = c.req.raw.body?.getReader()
  if (!reader) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const chunk: Uint8Array = part.value
    size += chunk.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      throw refused('too_large')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export const readBody = async (c: Context, maxBytes: number): Promise<string> =>
  (await readBytes(c, maxBytes)).toString()

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw refused('bad_request', 'The body is not JSON.')
  }
}

/** The value as the schema reads it, or a refusal that names the first field which does not fit, never its value. */
export const parseAs = <S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> => {
  const read = v.safeParse(schema, value)
  if (read.success) return read.output
  const path = v.getDotPath(read.issues[0])
  throw refused('bad_request', path === null ? 'The body does not fit.' : `The body does not fit at ${path}.`)
}
