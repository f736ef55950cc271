export type ByteReader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>

/** Lines of a stream of UTF-8 text as they come, without their ends. A stream that breaks or is cancelled simply ends. */
export async function* linesOf(reader: ByteReader): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const piece = await next(reader)
      if (piece === null) break
      const parts = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      yield* parts
    }
    if (rest !== '') yield rest
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

const next = async (reader: ByteReader): Promise<Uint8Array<ArrayBuffer> | null> => {
  try {
    const { done, value } = await reader.read()
    return done ? null : value
  } catch {
    return null
  }
}
