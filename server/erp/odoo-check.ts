import * as v from 'valibot'
import type { Health, Problem } from './connector.ts'
import { isErpError } from './erp-error.ts'
import { number, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import { keyEnd, readSite } from './odoo-site.ts'

/** What the connector does with each model over there: every right is asked for by itself. */
const RIGHTS: readonly (readonly [model: string, operations: readonly string[]])[] = [
  ['product.product', ['read']],
  ['uom.uom', ['read']],
  ['res.partner', ['read']],
  ['stock.warehouse', ['read']],
  ['stock.location', ['read']],
  ['stock.quant', ['read']],
  ['stock.lot', ['read', 'create']],
  ['stock.picking', ['read', 'write', 'create']],
  ['stock.move', ['read', 'write', 'create']],
  ['stock.move.line', ['read', 'write', 'create']],
  ['mail.message', ['read', 'create']],
  ['purchase.order', ['read']],
  ['purchase.order.line', ['read']],
  ['sale.order', ['read']],
  ['sale.order.line', ['read']],
]
/** Fields that we build on, and the module that brings them. */
const FIELDS: readonly (readonly [model: string, field: string, module: string])[] = [
  ['stock.move', 'purchase_line_id', 'purchase_stock'],
  ['stock.move', 'sale_line_id', 'sale_stock'],
]
const MAX_SKEW_MS = 5 * 60_000
const OLDEST = 16

const companyRow = v.object({ id: number, name: text })

/** Tries every right, field and setting that we shall need, one by one, so that what is missing is named before it is needed. */
export const check = async (
  odoo: Odoo,
  settings: { warehouse: string; newest: boolean },
  now: () => string,
  signal: AbortSignal,
): Promise<Health> => {
  odoo.forget()
  const version = await odoo.version(signal)
  const serverTime = await odoo.clock(signal)
  const { uid, zone } = await odoo.user(signal)
  const problems: Problem[] = [...versionProblems(version, settings.newest), ...clockProblems(serverTime, now())]
  for (const [model, operations] of RIGHTS)
    for (const operation of operations)
      if (!(await hasRight(odoo, model, operation, signal)))
        problems.push({
          kind: 'right',
          subject: `${model}: ${operation}`,
          words: `The user of this connection may not ${operation} ${model}. Give it the group that may, or install the module.`,
        })
  for (const [model, field, module] of FIELDS)
    if (
      problems.every(problem => !problem.subject.startsWith(`${model}:`)) &&
      !(await odoo.fields(model, signal)).has(field)
    )
      problems.push({ kind: 'module', subject: module, words: `Install the module ${module} in Odoo.` })
  const site = await readSite(odoo, settings.warehouse, signal)
  if (site.steps.reception !== 'one_step' || site.steps.delivery !== 'ship_only')
    problems.push({
      kind: 'setting',
      subject: `warehouse ${site.name}`,
      words: 'Set receipts and deliveries of this warehouse to one step: the steps between are done in Stockhand.',
    })
  const [company] = await odoo.rows('res.company', companyRow, { domain: [['id', '=', site.company]] }, signal)
  return {
    ok: problems.length === 0,
    serverTime,
    timeZone: zone,
    company: company?.name ?? '',
    version,
    problems,
    expiresAt: await keyEnd(odoo, uid, serverTime, signal),
  }
}

const hasRight = async (odoo: Odoo, model: string, operation: string, signal: AbortSignal): Promise<boolean> => {
  const call = {
    model,
    method: 'check_access_rights',
    phase: 'read',
    args: { operation, raise_exception: false },
  } as const
  try {
    return await odoo.call(call, v.boolean(), signal)
  } catch (error) {
    // A model that is not there is one answer in JSON-2 and another in JSON-RPC.
    if (isErpError(error) && (error.class === 'config' || error.class === 'rejected')) return false
    throw error
  }
}

const versionProblems = (version: string, newest: boolean): Problem[] => {
  const major = Number.parseInt(/\d+/.exec(version)?.[0] ?? '', 10)
  if (!Number.isFinite(major)) return []
  if (major < OLDEST)
    return [
      {
        kind: 'setting',
        subject: `Odoo ${version}`,
        words: `Odoo ${OLDEST} is the oldest version that this connector speaks to.`,
      },
    ]
  return newest && major < 19
    ? [
        {
          kind: 'setting',
          subject: `Odoo ${version}`,
          words: 'Choose the protocol JSON-RPC: JSON-2 begins with Odoo 19.',
        },
      ]
    : []
}
const clockProblems = (server: string, now: string): Problem[] =>
  Math.abs(Date.parse(server) - Date.parse(now)) > MAX_SKEW_MS
    ? [
        {
          kind: 'clock',
          subject: server,
          words: 'The clocks of Odoo and of this server are more than five minutes apart.',
        },
      ]
    : []
