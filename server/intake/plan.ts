import type { Client, Item, Location, Lot, Lpn } from '../../shared/catalogue.ts'
import { MAX_PROBLEMS, SAMPLE_ROWS } from '../../shared/desk/intake.ts'
import type { IntakeAnswer, IntakeKind, Problem } from '../../shared/desk/intake.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Table } from './csv.ts'
import { folded } from './fold.ts'

/** What one file changes, all of it or nothing. */
export type IntakeWrite = {
  clients: readonly Client[]
  locations: readonly Location[]
  /** `cost` of a base unit in minor units. */
  items: readonly { item: Item; cost: number | null }[]
  movements: readonly Movement[]
  lots: readonly Lot[]
  lpns: readonly Lpn[]
}
export const NO_WRITE: IntakeWrite = { clients: [], locations: [], items: [], movements: [], lots: [], lpns: [] }

export type Plan = {
  added: number
  changed: number
  same: number
  units: number
  problems: readonly Problem[]
  write: IntakeWrite
}

/** Columns in one order and cells as they were read: encoding, separator and order of the columns make no other content. */
export const contentHash = (kind: IntakeKind, table: Table): string => {
  const columns = [...table.columns].sort()
  const rows = table.rows.map(({ cells }) => columns.map(column => cells.get(column) ?? ''))
  return sha256Hex(JSON.stringify([kind, columns, rows]))
}

export const answerOf = (
  kind: IntakeKind,
  table: Table,
  plan: Plan,
  more: Pick<IntakeAnswer, 'outcome' | 'hash' | 'before'>,
): IntakeAnswer => {
  const problems = [...table.problems, ...plan.problems].sort((a, b) => a.row - b.row)
  return {
    kind,
    ...more,
    rows: table.rows.length,
    added: plan.added,
    changed: plan.changed,
    same: plan.same,
    units: plan.units,
    clients: plan.write.clients.map(client => client.name),
    columns: [...table.columns],
    ignored: [...table.ignored],
    sample: table.rows.slice(0, SAMPLE_ROWS).map(({ cells }) => table.columns.map(column => cells.get(column) ?? '')),
    problems: problems.slice(0, MAX_PROBLEMS),
    problemCount: problems.length,
    before: more.before,
  }
}

/** The same name is the same client in every warehouse. */
export const newClient = (name: string): Client => ({ id: derivedId<'client'>('client', 'name', folded(name)), name })

export const byName = (clients: readonly Client[]): Map<string, ClientId> =>
  new Map(clients.map(client => [folded(client.name), client.id]))
