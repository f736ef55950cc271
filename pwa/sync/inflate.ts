/** Unpacks a block of the catalogue (raw deflate). */
export type Inflate = (bytes: Uint8Array) => Promise<Uint8Array>

/**
 * The browser's own: at a fourth of the processor's speed a block takes it a millisecond, where one in JavaScript that the
 * page has not warmed up takes ten. Rejects where the bytes are no such block.
 */
export const inflate: Inflate = async bytes => {
  const { readable, writable } = new DecompressionStream('deflate-raw')
  const writer = writable.getWriter()
  // Bytes of the store are never shared memory. Damage is told by the reading side too; here it would only be a second, unheard rejection.
  void writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => undefined)
  void writer.close().catch(() => undefined)
  const parts: Uint8Array[] = []
  const reader = readable.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) parts.push(read.value)
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
