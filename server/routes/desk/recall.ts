import type { Worker } from '../../../shared/catalogue.ts'
import {
  lotsAnswerSchema,
  lotsQuery,
  recallAnswerSchema,
  recallDoneSchema,
  recallQuery,
  recallSchema,
} from '../../../shared/desk/recall.ts'
import type { LotKey, RecallDone } from '../../../shared/desk/recall.ts'
import type { WarehouseId } from '../../../shared/ids.ts'
import { mayDo } from '../../../shared/roles.ts'
import type { Role } from '../../../shared/roles.ts'
import { sendJson } from '../answer.ts'
import type { AppDeps } from '../deps.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { workerOf } from '../scope.ts'
import { LOOKERS, view, viewer } from './parts.ts'

const MAX_LOTS = 50

/** Warehouses where the person works, as each of them has them, with one of these roles and for this client. */
export const theirs = async (
  deps: Pick<AppDeps, 'stores'>,
  who: Worker,
  lot: LotKey,
  roles: readonly Role[],
): Promise<readonly { id: WarehouseId; name: string }[]> => {
  const { site } = deps.stores
  const mine: { id: WarehouseId; name: string }[] = []
  for (const one of await site.warehouses()) {
    const here = await workerOf(site, { warehouse: one.id }, who.id)
    if (here !== null && mayDo(here.roles, roles) && (here.clients === null || here.clients.includes(lot.client)))
      mine.push(one)
  }
  return mine
}

export const RECALL_ENDPOINTS = [
  view(
    {
      path: '/api/desk/lots',
      summary: 'Lots by number, SKU or name, the recalled ones first.',
      query: lotsQuery,
      answer: lotsAnswerSchema,
    },
    async (at, { q }, { stores }) => ({ rows: await stores.recalls.lots(viewer(at), q.trim(), MAX_LOTS) }),
  ),
  view(
    {
      path: '/api/desk/recall',
      summary: 'Where a lot lies, where it came from and who received it, in every warehouse where the person works.',
      query: recallQuery,
      answer: recallAnswerSchema,
    },
    async (at, lot, deps) => {
      const found = await deps.stores.recalls.lot(viewer(at), lot)
      if (found === null) throw refused('not_found', 'There is no such lot.')
      const warehouses = []
      for (const { id, name } of await theirs(deps, at.who, lot, LOOKERS))
        warehouses.push({
          warehouse: id,
          warehouseName: name,
          ...(await deps.stores.recalls.trace(id, lot, at.who.id)),
        })
      return { lot: found, warehouses, asOf: deps.now() }
    },
  ),
  deskEndpoint(
    {
      method: 'POST',
      path: '/api/desk/recall',
      summary: 'Blocks a lot wherever it lies, now and when more of it comes, or ends that.',
      body: json(16 * 1024, recallSchema),
      roles: ['supervisor'],
      answers: { 200: { description: 'What each warehouse has done', schema: recallDoneSchema } },
      refusals: ['role', 'not_found'],
    },
    async ({ c, deps, body, who, warehouse }) => {
      if ((await deps.stores.recalls.lot(viewer({ who, warehouse }), body)) === null)
        throw refused('not_found', 'There is no such lot.')
      const results: RecallDone['results'] = []
      for (const { id } of await theirs(deps, who, body, ['supervisor'])) {
        const expectedVersion = body.expected[id]
        if (expectedVersion === undefined) continue
        const at = { warehouse: id, now: deps.now() }
        const { outcome, code, version } = await deps.stores.recalls.decide(at, who.id, { ...body, expectedVersion })
        results.push({ warehouse: id, outcome, version, ...(code === undefined ? {} : { code }) })
        if (outcome === 'done') deps.doorbell.ring(id)
      }
      return sendJson(c, { results } satisfies RecallDone)
    },
  ),
]
