import type { TaskKind, Worker } from '../catalogue.ts'
import type { DeviceId, DocumentId, ItemId, LocationId, LpnId, TaskId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import type { StockKey, StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Role } from '../roles.ts'
import type { CodeKind, Resolved } from '../scan/scan.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, Draft } from '../sync/command.ts'
import type { MessageKey, Values } from './message.ts'
import type { WordKey } from './word.ts'

export type ProcessName = TaskKind | 'lookup'

/**
 * Where the worker is, as plain JSON: it is written with every accepted scan and read back after the battery was changed.
 * `key` names the slot it is saved under (one per task); each process adds its own fields.
 */
export type ProcessState = { process: ProcessName; key: string; at: string; confirm: Confirm | null }

/** An open amber question: the same code again means yes (flows: confirm by scanning the same code again). */
/** `agreed`: what the same code has said yes to before this question. */
export type Confirm = { code: string; question: Message; askedAt: number; agreed?: readonly MessageKey[] }

/**
 * When and by whom. Instants are ISO on the corrected clock; `monoMs` is monotonic, for "the same code again after 800 ms".
 * `online`: work that must be asked for can be asked for now.
 */
export type Moment = { now: string; today: string; monoMs: number; device: DeviceId; worker: Worker; online?: boolean }

export type Message = { key: MessageKey; values: Values }

/** How a scan or number ended; pwa/scanner turns it into tone, vibration and colour. */
export type Verdict = 'ok' | 'done' | 'warn' | 'ask' | 'wrong' | 'unknown' | 'dup'

/** Exception and action keys of a state; each has a command barcode `XC…` and words. */
export type KeyOffer = { command: string; word: WordKey }

/** One fact row. Codes are drawn left-to-right in every language and never change case. */
export type Fact = { label: WordKey | null; value: string; kind: 'text' | 'code' | 'quantity' | 'day' }

export type PromptLine = {
  id: string
  title: string
  place: string | null
  done: number
  wanted: number | null
  state: 'open' | 'next' | 'done' | 'short'
  /** The figure is withheld: whoever looks counts it blind. */
  hidden?: true
  /** Where a line is a row of stock: what state it is in, and what else there is to know of it. */
  status?: StockStatus
  facts?: readonly Fact[]
}

export type AskKind = CodeKind | 'expiry' | 'quantity' | 'weight' | 'text' | 'confirm' | 'reason' | 'photo' | 'any'

/** All that the one generic screen needs to draw any process. */
export type Prompt = {
  title: { word: WordKey; code: string | null }
  progress: { done: number; all: number } | null
  hero: { kind: 'code' | 'number' | 'text' | 'none'; value: string; of?: string }
  facts: readonly Fact[]
  /** Of the item that this is about, by its SHA-256; shown when it is on the handheld. */
  picture?: string | null
  lines: readonly PromptLine[]
  /** A line can be chosen: by a tap, or by its number. */
  picks?: true
  /** The one thing to do now. `ask` decides keypad and accepted input, `message` the words. */
  ask: { kind: AskKind; message: Message }
  /** Kinds of code tried here, in this order. */
  expects: readonly CodeKind[]
  /** What has left too long ago to be known here may be meant: whoever knows more is asked. */
  past?: true
  /** Only this client's codes count (inside a task); null outside. */
  client: Worker['id'] | string | null
  /** Reason tiles or choices, 1..9, when `ask.kind` is 'reason'. A `code` is shown as it is (carton types, places). */
  choices: readonly { word: WordKey; value: string; code?: string }[]
  keys: readonly KeyOffer[]
  confirm: Confirm | null
}

export type Input =
  | { kind: 'scan'; resolved: Resolved }
  /** A typed number sets the total of the step (flows: scans add, numbers set). */
  | { kind: 'number'; value: number }
  /** Typed text: a code, a lot or an ISO day, by what the prompt asks. */
  | { kind: 'text'; value: string }
  /** A command barcode or the button that carries it: 'XCDNE', 'XCSHT' … */
  | { kind: 'key'; command: string }
  /** The n-th choice, from 1. */
  | { kind: 'choice'; n: number }
  /** Pictures that were taken for what is in hand, by their SHA-256 (hex); they wait in a store of their own. */
  | { kind: 'photo'; sha: string }

export type Next<S extends ProcessState = ProcessState> = {
  state: S
  verdict: Verdict
  message: Message
  /** Appended with the new state in one strict transaction; empty = nothing is booked. */
  commands: readonly Draft[]
  /** The task is over: the app goes back to its home screen. */
  finished: boolean
  /** A raw text that the resolver did not know and that the process wants kept. */
  detour?: { lookup: Resolved }
}

export type Start =
  | { task: TaskId }
  | { document: DocumentId }
  | { item: ItemId }
  | { location: LocationId }
  | { lpn: LpnId }
  /** These goods, at the place where they lie. */
  | { row: StockKey }
  | { blind: true }
  | { nothing: true }

/**
 * A process is data and four pure functions: same arguments, same answer, on the handheld and on the server.
 * `decide` is given a command that has passed its schema and whose references exist; it never throws for what happened on
 * the floor. Whatever it makes is named with `derivedId` from the command's key.
 */
export interface Process<S extends ProcessState = ProcessState> {
  readonly name: ProcessName
  readonly roles: readonly Role[]
  /** Every value of `at` that a state of it can have: tests walk them all. */
  readonly states: readonly string[]
  /** Types of commands that `decide` of this process judges. */
  readonly commands: readonly Command['type'][]
  start(start: Start, view: View, moment: Moment): Next<S>
  prompt(state: S, view: View, moment: Moment): Prompt
  step(state: S, input: Input, view: View, moment: Moment): Next<S>
  decide(view: View, command: Command, key: CommandKey, times: CommandTimes): Effects
  /**
   * References of a command that are not known or do not belong together. 'target': goods have left a known place, only
   * where they went or for whom is not known, so they are booked as gone; 'other': not even that can be read. Its item and
   * the place of a `from` have been checked before.
   */
  unknown(view: View, command: Command | Act): 'target' | 'other' | null
  /** Effects of taking an act of this process back: the opposite movements, lines and tasks as they were before it. */
  undo(view: View, act: Act, at: UndoAt): Effects
  /** Roles of one act, where they are not those of the process (a change of status needs a supervisor). */
  rolesOf?(act: Act | Command): readonly Role[]
  /** The task that a state is about where its `task` does not say: somebody else may have begun it. */
  workOf?(state: S, view: View): TaskId | null
  /** Why an act cannot be taken back any more (the carton has left); null = it can. Asked on the handheld only. */
  undoBarred?(view: View, act: Act): MessageKey | null
}

/** `of`: the command that is taken back, what it made is named after it. `key`: the undo itself. */
export type UndoAt = { of: CommandKey; key: CommandKey; times: CommandTimes }

/** Corrected times of a command, ISO: out-leg, in-leg, ± ms. */
export type CommandTimes = { takenAt: string; at: string; unc: number | null }
