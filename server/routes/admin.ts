import type { Context } from 'hono'
import * as v from 'valibot'
import type { WarehouseId } from '../../shared/ids.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { issueCode, newCode } from '../auth/code.ts'
import { equal } from '../auth/token.ts'
import { sendJson } from './answer.ts'
import { readBody } from './body.ts'
import type { AppDeps } from './deps.ts'
import { fromHere } from './caller.ts'
import { json } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { refused } from './refused.ts'

const requestSchema = v.object({ warehouse: v.optional(uuid<WarehouseId>()) })
const BODY = json(1024, requestSchema)
export const codeAnswerSchema = v.object({ code: v.string(), expiresAt: v.nullable(v.string()), warehouse: v.string() })
export type CodeAnswer = v.InferOutput<typeof codeAnswerSchema>

/** This machine only, and only somebody who can read the data folder. */
const letIn = (c: Context, deps: AppDeps): void => {
  const [scheme, secret] = (c.req.header('authorization') ?? '').split(' ')
  const good = scheme === 'Bearer' && equal(Buffer.from(secret ?? ''), Buffer.from(deps.adminSecret))
  if (!good || deps.adminSecret === '' || !fromHere(c)) throw refused('unauthorised')
}

/** POST /api/admin/code: what `npm run enrol` asks, because an embedded database is open in one process only. */
export const codeEndpoint: Endpoint = {
  method: 'POST',
  path: '/api/admin/code',
  summary: 'Makes a set-up code that works once, for ten minutes. For the command line on this machine.',
  door: 'admin',
  body: BODY,
  answers: { 200: { description: 'The code', schema: codeAnswerSchema } },
  refusals: ['not_found'],
  run: async (c, deps) => {
    letIn(c, deps)
    const want = BODY.read(await readBody(c, BODY.maxBytes))
    const all = await deps.stores.site.warehouses()
    const warehouse = want.warehouse ? all.find(row => row.id === want.warehouse) : all[0]
    if (!warehouse) throw refused('not_found', 'There is no such warehouse.')
    const code = await issueCode(deps.stores.devices, {
      warehouse: warehouse.id,
      now: deps.now(),
      reusable: false,
      code: newCode(deps.random),
    })
    return sendJson(c, { ...code, warehouse: warehouse.name } satisfies CodeAnswer)
  },
}
