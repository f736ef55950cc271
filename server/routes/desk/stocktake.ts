import * as v from 'valibot'
import {
  stocktakeActSchema,
  stocktakeAnswerSchema,
  stocktakeDoneSchema,
  stocktakeQuery,
  stocktakesAnswerSchema,
} from '../../../shared/desk/stocktake.ts'
import type { StocktakeDone } from '../../../shared/desk/stocktake.ts'
import type { Role } from '../../../shared/roles.ts'
import { stocktakeOf } from '../../sync/stocktake.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients, view } from './parts.ts'

const READERS: readonly Role[] = ['supervisor', 'administrator']
const MAX_LISTED = 50

export const STOCKTAKE_ENDPOINTS = [
  view(
    {
      path: '/api/desk/stocktakes',
      summary: 'Stocktakes, the newest first, and the zones that can be counted.',
      query: v.object({}),
      answer: stocktakesAnswerSchema,
      roles: READERS,
    },
    async (at, _, { stores }) => {
      ofAllClients(at)
      return stores.stocktakes.list(at.warehouse, MAX_LISTED)
    },
  ),
  view(
    {
      path: '/api/desk/stocktake',
      summary: 'How a stocktake stands: places by zone, counters, differences in pieces and value, accuracy.',
      query: stocktakeQuery,
      answer: stocktakeAnswerSchema,
      roles: READERS,
    },
    async (at, { id }, { stores, now }) => {
      ofAllClients(at)
      const found = await stores.stocktakes.read(at.warehouse, id, at.who.id)
      if (found === null) throw refused('not_found', 'There is no such stocktake.')
      return { ...found, asOf: now() }
    },
  ),
  deskEndpoint(
    {
      method: 'POST',
      path: '/api/desk/stocktake',
      summary: 'Opens a count of the whole warehouse or of zones, leaves a place out with a reason, or closes it.',
      body: json(64 * 1024, stocktakeActSchema),
      roles: ['supervisor'],
      answers: { 200: { description: 'Done, or refused with a code', schema: stocktakeDoneSchema } },
      refusals: ['role'],
    },
    async ({ c, deps, body, who, warehouse }) => {
      ofAllClients({ who })
      const at = { warehouse, now: deps.now() }
      const { outcome, code } = await deps.stores.stocktakes.decide(at, who.id, body)
      if (outcome === 'done') deps.doorbell.ring(warehouse)
      const stocktake = body.act === 'open' ? (outcome === 'done' ? stocktakeOf(body.id) : null) : body.stocktake
      return sendJson(c, { outcome, stocktake, ...(code === undefined ? {} : { code }) } satisfies StocktakeDone)
    },
  ),
]
