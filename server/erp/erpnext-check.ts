import * as v from 'valibot'
import type { Health, Problem } from './connector.ts'
import { isErpError } from './erp-error.ts'
import type { Frappe } from './erpnext-rpc.ts'
import { readSite } from './erpnext-site.ts'
import type { Chosen } from './erpnext-site.ts'

const READ = ['read']
const POSTS = ['read', 'create', 'write', 'submit']
/** What the connector does with each doctype over there: every right is asked for by itself. */
const RIGHTS: readonly (readonly [doctype: string, rights: readonly string[]])[] = [
  ['Item', READ],
  ['UOM', READ],
  ['Supplier', READ],
  ['Customer', READ],
  ['Address', READ],
  ['Country', READ],
  ['Company', READ],
  ['Warehouse', READ],
  ['Bin', READ],
  ['Stock Ledger Entry', READ],
  ['Stock Reconciliation', READ],
  ['Batch', ['read', 'create']],
  ['Serial No', ['read', 'create']],
  ['Purchase Order', READ],
  ['Sales Order', ['read', 'write']],
  ['Purchase Receipt', POSTS],
  ['Delivery Note', POSTS],
  ['Stock Entry', POSTS],
]
const KEYED = ['Purchase Receipt', 'Delivery Note', 'Stock Entry']
const MAX_SKEW_MS = 5 * 60_000
const OLDEST = 14

const versions = v.record(v.string(), v.looseObject({ version: v.optional(v.string(), '') }))
const allowed = v.object({ has_permission: v.unknown() })

/** Tries every right, field and setting that we shall need, one by one, so that what is missing is named before it is needed. */
export const check = async (
  frappe: Frappe,
  settings: Chosen & { keyField: string },
  now: () => string,
  signal: AbortSignal,
): Promise<Health> => {
  frappe.forget()
  const serverTime = await frappe.clock(signal)
  const version = await versionOf(frappe, signal)
  const rights = await missingRights(frappe, signal)
  const named = new Set(rights.map(problem => problem.subject))
  const problems: Problem[] = [...clockProblems(serverTime, now()), ...versionProblems(version), ...rights]
  for (const doctype of KEYED)
    if (!named.has(`${doctype}: read`))
      problems.push(...(await keyProblems(frappe, doctype, settings.keyField, signal)))
  const site =
    named.has('Company: read') || named.has('Warehouse: read') ? null : await readSite(frappe, settings, signal)
  return {
    ok: problems.length === 0,
    serverTime,
    timeZone: site?.zone ?? 'UTC',
    company: site?.company ?? '',
    version,
    problems,
    expiresAt: null,
  }
}

const versionOf = async (frappe: Frappe, signal: AbortSignal): Promise<string> => {
  const call = { name: 'frappe.utils.change_log.get_versions', phase: 'read' } as const
  const apps = await frappe.method(call, versions, signal).catch(unlessConfig)
  return apps?.['erpnext']?.version ?? ''
}
/** Some sites do not tell; nothing depends on it. */
const unlessConfig = (error: unknown): null => {
  if (isErpError(error) && error.class === 'config') return null
  throw error
}

const missingRights = async (frappe: Frappe, signal: AbortSignal): Promise<Problem[]> => {
  const problems: Problem[] = []
  for (const [doctype, rights] of RIGHTS)
    for (const right of rights) {
      const args = { doctype, docname: '', perm_type: right }
      const call = { name: 'frappe.client.has_permission', phase: 'read', args } as const
      const answer = await frappe.method(call, allowed, signal).catch(unlessConfig)
      if (!answer?.has_permission)
        problems.push({
          kind: 'right',
          subject: `${doctype}: ${right}`,
          words: `The user of this connection may not ${right} ${doctype}. Give it a role that may.`,
        })
    }
  return problems
}

const keyProblems = async (
  frappe: Frappe,
  doctype: string,
  keyField: string,
  signal: AbortSignal,
): Promise<Problem[]> => {
  const field = (await frappe.fields(doctype, signal)).get(keyField)
  const words =
    field === undefined
      ? `Add a field ${keyField} of type Data to ${doctype} (Customize Form), and tick Unique and No Copy.`
      : !field.unique
        ? `Tick Unique at ${keyField} of ${doctype}: without it a message may be booked twice.`
        : !field.no_copy
          ? `Tick No Copy at ${keyField} of ${doctype}: without it an amended or copied document is refused.`
          : null
  return words === null ? [] : [{ kind: 'setting', subject: `${doctype}: ${keyField}`, words }]
}

const versionProblems = (version: string): Problem[] => {
  const major = Number.parseInt(version, 10)
  return Number.isFinite(major) && major < OLDEST
    ? [
        {
          kind: 'setting',
          subject: `ERPNext ${version}`,
          words: `ERPNext ${OLDEST} is the oldest version that this connector speaks to.`,
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
          words: 'The clocks of ERPNext and of this server are more than five minutes apart.',
        },
      ]
    : []
