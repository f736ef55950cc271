import { protocol } from '@electric-sql/pglite'
import type { PGlite } from '@electric-sql/pglite'
import { makePreparedNames } from './prepared.ts'

type Send = PGlite['execProtocolStream']
type Answer = Awaited<ReturnType<Send>>

const [PARSE, DESCRIBE, BIND, STATEMENT] = ['P', 'D', 'B', 'S'].map(letter => letter.charCodeAt(0))
/** Type and length come before the content of a message. */
const HEAD = 5

/**
 * PGlite runs each statement as parse, describe, bind, execute and has no names for them. Here the messages between it and
 * PostgreSQL get the names of prepared.ts: a text that is prepared already is neither parsed nor described again.
 */
export const prepareOften = (pglite: Pick<PGlite, 'execProtocolStream'>): void => {
  const send: Send = pglite.execProtocolStream.bind(pglite)
  const names = makePreparedNames()
  const described = new Map<string, Answer>()
  /** The name of the statement that is being run; null = it has none. PGlite runs one at a time. */
  let name: string | null = null

  const parse: Send = async (message, options) => {
    name = null
    const text = textOf(message)
    const plan = text === null ? null : names.of(text)
    if (text === null || plan === null) return send(message, options)
    if (plan.stale !== null && described.delete(plan.stale))
      await send(protocol.serialize.close({ type: 'S', name: plan.stale }), options)
    const answer = described.has(plan.name)
      ? []
      : await send(protocol.serialize.parse({ name: plan.name, text }), options)
    name = plan.name
    return answer
  }
  const describe: Send = async (message, options) => {
    if (name === null) return send(message, options)
    const answer = described.get(name) ?? (await send(protocol.serialize.describe({ type: 'S', name }), options))
    described.set(name, answer)
    return answer
  }

  pglite.execProtocolStream = (message, options) => {
    if (message[0] === PARSE) return parse(message, options)
    if (message[0] === DESCRIBE && message[HEAD] === STATEMENT) return describe(message, options)
    return send(message[0] === BIND && name !== null ? bound(message, name) : message, options)
  }
}

/** The text of a statement without a name and without types, as PGlite sends them; null = leave it alone. */
const textOf = (message: Uint8Array): string | null => {
  const end = message.indexOf(0, HEAD + 1)
  const isPlain = message[HEAD] === 0 && message.length === end + 3 && message[end + 1] === 0 && message[end + 2] === 0
  return isPlain ? Buffer.from(message.buffer, message.byteOffset + HEAD + 1, end - HEAD - 1).toString() : null
}

/** The same values for a named statement: the name stands behind that of the portal, which is empty. */
const bound = (message: Uint8Array, name: string): Uint8Array => {
  const named = Buffer.alloc(message.length + name.length)
  named.set(message.subarray(0, HEAD + 1))
  named.write(name, HEAD + 1, 'latin1')
  named.set(message.subarray(HEAD + 1), HEAD + 1 + name.length)
  named.writeUInt32BE(named.length - 1, 1)
  return named
}
