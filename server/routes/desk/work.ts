import { boardAnswerSchema, boardQuery, workActSchema, workDoneSchema } from '../../../shared/desk/work.ts'
import type { WorkDone } from '../../../shared/desk/work.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { pageOf, view, viewer } from './parts.ts'

export const WORK_ENDPOINTS = [
  view(
    {
      path: '/api/desk/board',
      summary: 'Work that is not over: who has it on which handheld, how far it is, when something was scanned last.',
      query: boardQuery,
      answer: boardAnswerSchema,
      roles: ['supervisor', 'administrator'],
    },
    async (at, { part, q, ...page }, { stores, now }) => ({
      ...(await stores.deskWork.board(viewer(at), { part, q: q.trim(), ...pageOf(page) })),
      asOf: now(),
    }),
  ),
  deskEndpoint(
    {
      method: 'POST',
      path: '/api/desk/work',
      summary:
        'Holds, releases, ranks, puts off or cancels an order, closes or reopens a delivery, gives somebody’s work to somebody else or takes it back.',
      body: json(4096, workActSchema),
      roles: ['supervisor'],
      answers: { 200: { description: 'Done, or refused with a code', schema: workDoneSchema } },
      refusals: ['role'],
    },
    async ({ c, deps, body, who, warehouse }) => {
      const { outcome, code } = await deps.stores.deskWork.decide({ warehouse, now: deps.now() }, who, body)
      if (outcome === 'done') deps.doorbell.ring(warehouse)
      return sendJson(c, { outcome, ...(code === undefined ? {} : { code }) } satisfies WorkDone)
    },
  ),
]
