import { movesAnswerSchema } from '../../shared/sync/moves.ts'
import type { MovesAnswer, MovesOf, MovesRequest } from '../../shared/sync/moves.ts'
import type { Api } from './api.ts'
import type { Handheld } from './handheld.ts'
import type { CacheStore } from './ports.ts'

/** Whoever looks stands and waits. */
const TIMEOUT_MS = 8000

export type AskMoves = {
  api: Pick<Api, 'json'>
  handheld: Pick<Handheld, 'session'>
  cache: Pick<CacheStore, 'head'>
}

/** The ledger is the server's. What is counted blind here is named, so that no answer tells of it. Null = no network. */
export const askMoves = async ({ api, handheld, cache }: AskMoves, of: MovesOf): Promise<MovesAnswer | null> => {
  const session = handheld.session()
  if (session === null) return null
  const blind = [...((await cache.head())?.blind ?? [])]
  const request: MovesRequest = { of, blind, session: session.id, worker: session.worker.id }
  const reply = await api.json(
    { method: 'POST', path: '/api/moves', body: JSON.stringify(request), timeoutMs: TIMEOUT_MS },
    movesAnswerSchema,
  )
  return reply.kind === 'ok' ? reply.body : null
}
