const LENGTH_BYTES = 4

/** Several texts of bytes in one answer: the length of each (32 bits, little-endian), then the bytes. Missing: length 0. */
export const framed = (parts: readonly (Uint8Array | null)[]): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + LENGTH_BYTES + (part?.length ?? 0), 0))
  const view = new DataView(whole.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part?.length ?? 0, true)
    if (part !== null) whole.set(part, at + LENGTH_BYTES)
    at += LENGTH_BYTES + (part?.length ?? 0)
  }
  return whole
}

/** The parts again, or null where the bytes are not exactly so many frames. */
export const framesIn = (bytes: Uint8Array<ArrayBuffer>, count: number): (Uint8Array<ArrayBuffer> | null)[] | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: (Uint8Array<ArrayBuffer> | null)[] = []
  let at = 0
  for (let i = 0; i < count; i += 1) {
    if (at + LENGTH_BYTES > bytes.length) return null
    const length = view.getUint32(at, true)
    at += LENGTH_BYTES
    if (at + length > bytes.length) return null
    parts.push(length === 0 ? null : bytes.slice(at, at + length))
    at += length
  }
  return at === bytes.length ? parts : null
}
