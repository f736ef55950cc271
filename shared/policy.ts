import type { Policy } from './policy-schema.ts'
import { UTC } from './time.ts'

export type { CountLimits, Policy } from './policy-schema.ts'

/** One version of the policies of a warehouse: the default and what clients have of their own. Apart from the schema, which no handheld loads. */
export type PolicySet = { version: number; warehouse: Policy; clients: Readonly<Record<string, Policy>> }
/** Where policies are from before there was a choice: so long a handheld with unsent steps may not be heard of. */
export const SILENT_MINUTES = 10
export const policyFor = (set: PolicySet, client: string): Policy => set.clients[client] ?? set.warehouse
/** The zone whose days and hours the whole warehouse has, whatever a client has agreed. */
export const zoneOf = (set: PolicySet | null): string => set?.warehouse.site?.timeZone ?? UTC
