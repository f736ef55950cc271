import { know } from '../../pwa/app/know.ts'
import { makeResolver } from '../../pwa/app/scan-meaning.ts'
import type { Handheld } from '../../pwa/sync/handheld.ts'
import type { TaskId } from '../../shared/ids.ts'
import { zoneOf } from '../../shared/policy.ts'
import { processNamed } from '../../shared/process/index.ts'
import type { Input, Moment, Next, ProcessState, Prompt, Start } from '../../shared/process/process.ts'
import type { Resolved } from '../../shared/scan/scan.ts'
import { dayOf } from '../../shared/time.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { rulesAtHand } from '../support/rules.ts'
import type { Stage } from './stage.ts'

/** What a worker does at a prompt: reads a code, presses a key, types a number or a text, chooses. */
export type Deed = { scan: string } | { key: string } | { number: number } | { text: string } | { choice: number }
/** What comes of it, to be written in one transaction. `writes` is false where the process only said something. */
export type Turn = { drafts: readonly Draft[]; hand: ProcessState | null; writes: boolean }

const NO_STORAGE = { getItem: () => null, setItem: () => undefined }

const momentOf = (stage: Stage, handheld: Handheld): Moment | null => {
  const session = handheld.session()
  if (session === null) return null
  const now = handheld.now()
  return {
    now,
    today: dayOf(now, zoneOf(handheld.world().policies)),
    monoMs: stage.schedule.now(),
    device: handheld.device,
    worker: session.worker,
    online: handheld.status().link === 'online',
  }
}

export const promptOf = (stage: Stage, handheld: Handheld, state: ProcessState): Prompt | null => {
  const moment = momentOf(stage, handheld)
  return moment === null ? null : (processNamed(state.process)?.prompt(state, handheld.world(), moment) ?? null)
}

/** Opens a process on the product's own view. Null = it did not open. */
export const begin = async (
  stage: Stage,
  handheld: Handheld,
  name: ProcessState['process'],
  start: Start,
): Promise<Turn | null> => {
  const moment = momentOf(stage, handheld)
  const process = processNamed(name)
  if (moment === null || process === undefined) return null
  const task = 'task' in start ? handheld.world().task(start.task) : undefined
  await know({ ports: { handheld } }, { ...start, ...(task?.document ? { document: task.document } : {}) })
  const next = process.start(start, handheld.world(), moment)
  return next.verdict === 'wrong' || next.verdict === 'unknown' ? null : turnOf(stage, null, next)
}

/** One input to the process that the worker is at, as the app takes it: read, looked up, judged on what is known here. */
export const step = async (
  stage: Stage,
  handheld: Handheld,
  state: ProcessState,
  prompt: Prompt,
  deed: Deed,
): Promise<Turn | null> => {
  const process = processNamed(state.process)
  if (process === undefined) return null
  await know({ ports: { handheld } }, state)
  const input = await inputOf(stage, handheld, prompt, deed)
  const moment = momentOf(stage, handheld)
  if (moment === null) return null
  let next = process.step(state, input, handheld.world(), moment)
  if (await know({ ports: { handheld } }, next.state)) next = process.step(state, input, handheld.world(), moment)
  return turnOf(stage, state, next)
}

/** The task that a step turns to, where it is none that this state was about. */
export const taskIn = (handheld: Handheld, state: ProcessState): TaskId | null => {
  const named = 'task' in state && typeof state.task === 'string' ? (state.task as TaskId) : null
  return processNamed(state.process)?.workOf?.(state, handheld.world()) ?? named
}

const TROUBLE: ReadonlySet<string> = new Set(['wrong', 'unknown', 'dup'])

const turnOf = ({ seen }: Stage, before: ProcessState | null, next: Next): Turn => {
  if (TROUBLE.has(next.verdict)) seen['scans refused by a process'] += 1
  if (next.verdict === 'ask') seen['questions of a process'] += 1
  const isSaid = TROUBLE.has(next.verdict) || next.verdict === 'ask'
  return {
    drafts: next.commands,
    hand: next.finished ? null : next.state,
    writes: next.commands.length > 0 || next.finished || (!isSaid && next.state !== before),
  }
}

const inputOf = async (stage: Stage, handheld: Handheld, prompt: Prompt, deed: Deed): Promise<Input> => {
  if ('key' in deed) return { kind: 'key', command: deed.key }
  if ('number' in deed) return { kind: 'number', value: deed.number }
  if ('text' in deed) return { kind: 'text', value: deed.text }
  if ('choice' in deed) return { kind: 'choice', n: deed.choice }
  return { kind: 'scan', resolved: await read(stage, handheld, prompt, deed.scan) }
}

const read = async (stage: Stage, handheld: Handheld, { expects, client }: Prompt, text: string): Promise<Resolved> => {
  const resolver = makeResolver(handheld, rulesAtHand, NO_STORAGE)
  const t0 = stage.schedule.now()
  const scan = { source: 'wedge' as const, raw: text, text, aim: null, symbology: null, t0, equalReads: 1 }
  const lookup = await handheld.lookup(resolver.keysOf(scan))
  const resolved = resolver.resolve(scan, { expects, client }, lookup)
  const items = resolved.readings.flatMap(reading => (reading.kind === 'item' ? [reading.item] : []))
  if (items.length > 0) await handheld.loadItems(items)
  return resolved
}

/** A slip of the hand: something else within reach. */
export const slip = (stage: Stage): Deed => {
  const { dice, site } = stage
  return {
    scan: dice.pick([
      dice.pick(site.items).sku,
      dice.pick(site.locations.filter(place => place.kind === 'pickable')).code,
      'NOBODY-KNOWS-THIS',
    ]),
  }
}
