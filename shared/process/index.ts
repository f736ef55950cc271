import type { Act } from '../sync/act.ts'
import type { Command } from '../sync/command.ts'
import { count } from './count.ts'
import { lookup } from './lookup.ts'
import { namingMistakes } from './mistake.ts'
import { move } from './move.ts'
import { pack } from './pack.ts'
import { pick } from './pick.ts'
import type { Process, ProcessName } from './process.ts'
import { putaway } from './putaway.ts'
import { putback } from './putback.ts'
import { receive } from './receive.ts'
import { replenish } from './replenish.ts'
import { returns } from './return.ts'
import { ship } from './ship.ts'

/** The registry: a new process is one file and one line here. */
export const PROCESSES: readonly Process[] = [
  namingMistakes(receive),
  namingMistakes(returns),
  namingMistakes(putaway),
  namingMistakes(pick),
  namingMistakes(pack),
  namingMistakes(ship),
  namingMistakes(count),
  namingMistakes(move),
  namingMistakes(replenish),
  namingMistakes(putback),
  namingMistakes(lookup),
]

export const processNamed = (name: ProcessName): Process | undefined => PROCESSES.find(process => process.name === name)

/** Which process judges an act: the one that it names where several share its type, else the only one that has the type. */
export const processOf = (act: Act | Command): Process | undefined => {
  if (act.type === 'undo') return processOf(act.act)
  const named = 'process' in act ? act.process : null
  // Codes that nobody knows turn up everywhere, and so does whoever needs somebody.
  if (act.type === 'unmatched' || act.type === 'note') return PROCESSES.find(process => process.name === named)
  return PROCESSES.find(process => process.commands.includes(act.type) && (named === null || process.name === named))
}
