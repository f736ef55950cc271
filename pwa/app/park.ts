import type { Worker } from '../../shared/catalogue.ts'
import type { COMMAND_PROCESSES } from '../../shared/sync/act.ts'
import type { Core } from './core.ts'
import { save } from './commit.ts'
import { keptText } from './needs.ts'
import { maySee } from './work.ts'

/** Whoever does any work may say that a code is not known; the work that they do names the roles that are needed for it. */
const AS: readonly (typeof COMMAND_PROCESSES)[number][] = [
  'receive',
  'count',
  'pick',
  'pack',
  'putaway',
  'move',
  'replenish',
  'return',
  'ship',
  'putback',
]

/** The work in whose name somebody who does no step just now says something. */
export const processFor = (core: Core, worker: Worker) =>
  AS.find(name => core.ports.processes.some(process => process.name === name && maySee(worker, process)))

/** A code that nobody knows is kept as a fact, as it was read where it was read just now: somebody at the desk says what it is. */
export const park = async (core: Core, text: string): Promise<void> => {
  const worker = core.ports.handheld.session()?.worker
  const process = worker === undefined ? undefined : processFor(core, worker)
  if (process === undefined) return core.say('wrong', 'role', { role: 'supervisor' }, text)
  const kept = await core.ports.handheld.pending()
  const isSame = (scan: string): boolean => keptText(scan) === keptText(text)
  if (kept.some(command => command.type === 'unmatched' && isSame(command.scan))) return core.say('duplicate', 'dup')
  const { last } = core.get()
  const scan = last?.text === text ? last.raw : text
  const fact = { type: 'unmatched' as const, process, client: null, document: null, place: null, scan }
  if (await save(core, [fact], null)) core.say('note', 'kept', { scanned: text }, text)
}
