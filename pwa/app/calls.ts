import * as v from 'valibot'
import type { CallId, WorkerId } from '../../shared/ids.ts'
import { CALL_KINDS, callSchema, callsAnswerSchema, MAX_CALLS } from '../../shared/sync/calls.ts'
import type { Call, CallsAnswer, CallsRequest } from '../../shared/sync/calls.ts'
import { uuid } from '../../shared/sync/fields.ts'
import type { Api } from '../sync/api.ts'

/** What the desk wants of whoever has this handheld. */
export type Calls = {
  /** What nobody here has answered, the oldest first. */
  waiting: () => readonly Call[]
  /** Somebody has answered or read these. */
  answer: (ids: readonly CallId[]) => void
  /** An answer of the server says that there is something; the same word twice is one. */
  hinted: (word: string) => void
  /** The network may be back: what was answered meanwhile is told. */
  wake: () => void
  subscribe: (listener: () => void) => () => void
}

export type CallsOf = {
  /** Null = nobody could be asked. */
  ask: (request: CallsRequest) => Promise<CallsAnswer | null>
  storage: Pick<Storage, 'getItem' | 'setItem'>
  /** Who has the handheld now; null = nobody is at it. */
  worker: () => WorkerId | null
}

export const askCalls =
  (api: Pick<Api, 'json'>): CallsOf['ask'] =>
  async request => {
    const reply = await api.json(
      { method: 'POST', path: '/api/calls', body: JSON.stringify(request) },
      callsAnswerSchema,
    )
    return reply.kind === 'ok' ? reply.body : null
  }

const KEY = 'stockhand-calls'
const answerSchema = v.union([
  v.object({ id: uuid<CallId>(), worker: v.nullable(uuid<WorkerId>()) }),
  // As versions before have kept it: nobody knows any more who it was.
  v.pipe(
    uuid<CallId>(),
    v.transform(id => ({ id, worker: null })),
  ),
])
/** `got` and `read` have not been told yet; what was answered belongs to who had the handheld then. */
const keptSchema = v.object({ calls: v.array(callSchema), got: v.array(uuid<CallId>()), read: v.array(answerSchema) })
type Kept = v.InferOutput<typeof keptSchema>

const readKept = (storage: CallsOf['storage']): Kept => {
  try {
    const found = v.safeParse(keptSchema, JSON.parse(storage.getItem(KEY) ?? 'null'))
    if (found.success) return found.output
  } catch {
    // As if nothing had been kept: the server has what nobody has answered.
  }
  return { calls: [], got: [], read: [] }
}

/**
 * Calls are kept here before they are told to have come, so that a reload or a day without a network loses none, and what
 * was answered here is not shown again before the server knows.
 */
export const makeCalls = ({ ask, storage, worker }: CallsOf): Calls => {
  let kept = readKept(storage)
  let heard: string | null = null
  let said: string | null = null
  let isAsking = false
  const listeners = new Set<() => void>()
  const put = (next: Kept): void => {
    kept = next
    try {
      storage.setItem(KEY, JSON.stringify(kept))
    } catch {
      // A full disk: shown all the same, and asked for again after a reload.
    }
    for (const listener of listeners) listener()
  }
  const take = (told: Pick<CallsRequest, 'got' | 'read'>, { calls }: CallsAnswer): void => {
    const read = kept.read.filter(({ id }) => !told.read.includes(id))
    const known = new Set(kept.calls.map(call => call.id))
    const open = calls.filter(call => !read.some(({ id }) => id === call.id))
    const fresh = open.flatMap(call => (known.has(call.id) ? [] : [call.id]))
    put({ calls: open, read, got: [...kept.got.filter(id => !told.got.includes(id)), ...fresh] })
  }
  const look = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    try {
      await tellAll()
    } finally {
      isAsking = false
    }
  }
  const tellAll = async (): Promise<void> => {
    while (said !== heard || kept.got.length > 0 || kept.read.length > 0) {
      const [word, told] = [said, kept]
      // One request tells of one person: the others' answers go in the next.
      const by = told.read[0] === undefined ? worker() : told.read[0].worker
      const theirs = told.read.flatMap(one => (one.worker === by ? [one.id] : []))
      const [got, read] = [told.got.slice(0, MAX_CALLS), theirs.slice(0, MAX_CALLS)]
      const answer = await ask({ worker: by, got, read, knows: [...CALL_KINDS] })
      if (answer === null) break
      heard = word
      take({ got, read }, answer)
    }
  }
  return {
    waiting: () => kept.calls,
    answer: ids => {
      const [gone, calls, by] = [new Set(ids), kept.calls, worker()]
      const read = calls.flatMap(({ id }) => (gone.has(id) ? [{ id, worker: by }] : []))
      if (read.length === 0) return
      put({ ...kept, calls: calls.filter(call => !gone.has(call.id)), read: [...kept.read, ...read] })
      void look()
    },
    hinted: word => {
      said = word
      void look()
    },
    wake: () => {
      if (kept.got.length > 0 || kept.read.length > 0) void look()
    },
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
