import type { ItemId, TaskId } from '../../shared/ids.ts'
import type { View } from '../../shared/ledger/world.ts'
import { zoneOf } from '../../shared/policy.ts'
import type { Input, Moment, ProcessName, Prompt } from '../../shared/process/process.ts'
import type { Values } from '../../shared/process/message.ts'
import type { Resolved, Scan } from '../../shared/scan/scan.ts'
import { dayOf } from '../../shared/time.ts'
import type { PinStop } from '../sync/handheld.ts'
import { openOf, topOf } from './state.ts'
import type { AppState, Band, OpenProcess, Ports, Say, Screen } from './state.ts'
import type { FeedbackEvent } from './events.ts'

/** The one mutable place of the app: the state that is drawn, and who is told when it changes. */
export type Core = {
  readonly ports: Ports
  /** Null until somebody has logged in for the first time. */
  readonly floor: () => Floor | null
  get: () => AppState
  /** Replaces fields and redraws. The prompt is computed anew, from the present world. */
  set: (change: Partial<Fields>) => void
  /** Keeps the newest scan. No screen draws it, so nobody is told: a drawing would stand between the scan and its answer. */
  remember: (last: Scan) => void
  subscribe: (listener: () => void) => () => void
  /** Tells the worker: band, tone and vibration together. */
  say: (event: FeedbackEvent, key: Say['key'], values?: Values, scanned?: string | null) => void
  moment: () => Moment | null
}

export const makeCore = (ports: Ports, floor: () => Floor | null): Core => {
  const { handheld } = ports
  const listeners = new Set<() => void>()
  let fields = firstFields(handheld)
  const moment = (): Moment | null => {
    const session = handheld.session()
    if (session === null) return null
    const now = handheld.now()
    const online = handheld.status().link === 'online'
    const { worker } = session
    return {
      now,
      today: dayOf(now, zoneOf(handheld.world().policies)),
      monoMs: ports.clock.mono(),
      device: handheld.device,
      worker,
      online,
    }
  }
  const promptOf = (of: Fields): Prompt | null => {
    const open = openOf(of)
    const at = moment()
    if (open === null || at === null) return null
    const view = floor()?.beside(open.process.name, of.stack, handheld) ?? handheld.world()
    return open.process.prompt(open.state, view, at)
  }
  let state = withPrompt(fields, promptOf)
  const keep = (change: Partial<Fields>): void => {
    fields = { ...fields, ...change }
    state = withPrompt(fields, promptOf)
  }
  const set: Core['set'] = change => {
    keep(change)
    for (const listener of listeners) listener()
  }
  return {
    ports,
    floor,
    get: () => state,
    set,
    remember: last => keep({ last }),
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    say: (event, key, values = {}, scanned = null) => {
      const band: Band = { event, say: { key, values }, scanned }
      ports.feedback.play(event)
      set({ band })
    },
    moment,
  }
}

const firstFields = (handheld: Ports['handheld']): Fields => ({
  session: handheld.session(),
  stack: [{ at: 'home' }],
  band: null,
  panel: 'none',
  typed: '',
  question: null,
  asked: null,
  search: null,
  busy: false,
  locked: false,
  stopped: false,
  whose: null,
  pin: null,
  saving: 'idle',
  status: handheld.status(),
  photos: 0,
  last: null,
  test: null,
  update: false,
  missing: 0,
})

/** What is heard while a PIN is asked for. */
export type PinFloor = {
  stopped: (core: Core, badge: string, stop: PinStop) => void
  /** Returns what has to wait its turn, null where the key only changed the picture. */
  key: (core: Core, pressed: string) => (() => Promise<void>) | null
  press: (core: Core, command: string) => void
  scan: (core: Core, read: Scan) => Promise<void>
}

/** What happens to whoever works: the half of the app that a badge does not need. It is loaded with the rules (H48). */
export type Floor = {
  /** The books as a process may see them over these screens. */
  beside: (name: ProcessName, stack: readonly Screen[], handheld: Ports['handheld']) => View
  /** Back to the step that the worker had on the screen. */
  resume: (core: Core) => Promise<void>
  /** What the open steps name and what has come since is fetched and drawn. */
  knowOpen: (core: Core) => Promise<void>
  route: (core: Core, resolved: Resolved) => Promise<void>
  step: (core: Core, input: Input) => Promise<void>
  wants: (core: Core, text: string) => Promise<boolean>
  detour: (core: Core, resolved: Resolved | null) => Promise<void>
  open: (core: Core, name: ProcessName) => Promise<void>
  /** What a command opens here: a process by its card, a tile of Home by its number. Null = it is no such command. */
  opening: (core: Core, command: string) => (() => Promise<void>) | null
  /** What a command means on every step that has no key of its own for it. */
  general: (core: Core, command: string) => (() => Promise<void>) | null
  openTask: (core: Core, task: TaskId, scanned: string | null, agreed: boolean) => Promise<void>
  openRow: (core: Core, id: string) => Promise<void>
  /** Items by typed words. */
  search: (core: Core, text: string) => Promise<void>
  lookAt: (core: Core, item: ItemId) => Promise<void>
  next: (core: Core) => Promise<void>
  leave: (core: Core, stack: readonly Screen[]) => Promise<void>
  undo: (core: Core) => Promise<void>
  /** A picture that is on disk, of what was on the screen when it was taken. */
  photo: (core: Core, sha: string, at: AppState) => Promise<void>
  pin: PinFloor
  /** Keeps a code that nobody knows for the desk. */
  park: (core: Core, text: string) => Promise<void>
  /** Calls the supervisor with what a person wrote. */
  note: (core: Core, text: string, photos?: readonly string[]) => Promise<void>
}

type Fields = Omit<AppState, 'prompt'>

/** The prompt is worked out when it is first asked for: a scan changes the state more often than it is drawn. */
const withPrompt = (fields: Fields, promptOf: (fields: Fields) => Prompt | null): AppState => {
  let prompt: Prompt | null = null
  return {
    ...fields,
    get prompt() {
      return (prompt ??= promptOf(fields))
    },
  }
}

/** The stack with another state of the process on top. */
export const withOpen = (state: AppState, open: OpenProcess): readonly Screen[] => [
  ...state.stack.slice(0, -1),
  { at: 'process', open },
]

/** One screen down. The panel and an open question of the app belong to the screen that is left. */
export const popped = (state: AppState): Partial<Fields> => ({
  stack: state.stack.length > 1 ? state.stack.slice(0, -1) : state.stack,
  panel: 'none',
  typed: '',
  question: null,
})

/** A screen of this kind stands on the stack once: opening it again comes back to it. */
export const pushed = (state: AppState, screen: Screen): Partial<Fields> => ({
  stack: topOf(state).at === screen.at && screen.at !== 'process' ? state.stack : [...state.stack, screen],
  panel: 'none',
  question: null,
})
