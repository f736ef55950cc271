import type { Client, Roster, Worker } from '../../shared/catalogue.ts'
import { timeId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { needsPin, withoutPin } from '../../shared/pin.ts'
import type { RosterBody } from '../../shared/sync/rows.ts'
import { OWN_STATE } from './birth.ts'
import type { Handheld, PinStop, Session } from './handheld.ts'
import type { PinGate } from './pin-gate.ts'
import type { Ports } from './ports.ts'
import { clientsOf, isBadgeOf, readRoster, workerOfBadge } from './roster.ts'
import type { VerifyServer } from './roster.ts'

/** Who may log in, who is logged in, and whose goods there are. */
export type People = {
  /** At the start: the session goes on after a battery change, the roster is there before any snapshot. */
  load(): Promise<void>
  /** The rows of the cache have changed. */
  read(): Promise<void>
  roster(): Roster | null
  clients(): readonly Client[]
  session(): Session | null
  logIn: Handheld['logIn']
  logOut(): Promise<void>
}

const SESSION = `${OWN_STATE}session`
const ROSTER = `${OWN_STATE}roster`

export const makePeople = (
  { cache, clock, queue, random }: Ports,
  setup: { warehouse: { id: WarehouseId }; verify: VerifyServer; roster: RosterBody | null },
  now: () => string,
): People => {
  let roster: Roster | null = null
  let clients: readonly Client[] = []
  let session: Session | null = null
  /** Loaded with the rules, for those who need it. */
  let gate: PinGate | null = null

  /** A roster counts if it is signed and not older than the one known. */
  const take = async (body: RosterBody | null): Promise<boolean> => {
    const fresh = body === null ? null : await readRoster(body, setup.warehouse.id, setup.verify)
    if (fresh === null || (roster !== null && fresh.version <= roster.version)) return false
    roster = fresh
    return true
  }
  const passPin = async (worker: Worker, pin: string | undefined): Promise<PinStop | null> => {
    gate ??= (await import('./pin-gate.ts')).makePinGate({ queue, clock })
    return gate(worker, pin)
  }
  const read = async (): Promise<void> => {
    clients = clientsOf(await cache.rowsOf('client'))
    const body = rosterBody((await cache.rowsOf('roster'))[0]?.b)
    // Kept beside the queue as well: without the cache there must still be a log-in.
    if (await take(body)) await queue.saveState({ key: ROSTER, value: body })
  }
  return {
    load: async () => {
      await take(setup.roster)
      await take(rosterBody((await queue.state(ROSTER))?.value))
      // Written below and by nobody else.
      session = ((await queue.state(SESSION))?.value as Session | undefined) ?? null
      await read()
    },
    read,
    roster: () => roster,
    clients: () => clients,
    session: () => session,
    logIn: async (badge, pin) => {
      const here = session
      const known = roster
      const isHere =
        here !== null &&
        known !== null &&
        known.workers.some(one => one.id === here.worker.id && isBadgeOf(one, badge) && needsPin(known, one))
      // A session goes on when the roster has run out: its badge and PIN open it again.
      const answer = workerOfBadge(known, badge, isHere ? null : now())
      if (!answer.ok) return answer
      const stop = known !== null && needsPin(known, answer.worker) ? await passPin(answer.worker, pin) : null
      if (stop !== null) return stop
      if (isHere) return { ok: true, session: here }
      const begun: Session = {
        id: timeId(clock.now(), random.bytes(10)),
        worker: withoutPin(answer.worker),
        roster: roster?.version ?? 0,
        startedAt: now(),
      }
      await queue.saveState({ key: SESSION, value: begun })
      session = begun
      return { ok: true, session: begun }
    },
    logOut: async () => {
      await queue.dropState(SESSION)
      session = null
    },
  }
}

const rosterBody = (value: unknown): RosterBody | null =>
  typeof value === 'object' &&
  value !== null &&
  'text' in value &&
  typeof value.text === 'string' &&
  'sig' in value &&
  typeof value.sig === 'string'
    ? { text: value.text, sig: value.sig }
    : null
