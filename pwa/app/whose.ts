import type { Client, Worker } from '../../shared/catalogue.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { Input, Next } from '../../shared/process/process.ts'
import type { Resolved } from '../../shared/scan/scan.ts'
import type { Core } from './core.ts'
import { books, openOf } from './state.ts'
import type { Question } from './state.ts'

type Whose = Question & { kind: 'whose' }

/** Clients with goods of this code that the worker may touch, in the order of their names. */
const clientsOf = ({ readings }: Resolved, all: readonly Client[], worker: Worker): readonly Client[] => {
  const ids = new Set(readings.flatMap(reading => (reading.kind === 'item' ? [reading.client] : [])))
  return all
    .filter(({ id }) => ids.has(id) && (worker.clients === null || worker.clients.includes(id)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The scan as it is when goods of one client are meant. */
const meaning = (resolved: Resolved, client: ClientId): Resolved => ({
  ...resolved,
  readings: resolved.readings.filter(reading => reading.kind !== 'item' || reading.client === client),
})

/** Work is known by the state that it is saved under. */
const workOf = (core: Core): string => openOf(core.get())?.state.key ?? ''

/** What the worker has said of such codes in this work holds for the next ones. */
export const asSaid = (core: Core, input: Input): Input => {
  const { whose } = core.get()
  const session = core.ports.handheld.session()
  if (input.kind !== 'scan' || session === null || whose === null || whose.work !== workOf(core)) return input
  const clients = clientsOf(input.resolved, core.ports.handheld.clients(), session.worker)
  const isMeant = clients.length > 1 && clients.some(({ id }) => id === whose.client)
  return isMeant ? { ...input, resolved: meaning(input.resolved, whose.client) } : input
}

/** Asks where the step cannot tell which goods are meant because several clients have them. Returns whether it did. */
export const askWhose = (core: Core, input: Input, next: Next): boolean => {
  const session = core.ports.handheld.session()
  if (input.kind !== 'scan' || next.message.key !== 'many' || next.commands.length > 0 || session === null) return false
  const clients = clientsOf(input.resolved, core.ports.handheld.clients(), session.worker)
  if (clients.length < 2) return false
  const say = { key: 'whose' as const, values: {} }
  const { resolved } = input
  core.set({ question: { kind: 'whose', resolved, clients, say, code: null, askedAt: core.ports.clock.mono() } })
  core.say('ask', say.key, say.values, resolved.scan.text)
  return true
}

/** The n-th tile: the scan again, of that client's goods. Null = there is no such tile. */
export const chosen = (core: Core, { resolved, clients }: Whose, n: number): Input | null => {
  const client = clients[n - 1]
  const open = openOf(core.get())
  if (client === undefined || open === null) return null
  // Looking things up is no work: the next code may be anybody's.
  const whose = books(open.process) ? { work: open.state.key, client: client.id } : null
  core.set({ question: null, band: null, whose })
  return { kind: 'scan', resolved: meaning(resolved, client.id) }
}
