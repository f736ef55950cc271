import * as v from 'valibot'
import type { ErpConnector, InboundKind } from './connector.ts'
import { isFull } from './file-inbox.ts'
import type { Inbox } from './file-inbox.ts'
import { IN_FILES } from './file-records.ts'
import type { InFile, RawRecord } from './file-records.ts'
import { readRecords } from './inbound.ts'
import type { Flaw } from './inbound.ts'

/** A place in the log of taken files: behind so many records of this one. Its name holds the hash of its content. */
const cursorSchema = v.object({ file: v.string(), at: v.number() })
type Cursor = v.InferOutput<typeof cursorSchema>
const cursorOf = (text: string | null): Cursor => {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), cursorSchema), text)
  return read.success ? read.output : { file: '', at: 0 }
}

export type FilePage = { raw: readonly RawRecord[]; flaws: readonly Flaw[]; next: string; more: boolean }

/** The next records of a kind, over as many files as a page takes. */
export const pageOf = async (inbox: Inbox, kind: InFile, text: string | null, limit: number): Promise<FilePage> => {
  const cursor = cursorOf(text)
  const flaws = [...(await inbox.take(kind, cursor.file))]
  const raw: RawRecord[] = []
  let next = text ?? ''
  for (const name of (await inbox.done(kind)).filter(one => one >= cursor.file)) {
    const found = await inbox.records(kind, name)
    const from = name === cursor.file ? cursor.at : 0
    if (from > 0 && from >= found.raw.length) continue
    if (raw.length >= limit) return { raw, flaws, next, more: true }
    if (from === 0) flaws.push(...found.flaws)
    const some = found.raw.slice(from, from + limit - raw.length)
    raw.push(...some)
    // A file without records is behind the cursor all the same, so that its flaws are told once.
    next = JSON.stringify({ file: name, at: Math.max(1, from + some.length) })
    if (from + some.length < found.raw.length) return { raw, flaws, next, more: true }
  }
  return { raw, flaws, next, more: false }
}

const isKind = (kind: InboundKind): kind is InboundKind & InFile => kind in IN_FILES

export const filePulling = (inbox: Inbox): Pick<ErpConnector, 'pull' | 'ids'> => ({
  pull: async (kind, text, limit) => {
    if (!isKind(kind)) return { items: [], flaws: [], next: text ?? '', more: false }
    const { raw, flaws, next, more } = await pageOf(inbox, kind, text, limit)
    const read = readRecords(kind, raw)
    return { items: read.items, flaws: [...flaws, ...read.flaws], next, more }
  },
  /** What the files say together: a full one begins anew, later ones add and take away. */
  ids: async function* (kind) {
    if (!isKind(kind)) return
    const names = await inbox.done(kind)
    const from = Math.max(0, names.findLastIndex(isFull))
    const active = new Set<string>()
    for (const name of names.slice(from))
      for (const { id, record } of (await inbox.records(kind, name)).raw)
        if (isActive(record)) active.add(id)
        else active.delete(id)
    yield* active
  },
})

const isActive = (record: unknown): boolean =>
  typeof record === 'object' &&
  record !== null &&
  (!('active' in record) || record.active !== false) &&
  (!('state' in record) || record.state === 'open')
