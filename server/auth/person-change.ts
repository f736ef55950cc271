import type { Worker } from '../../shared/catalogue.ts'
import { MAX_PEOPLE } from '../../shared/desk/people.ts'
import type { PersonAsk } from '../../shared/desk/people.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import type { ClientId, WorkerId } from '../../shared/ids.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { outlives } from './pin.ts'

type Given = {
  workers: readonly Worker[]
  /** Of this warehouse: a role for another one's would show its goods. */
  clients: ReadonlySet<ClientId>
  /** Who makes the change. */
  by: WorkerId
  /** For somebody new. */
  id: WorkerId
  /** Drawn in case that it is wanted; its text is kept nowhere. */
  badge: string
}
type Changed = { ok: true; person: Worker; badge: string | null; workers: readonly Worker[] }
type Refused = { ok: false; code: RefusalCode; why: string }

const refuse = (code: RefusalCode, why: string): Refused => ({ ok: false, code, why })

/** The people as they are to be (SPEC DS9); refuses what would leave nobody to give roles, or show somebody foreign goods. */
export const changePeople = (given: Given, ask: PersonAsk): Changed | Refused => {
  const { workers, clients, by } = given
  const before = workers.find(one => one.id === ask.id)
  if (ask.id !== null && before === undefined) return refuse('not_found', 'There is no such person.')
  if (before === undefined && workers.length >= MAX_PEOPLE)
    return refuse('bad_request', `A warehouse has at most ${MAX_PEOPLE} people.`)
  if (ask.id === by && (!ask.active || !ask.roles.includes('administrator')))
    return refuse('role', 'Nobody takes the administrator’s role from themselves; somebody else can.')
  if (ask.clients?.some(id => !clients.has(id)) === true) return refuse('not_found', 'There is no such client.')
  if (ask.roles.includes('client') && ask.clients === null)
    return refuse('bad_request', 'A person of a client needs the clients whose goods they may see.')
  const approves = ask.approves === undefined ? (before?.approves ?? null) : ask.approves
  if (ask.id === by && JSON.stringify(approves) !== JSON.stringify(before?.approves ?? null))
    return refuse('role', 'Nobody changes how much they may approve themselves; somebody else can.')
  const badge = before === undefined || ask.badge ? given.badge : null
  const person: Worker = {
    id: before?.id ?? given.id,
    name: ask.name,
    badgeHash: badge === null ? (before?.badgeHash ?? '') : sha256Hex(badge),
    roles: [...new Set(ask.roles)],
    clients: ask.clients,
    zones: before?.zones ?? null,
    active: ask.active,
    ...(approves === null ? {} : { approves }),
    ...(before?.pin !== undefined && outlives(before, ask) ? { pin: before.pin } : {}),
  }
  const all = before === undefined ? [...workers, person] : workers.map(one => (one.id === person.id ? person : one))
  return { ok: true, person, badge, workers: all }
}
