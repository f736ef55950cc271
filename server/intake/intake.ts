import type { IntakeAnswer, IntakeKind } from '../../shared/desk/intake.ts'
import type { WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { IntakeLook, IntakeStore } from '../intake-ports.ts'
import { readTable } from './csv.ts'
import type { Table } from './csv.ts'
import { planItems } from './items.ts'
import { planPlaces } from './places.ts'
import { answerOf, contentHash, NO_WRITE } from './plan.ts'
import type { Plan } from './plan.ts'
import { planStock } from './stock.ts'

type At = { warehouse: WarehouseId; now: string }

const NO_PLAN: Plan = { added: 0, changed: 0, same: 0, units: 0, problems: [], write: NO_WRITE }

const planOf = (kind: IntakeKind, at: At, table: Table, look: IntakeLook): Promise<Plan> => {
  switch (kind) {
    case 'places':
      return planPlaces(at.warehouse, table, look)
    case 'items':
      return planItems(table, look)
    case 'stock':
      return planStock(at, table, look)
  }
}

/** What a file would do, without doing it. */
export const preview = async (
  store: IntakeStore,
  at: At,
  kind: IntakeKind,
  bytes: Uint8Array,
): Promise<IntakeAnswer> => {
  const table = readTable(kind, bytes)
  const look = store.look(at.warehouse)
  const hash = contentHash(kind, table)
  const before = await look.before(hash)
  const plan = before === null && table.rows.length > 0 ? await planOf(kind, at, table, look) : NO_PLAN
  return answerOf(kind, table, plan, { outcome: before === null ? 'shown' : 'before', hash, before })
}

/**
 * Does what the preview has shown, all of it or nothing. It is judged once more in the transaction that writes, because
 * others go on working; the same content again is done once. Null = it is not the file that was shown.
 */
export const apply = (
  store: IntakeStore,
  at: At & { worker: WorkerId },
  file: { kind: IntakeKind; name: string; hash: string; bytes: Uint8Array },
): Promise<IntakeAnswer | null> => {
  const { kind, name, bytes } = file
  const table = readTable(kind, bytes)
  const hash = contentHash(kind, table)
  if (hash !== file.hash) return Promise.resolve(null)
  return store.apply(at, async (look, write) => {
    const before = await look.before(hash)
    if (before !== null) return answerOf(kind, table, NO_PLAN, { outcome: 'before', hash, before })
    const plan = await planOf(kind, at, table, look)
    const isGood = table.problems.length + plan.problems.length === 0 && table.rows.length > 0
    const answer = answerOf(kind, table, plan, { outcome: isGood ? 'done' : 'refused', hash, before: null })
    if (isGood) await write(plan.write, { hash, kind, name, rows: table.rows.length })
    return answer
  })
}
