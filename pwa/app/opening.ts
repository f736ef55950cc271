import type { LocationId } from '../../shared/ids.ts'
import { startFrom } from '../../shared/process/lookup.ts'
import type { LookupState } from '../../shared/process/lookup.ts'
import type { ProcessName, ProcessState, Start } from '../../shared/process/process.ts'
import { beside } from './beside.ts'
import type { Core } from './core.ts'
import { choiceOf } from './keys.ts'
import { open } from './open.ts'
import { typedScan } from './resolve.ts'
import { openOf, topOf } from './state.ts'
import { step } from './step.ts'
import { tilesFor, workFor } from './work.ts'

/** The card of each process. Inside one these are keys of its step, if it has such. */
const OPENS: Readonly<Record<string, ProcessName>> = {
  XCRCV: 'receive',
  XCNDC: 'receive',
  XCRET: 'return',
  XCPUT: 'putaway',
  XCPCK: 'pick',
  XCPAK: 'pack',
  XCSHP: 'ship',
  XCCNT: 'count',
  XCMVE: 'move',
  XCDMG: 'move',
  XCRPL: 'replenish',
  XCPBK: 'putback',
}

/** What a command opens where no step is meant by it; null = it opens nothing here. */
export const opening = (core: Core, command: string): (() => Promise<void>) | null => {
  const shown = openOf(core.get())
  if (core.get().session === null || (shown !== null && shown.process.name !== 'lookup')) return null
  const n = choiceOf(command)
  const tile = n !== null && topOf(core.get()).at === 'home' ? tileAt(core, n) : null
  if (tile !== null) return () => open(core, tile, { nothing: true }, null)
  const name = OPENS[command]
  return name === undefined ? null : () => begin(core, name, command)
}

const tileAt = (core: Core, n: number): ProcessName | null => {
  const { handheld, processes } = core.ports
  const worker = handheld.session()?.worker
  if (worker === undefined) return null
  const work = workFor(handheld.world(), worker, handheld.device, processes)
  return tilesFor(worker, processes, work)[n - 1]?.name ?? null
}

export const begin = async (core: Core, name: ProcessName, command: string): Promise<void> => {
  // What is in hand belongs to no booking yet: work of its own between would come before it in the books.
  if (core.get().stack.some(screen => screen.at === 'process' && holds(screen.open.state)))
    return core.say('wrong', 'finish.first')
  const start = startHere(core)
  if (start === null && ABOUT_STOCK.has(name)) return core.say('wrong', 'look.choose')
  const about: Start = start !== null && ABOUT_STOCK.has(name) ? start : { nothing: true }
  if (name === 'count') return countHere(core, about)
  await open(core, name, about, null)
  const now = openOf(core.get())
  if (now?.process.name !== name) return
  // What is broken is in hand already, or is still to be scanned.
  const isBroken = command === 'XCDMG' && holds(now.state)
  if (command === 'XCNDC' || isBroken) await step(core, { kind: 'key', command })
}

/** Processes that can be told which goods, and where. */
const ABOUT_STOCK: ReadonlySet<ProcessName> = new Set(['move', 'putaway', 'count'])

/** By convention the fields of a state that hold what was scanned and is not booked, so that no process has to be known here. */
const holds = (state: ProcessState): boolean =>
  ('hand' in state && state.hand !== null) ||
  ('row' in state && state.process !== 'lookup' && state.row !== null) ||
  ('load' in state && state.load !== null)

/** What Look-up shows, where it lies on top; elsewhere nothing in particular. Null = a row has to be chosen first. */
const startHere = (core: Core): Start | null => {
  const shown = openOf(core.get())
  if (shown === null || !isLookup(shown.state) || shown.state.at === 'ask') return { nothing: true }
  const view = beside('lookup', core.get().stack, core.ports.handheld)
  return startFrom(shown.state, view)
}

export const isLookup = (state: ProcessState): state is LookupState => state.process === 'lookup'

/** A count goes on where it was left; its next place is scanned, which closes the one before. */
const countHere = async (core: Core, start: Start): Promise<void> => {
  const place = placeOf(core, start)
  await open(core, 'count', { nothing: true }, null)
  const now = openOf(core.get())
  if (place === null || now?.process.name !== 'count') return
  if ('location' in now.state && now.state.location === place) return
  await scanPlace(core, place)
}

const placeOf = (core: Core, start: Start): LocationId | null => {
  if ('row' in start) return start.row.location
  if ('lpn' in start) return core.ports.handheld.world().stockOn(start.lpn)[0]?.location ?? null
  return 'location' in start ? start.location : null
}

const scanPlace = async (core: Core, location: LocationId): Promise<void> => {
  const code = core.ports.handheld.world().location(location)?.code ?? ''
  const scan = typedScan(code, core.ports.clock.mono())
  const readings = [{ kind: 'location' as const, location }]
  await step(core, { kind: 'scan', resolved: { scan, readings, wanted: true, fields: {}, notes: [], problem: null } })
}
