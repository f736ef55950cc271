import type { Line } from '../../shared/catalogue.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { keyAt } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { claimChanges } from '../../shared/ledger/world.ts'

/** Every stock row whose on-hand, reservations or holds these effects change. `before` gives a line as it was. */
export const touchedRows = (effects: Effects, before: (line: Line) => Line | undefined): readonly StockKey[] => [
  ...effects.movements.flatMap(m => [keyAt(m, m.from), keyAt(m, m.to)]),
  ...effects.lines.flatMap(line => claimChanges(before(line), line).map(change => change.key)),
  ...effects.holds.map(hold => hold.key),
]
