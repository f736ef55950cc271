import type { Roster, Worker } from './catalogue.ts'
import type { Role } from './roles.ts'

export const PIN_MIN = 4
/** Of whoever decides for others: their badge opens more. */
export const PIN_MIN_DECIDES = 6
export const PIN_MAX = 12

const DECIDES: readonly Role[] = ['supervisor', 'integrator', 'administrator']

/** Whether the badge of this person is confirmed by a PIN (policy `worker.pin`, as the signed roster says it). */
export const needsPin = (roster: Pick<Roster, 'pin'>, worker: Pick<Worker, 'roles'>): boolean =>
  roster.pin?.some(role => worker.roles.includes(role)) ?? false

/** How many digits the PIN of somebody with these roles has at least. */
export const leastDigits = (roles: readonly Role[]): number =>
  DECIDES.some(role => roles.includes(role)) ? PIN_MIN_DECIDES : PIN_MIN

/** As people and sessions are shown and stored elsewhere: the verifier is for the roster alone. */
export const withoutPin = (worker: Worker): Worker => {
  const { pin: _, ...others } = worker
  return others
}

export type PinFault = 'digits' | 'short' | 'plain'

/** Why this is no PIN for somebody with these roles; null where it is one. */
export const pinFault = (pin: string, roles: readonly Role[]): PinFault | null => {
  if (!/^[0-9]*$/.test(pin) || pin.length > PIN_MAX) return 'digits'
  if (pin.length < leastDigits(roles)) return 'short'
  return isPlain(pin) ? 'plain' : null
}

/** Digits that are all alike or count up or down, across the end too (8901): what anybody tries first. */
const isPlain = (pin: string): boolean => {
  const steps = new Set([...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10))
  const [step = 0] = steps
  return steps.size === 1 && [0, 1, 9].includes(step)
}
