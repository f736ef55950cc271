import type { Client, Item } from '../../shared/catalogue.ts'
import type { MessageKey, Values } from '../../shared/process/message.ts'
import type { Input, Process, ProcessState, Prompt } from '../../shared/process/process.ts'
import type { Resolved, Scan } from '../../shared/scan/scan.ts'
import type { Act } from '../../shared/sync/act.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { ClientId, TaskId } from '../../shared/ids.ts'
import type { Handheld, Session, SyncStatus } from '../sync/handheld.ts'
import type { QueueRow } from '../sync/ports.ts'
import type { AppMessageKey } from '../words/keys.ts'
import type { FeedbackEvent } from './events.ts'
import type { Update } from './update.ts'

/** An answer in words: of a process, or of the app itself. */
export type Say = { key: MessageKey | AppMessageKey; values: Values }
export type Band = {
  event: FeedbackEvent | null
  say: Say
  /** What was scanned, for the panel of trouble. */
  scanned: string | null
  /** What is wanted instead, where the answer itself says only what is wrong. */
  then?: Say
}

export type OpenProcess = {
  process: Process
  state: ProcessState
  /** What this worker can take back here, the newest last. */
  history: readonly Done[]
}

/** One booked step: the commands that it appended, and where the worker stood before it. */
export type Done = { epoch: string; acts: readonly { seq: number; act: Act }[]; before: ProcessState }

/** What is drawn, home at the bottom. A detour lies on top of the step that it leaves untouched. */
export type Screen = { at: 'home' } | { at: 'process'; open: OpenProcess } | { at: Aside }

/** Screens beside the work, there without a log-in too. */
export type Aside = 'queue' | 'settings' | 'check' | 'problems' | 'help' | 'practice'

/** What lies over the middle row or takes the place of the prompt. */
export type Panel = 'none' | 'menu' | 'problem' | 'code' | 'number' | 'camera' | 'photo' | 'found' | 'moves'

/** A question of the app itself. The same code again or XCYES means yes, XCNAY and Back mean no. */
export type Question = { say: Say; code: string | null; askedAt: number } & (
  | { kind: 'handOver'; badge: string }
  /** `alone`: nobody works on it without having been given it by the server. */
  | { kind: 'takeOver'; task: TaskId; alone: boolean }
  /** A code of goods of several clients: one tile for each. */
  | { kind: 'whose'; resolved: Resolved; clients: readonly Client[] }
)

/** `slow`: no answer from storage for a second. `failed`: nothing was written, the worker must be told until it works again. */
export type Saving = 'idle' | 'slow' | 'late' | 'failed'

export type TestRead = { scan: Scan; resolved: Resolved }

/** What a typed word has found. `all` is null while it is searched. */
export type Search = { text: string; items: readonly Item[]; all: number | null }

export type AppState = {
  session: Session | null
  stack: readonly Screen[]
  /** Of the process on top; null where there is none. */
  prompt: Prompt | null
  band: Band | null
  panel: Panel
  /** What a person has typed so far, on the keypad or on the keys of the device. */
  typed: string
  question: Question | null
  /** The input that raised the open question of the process: yes means the same again. */
  asked: Input | null
  /** Drawn where the panel is `found`. */
  search: Search | null
  busy: boolean
  /** Nobody has touched it for so long that the badge is asked for again; the work stays as it is. */
  locked: boolean
  /** A wrong scan has stopped it, by the policy of the client: it is locked until a supervisor's badge is scanned. */
  stopped: boolean
  /** Whose stock a code of several clients means in this work, once the worker has said so. */
  whose: { work: string; client: ClientId } | null
  /** Whose PIN is asked for after their badge. What is typed of it stands in `typed` and is never shown. */
  pin: { badge: string; name: string } | null
  saving: Saving
  status: SyncStatus
  /** Photos that the server does not have yet; 0 also where they cannot be counted. */
  photos: number
  /** The newest scan, as it was read. */
  last: Scan | null
  /** Newest read on the test page. */
  test: TestRead | null
  /** A new version waits for a safe moment; or the server needs one, whether it is here or not. */
  update: Update
  /** Steps that did not come through an update; told until somebody has rescued what is left. */
  missing: number
}

export type Ports = {
  handheld: Handheld
  /** Resolved keys and readings of a scan: shared/scan. */
  resolver: Resolver
  feedback: { play(event: FeedbackEvent): void }
  clock: { mono(): number }
  timer: { after(ms: number, run: () => void): () => void }
  /** When this handheld was last touched, ms since 1970; known to the next start. */
  lastTouch: { get(): number | null; set(at: number): void }
  processes: readonly Process[]
  /** Told of steps after they were stored: photos that they name belong to them. */
  photos?: { appended(drafts: readonly Draft[], rows: readonly QueueRow[]): void }
  /** A practice is left by Log out and by Back on its first screen; the work has nothing above it. */
  out?: () => Promise<void>
  /** A set-up code scanned on a handheld that is set up already: its token has run out. Keeps device, epochs and queue. */
  setUpAgain: (token: string) => Promise<'ok' | 'offline' | 'spent' | 'refused'>
}

export type Wanted = { expects: Prompt['expects']; client: Prompt['client'] }
export type Resolver = {
  keysOf(scan: Scan): readonly string[]
  resolve(scan: Scan, wanted: Wanted, lookup: Awaited<ReturnType<Handheld['lookup']>>): Resolved
}

export const topOf = (state: Pick<AppState, 'stack'>): Screen => state.stack.at(-1) ?? { at: 'home' }
export const openOf = (state: Pick<AppState, 'stack'>): OpenProcess | null => {
  const top = topOf(state)
  return top.at === 'process' ? top.open : null
}

/** A process that judges no command only shows: there is nothing to come back to. */
export const books = (process: Process): boolean => process.commands.length > 0
