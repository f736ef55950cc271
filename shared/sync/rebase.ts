import type { World } from '../ledger/world.ts'
import type { Judge } from '../process/judge.ts'
import { correctedTimes } from './clock.ts'
import type { Command, CommandKey } from './command.ts'

/** A command of this handheld that the confirmed rows do not contain yet. */
export type OwnCommand = { key: CommandKey; command: Command }

/** What of the own commands the confirmed rows contain: per epoch the highest such number. It is not the acknowledgement. */
export type Through = Readonly<Record<string, number>>

export const isPending = (own: OwnCommand, through: Through): boolean => own.key.seq > (through[own.key.epoch] ?? 0)

/**
 * Folds one own command into the world, as the server will. Returns its corrected instant, the earliest for the next one.
 * A rule that throws must not hide the commands behind it: that one command is left out, and the server quarantines it.
 */
export const foldOwn = (
  judge: Judge,
  world: World,
  own: OwnCommand,
  bounds: { notBefore: string | null; notAfter: string },
): string => {
  const times = correctedTimes(own.command, bounds)
  try {
    world.apply(judge(world, own.command, own.key, times).effects)
  } catch {
    return times.at
  }
  return times.at
}

/**
 * Visible = confirmed rows + own commands with a number above `through`, in their order. Forgets whatever was folded in
 * before, so it may be called at any time; the same arguments give the same world. Returns the corrected instant of the
 * last one folded.
 */
export const rebase = (
  judge: Judge,
  world: World,
  own: readonly OwnCommand[],
  through: Through,
  now: string,
): string | null => {
  world.reset()
  let notBefore: string | null = null
  let epoch: string | null = null
  for (const one of own) {
    if (!isPending(one, through)) continue
    if (one.key.epoch !== epoch) notBefore = null
    epoch = one.key.epoch
    notBefore = foldOwn(judge, world, one, { notBefore, notAfter: now })
  }
  return notBefore
}
