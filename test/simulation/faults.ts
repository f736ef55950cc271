import type { Dice } from './random.ts'

/** Every class of trouble. Each seed has a random part of them: runs with few go deep, runs with many hit combinations. */
export const FAULTS = [
  'drop',
  'double',
  'late',
  'crash',
  'power',
  'full',
  'restore',
  'busy',
  'rollback',
  'clock',
  'tabs',
  'intruder',
  'update',
  'evict',
] as const
export type Fault = (typeof FAULTS)[number]

/** Probabilities per message, per beat of a handheld or per transaction; 0 where the class is off. */
export type Odds = Readonly<Record<Fault, number>>

const HEAVIEST: Odds = {
  drop: 0.25,
  double: 0.25,
  late: 0.25,
  crash: 0.15,
  power: 0.15,
  full: 0.1,
  restore: 1,
  busy: 0.15,
  rollback: 0.1,
  clock: 0.2,
  tabs: 0.15,
  intruder: 0.15,
  update: 0.06,
  evict: 0.06,
}

export const drawFaults = (dice: Dice): readonly Fault[] => FAULTS.filter(() => dice.chance(0.5))

export const oddsOf = (dice: Dice, on: readonly Fault[], share = 1): Odds => {
  const odds = { ...HEAVIEST }
  for (const fault of FAULTS)
    odds[fault] = on.includes(fault)
      ? HEAVIEST[fault] * (fault === 'restore' ? 1 : share * (0.1 + 0.9 * dice.next()))
      : 0
  return odds
}
