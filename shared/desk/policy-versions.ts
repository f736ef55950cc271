import * as v from 'valibot'
import type { DecisionId, SessionId, WorkerId } from '../ids.ts'
import type { Policy, PolicySet } from '../policy.ts'
import { uuid } from '../sync/fields.ts'

/** POST /api/policies/restore: what an earlier version said becomes a new version. */
export type PolicyRestore = { id: DecisionId; expectedVersion: number; version: number }
const version = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
export const policyRestoreSchema: v.GenericSchema<unknown, PolicyRestore & { worker: WorkerId; session: SessionId }> =
  v.object({
    worker: uuid<WorkerId>(),
    session: uuid<SessionId>(),
    id: uuid<DecisionId>(),
    expectedVersion: version,
    version,
  })

/** One value that a version has changed. `client` null = the warehouse; `key` empty = the client has policies of its own, or none any more. */
export const policyChangeSchema = v.object({
  client: v.nullable(v.string()),
  key: v.string(),
  before: v.unknown(),
  after: v.unknown(),
})
export type PolicyChange = v.InferOutput<typeof policyChangeSchema>

/** GET /api/policies/versions, the newest first. */
export const policyVersionsSchema = v.object({
  rows: v.array(
    v.object({
      version: v.number(),
      at: v.string(),
      /** Null = the server by itself. */
      worker: v.nullable(v.string()),
      /** The version that was gone back to. */
      restored: v.nullable(v.number()),
      changes: v.array(policyChangeSchema),
    }),
  ),
  /** Null = that was all. */
  next: v.nullable(v.string()),
})
export type PolicyVersions = v.InferOutput<typeof policyVersionsSchema>

/** JSON with its names in order: two databases may give them in two. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  ) ?? 'null'

type Groups = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>

const between = (client: string | null, before: Groups, after: Groups): readonly PolicyChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(group => {
    const [was, is] = [before[group] ?? {}, after[group] ?? {}]
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter(key => textOf(was[key]) !== textOf(is[key]))
      .map(key => ({ client, key: `${group}.${key}`, before: was[key] ?? null, after: is[key] ?? null }))
  })

const groupsOf = (policy: Policy): Groups => policy

/** What a version says otherwise than the one before it. */
export const policyChanges = (before: PolicySet, after: PolicySet): readonly PolicyChange[] => [
  ...between(null, groupsOf(before.warehouse), groupsOf(after.warehouse)),
  ...[...new Set([...Object.keys(before.clients), ...Object.keys(after.clients)])].flatMap(client => {
    const [was, is] = [before.clients[client], after.clients[client]]
    if (was !== undefined && is !== undefined) return between(client, groupsOf(was), groupsOf(is))
    return [{ client, key: '', before: was !== undefined, after: is !== undefined }]
  }),
]
