import type * as v from 'valibot'
import { MAX_ROWS } from '../../../shared/desk/view.ts'
import type { Role } from '../../../shared/roles.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import type { AppDeps } from '../deps.ts'
import type { AtDesk } from '../desk-door.ts'
import { deskEndpoint, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'

/** Who sees stock and documents: everybody who decides something, and a client's people what is theirs. */
export const LOOKERS: readonly Role[] = ['supervisor', 'integrator', 'administrator', 'client']

export const viewer = ({ who, warehouse }: Pick<AtDesk, 'who' | 'warehouse'>) => ({
  warehouse,
  clients: who.clients,
  worker: who.id,
})

/** What is the whole warehouse's is neither seen nor decided by who is limited to some clients. */
export const ofAllClients = ({ who }: Pick<AtDesk, 'who'>): void => {
  if (who.clients !== null) throw refused('role', 'This is of all clients, and not cut to some.')
}

export const pageOf = ({ after, limit }: { after: string; limit: string }) => {
  const rows = Number(limit)
  if (!Number.isSafeInteger(rows) || rows < 1 || rows > MAX_ROWS)
    throw refused('bad_request', `A page has 1 to ${MAX_ROWS} rows.`)
  return { after, limit: rows }
}

/** What every view of the desk has in common. */
export const view = <S extends v.GenericSchema, A extends v.GenericSchema>(
  spec: { path: string; summary: string; query: S; answer: A; roles?: readonly Role[] },
  read: (at: AtDesk, query: v.InferOutput<S>, deps: AppDeps) => Promise<v.InferOutput<A>>,
) =>
  deskEndpoint(
    {
      method: 'GET',
      path: spec.path,
      summary: spec.summary,
      query: spec.query,
      body: NOTHING,
      roles: spec.roles ?? LOOKERS,
      answers: { 200: { description: 'What there is', schema: spec.answer } },
      refusals: ['bad_request', 'not_found'],
    },
    async ({ c, deps, session, token, who, warehouse }) =>
      sendJson(c, await read({ session, token, who, warehouse }, parseAs(spec.query, c.req.query()), deps)),
  )
