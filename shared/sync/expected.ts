import type { Line } from '../catalogue.ts'
import { policyFor } from '../policy.ts'
import type { PolicySet } from '../policy.ts'
import type { Row } from './wire.ts'

/** Clients whose deliveries are received blind; `others` is what holds for those without a policy of their own. */
export type BlindClients = { others: boolean; own: Readonly<Record<string, boolean>> }
export const NOBODY_BLIND: BlindClients = { others: false, own: {} }

export const blindClients = (set: PolicySet): BlindClients => ({
  others: set.warehouse.receive.blindExpected,
  own: Object.fromEntries(Object.keys(set.clients).map(id => [id, policyFor(set, id).receive.blindExpected])),
})
export const isReceivedBlind = ({ others, own }: BlindClients, client: string): boolean => own[client] ?? others
const isAny = ({ others, own }: BlindClients): boolean => others || Object.values(own).includes(true)

const lineOf = (row: Row): Line | null => (row.k === 'line' ? (row.b as Line | null) : null)

/** Documents of the lines whose figures are withheld if they are deliveries; nearly always none. */
export const inQuestion = (rows: readonly Row[], blind: BlindClients): readonly Line['document'][] => {
  if (!isAny(blind)) return []
  const lines = rows.flatMap(row => lineOf(row) ?? [])
  return [...new Set(lines.filter(line => isReceivedBlind(blind, line.client)).map(line => line.document))]
}

/**
 * Rows as a handheld may have them: how much of a delivery was ordered is left out where it is received blind, and whether
 * a line is full, which would tell it.
 */
export const withholdExpected = (rows: readonly Row[], deliveries: ReadonlySet<string>): readonly Row[] =>
  deliveries.size === 0
    ? rows
    : rows.map(row => {
        const line = lineOf(row)
        return line === null || !deliveries.has(line.document) ? row : { ...row, b: withheld(line) }
      })

const withheld = (line: Line): Line => ({
  ...line,
  wanted: 0,
  state: line.state === 'done' ? 'open' : line.state,
  hidden: true,
})
