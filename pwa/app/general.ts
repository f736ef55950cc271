import type { DocumentId, TaskId } from '../../shared/ids.ts'
import { photosIn } from '../../shared/process/photo.ts'
import type { KeyOffer, ProcessName, Prompt } from '../../shared/process/process.ts'
import { save } from './commit.ts'
import { pushed } from './core.ts'
import type { Core } from './core.ts'
import { begin } from './opening.ts'
import { NOTE_MAX } from './note.ts'
import { park, processFor } from './park.ts'
import { books, openOf } from './state.ts'

/** What is wrong with stock is said in Move; what has just come or is about to leave has keys of its own for it. */
const HAS_STOCK: ReadonlySet<ProcessName> = new Set(['putaway', 'pick', 'pack', 'count', 'replenish', 'putback'])

const GENERAL: readonly KeyOffer[] = [
  { command: 'XCDMG', word: 'key.damaged' },
  { command: 'XCUNM', word: 'key.keepCode' },
  { command: 'XCSUP', word: 'key.supervisor' },
  { command: 'XCLKP', word: 'key.lookup' },
  { command: 'XCHME', word: 'key.home' },
  { command: 'XCHLP', word: 'key.help' },
]

/** All that PROBLEM offers: what the step has for it, most likely first, then what helps on every step. */
export const problemKeys = (process: ProcessName, { keys }: Pick<Prompt, 'keys'>): readonly KeyOffer[] => [
  ...keys,
  ...GENERAL.filter(({ command }) => !keys.some(key => key.command === command)).filter(
    ({ command }) => command !== 'XCDMG' || HAS_STOCK.has(process),
  ),
]

/** What a command means on every step that has no key of its own for it; null = nothing. */
export const general = (core: Core, command: string): (() => Promise<void>) | null => {
  const { band, prompt, session } = core.get()
  if (session === null || prompt?.keys.some(key => key.command === command)) return null
  const process = openOf(core.get())?.process.name
  switch (command) {
    case 'XCSUP':
    case 'XCASK':
      return () => callForHelp(core)
    case 'XCUNM': {
      const text = band?.event === 'unknown' ? band.scanned : null
      return () => (text === null ? showProblems(core) : keep(core, text))
    }
    case 'XCDMG':
      return process !== undefined && HAS_STOCK.has(process) ? () => begin(core, 'move', command) : null
    default:
      return null
  }
}

const keep = async (core: Core, text: string): Promise<void> => {
  core.set({ panel: 'none' })
  await park(core, text)
}

/** There the code is scanned that is to be kept. */
const showProblems = async (core: Core): Promise<void> => core.set(pushed(core.get(), { at: 'problems' }))

const TEXT_MAX = 500

/** A fact for the desk: who wants somebody, at which work and at which place of it, what they wrote and photographed of it. Told once as long as it waits. */
export const callForHelp = async (core: Core, note = '', photos: readonly string[] = []): Promise<void> => {
  const { handheld } = core.ports
  core.set({ panel: 'none' })
  const worker = handheld.session()?.worker
  const process = worker === undefined ? undefined : processFor(core, worker)
  if (process === undefined) return core.say('wrong', 'role', { role: 'supervisor' })
  const written = note.replaceAll(/\s+/g, ' ').trim().slice(0, NOTE_MAX)
  const text = [written, whereOf(core)]
    .filter(part => part !== '')
    .join(' · ')
    .slice(0, TEXT_MAX)
  const waits = (await handheld.pending()).some(command => command.type === 'note' && command.text === text)
  const fact = { type: 'note' as const, process, client: null, ...aboutOf(core), text, ...photosIn(photos) }
  // With a photo it says something new.
  if ((waits && photos.length === 0) || (await save(core, [fact], null))) core.say('note', 'sup.called')
}

const whereOf = (core: Core): string => {
  const open = openOf(core.get())
  const { prompt } = core.get()
  if (open === null || prompt === null) return 'home'
  const parts = [open.process.name, open.state.at, prompt.title.code, prompt.hero.value]
  return parts.filter(part => part !== null && part !== '').join(' · ')
}

/** By convention the fields of a state, and only what is known: the call must be readable. */
const aboutOf = (core: Core): { task: TaskId | null; document: DocumentId | null } => {
  const open = openOf(core.get())
  const world = core.ports.handheld.world()
  if (open === null || !books(open.process)) return { task: null, document: null }
  const { state } = open
  const task = 'task' in state ? [...world.tasks()].find(one => one.id === state.task) : undefined
  const document =
    'document' in state ? [...world.documents()].find(one => one.id === state.document)?.id : task?.document
  return { task: task?.id ?? null, document: document ?? null }
}
