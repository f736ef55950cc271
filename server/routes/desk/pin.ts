import { leastDigits, PIN_MAX, pinFault, withoutPin } from '../../../shared/pin.ts'
import type { PinFault } from '../../../shared/pin.ts'
import type { WorkerId } from '../../../shared/ids.ts'
import type { Role } from '../../../shared/roles.ts'
import { pinVerifier } from '../../auth/pin.ts'
import { nextRoster, peoplePolicy, signRoster } from '../../auth/roster.ts'
import type { AuditEntry } from '../../ports.ts'
import type { AppDeps } from '../deps.ts'
import { refused } from '../refused.ts'

const whyNot = (fault: PinFault, roles: readonly Role[]): string =>
  fault === 'plain'
    ? 'A PIN is not the same digit all along, nor one that only counts up or down.'
    : `This person’s PIN has ${leastDigits(roles)} to ${PIN_MAX} digits.`

/** Two who change people at the same moment: the later one looks again. */
const TRIES = 3

type Put = {
  worker: WorkerId
  /** Null takes it away. */
  pin: string | null
  entry: Omit<AuditEntry, 'kind' | 'warehouse'> & { warehouse: NonNullable<AuditEntry['warehouse']> }
  /** Of all warehouses where the person's badge is good for more than here. */
  roles?: readonly Role[]
}

/** Puts the verifier of a PIN into the next roster, with its entry of the audit log; the PIN itself goes nowhere. */
export const putPin = async (deps: AppDeps, { worker, pin, entry, roles = [] }: Put): Promise<void> => {
  const { site } = deps.stores
  const { warehouse } = entry
  let verifier: Awaited<ReturnType<typeof pinVerifier>> | null = null
  for (let n = 0; n < TRIES; n += 1) {
    const held = (await site.roster(warehouse))?.roster
    const person = held?.workers.find(one => one.id === worker && one.active)
    if (held === undefined || person === undefined) throw refused('not_found', 'There is no such person.')
    const theirs = [...person.roles, ...roles]
    const fault = pin === null ? null : pinFault(pin, theirs)
    if (fault !== null) throw refused('bad_request', whyNot(fault, theirs))
    if (pin !== null) verifier ??= await pinVerifier(pin, deps.random)
    const changed = { ...withoutPin(person), ...(verifier === null ? {} : { pin: verifier }) }
    const workers = held.workers.map(one => (one.id === worker ? changed : one))
    const policy = await peoplePolicy(site, warehouse)
    const roster = nextRoster({ ...held, workers, pin: policy.pin }, deps.now(), policy.rosterDays)
    const along = { entry: { ...entry, kind: pin === null ? 'pin.end' : 'pin.set' }, ends: null }
    if (await site.replaceRoster(warehouse, roster, signRoster(deps.serverKey, roster), along)) return
  }
  throw refused('stale')
}
