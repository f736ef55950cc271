import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Worker } from '../../shared/catalogue.ts'
import { needsPin } from '../../shared/pin.ts'
import type { LogIn } from '../sync/handheld.ts'
import type { Core } from './core.ts'
import { openOf } from './state.ts'
import { release } from './stop.ts'

/** The roster holds hashes only, so that a lost handheld gives no badge away. */
const ownerOf = (core: Core, badge: string): Worker | undefined => {
  const hash = bytesToHex(sha256(utf8ToBytes(badge)))
  return core.ports.handheld.roster()?.workers.find(worker => worker.badgeHash === hash)
}

/** A badge: log in, greet, or ask whether one hands over to the other. Waiting work stays signed by who did it. */
export const takeBadge = async (core: Core, badge: string): Promise<void> => {
  const { handheld, clock } = core.ports
  const session = handheld.session()
  const open = openOf(core.get())
  const other = ownerOf(core, badge)
  if (core.get().stopped) return release(core, other)
  if (session === null || other === undefined) return logIn(core, badge)
  if (other.id === session.worker.id) return greet(core, badge, other)
  if (open === null) return logIn(core, badge)
  const progress = core.get().prompt?.progress
  const values = {
    a: session.worker.name,
    b: other.name,
    lines: progress ? progress.all - progress.done : 0,
    n: handheld.status().waiting,
  }
  const say = { key: 'ask.handOver' as const, values }
  core.set({ question: { kind: 'handOver', badge, code: badge, say, askedAt: clock.mono() } })
  core.say('ask', say.key, values)
}

/** A handheld that lay about is opened by its own badge, and by the PIN of whoever needs one. */
const greet = async (core: Core, badge: string, who: Worker): Promise<void> => {
  const roster = core.ports.handheld.roster()
  if (core.get().locked && roster !== null && needsPin(roster, who)) return logIn(core, badge)
  core.set({ locked: false })
  core.say('right', 'hello', { name: who.name })
}

export const logIn = async (core: Core, badge: string, pin?: string): Promise<void> => {
  const { handheld } = core.ports
  const before = handheld.session()
  const answer = await handheld.logIn(badge, pin)
  if (!answer.ok) return refuse(core, badge, answer)
  const { session } = answer
  core.set({ session, question: null, panel: 'none', pin: null, typed: '', locked: false })
  if (before === null || (openOf(core.get()) === null && before.id !== session.id)) {
    core.set({ stack: [{ at: 'home' }] })
    await core.floor()?.resume(core)
  }
  core.say('right', 'hello', { name: answer.session.worker.name })
}

const refuse = (core: Core, badge: string, answer: Extract<LogIn, { ok: false }>): void => {
  switch (answer.why) {
    case 'unknown':
      return core.say('unknown', 'badge.unknown')
    case 'expired':
    case 'noRoster':
    case 'noRules':
      return core.say('wrong', 'login.online')
    default:
      // What a PIN needs comes with the rules, and they are there when it is asked for.
      return core.floor()?.pin.stopped(core, badge, answer)
  }
}

/** Whoever logs out leaves nothing on the screen; the queue goes out by itself. */
export const logOut = async (core: Core): Promise<void> => {
  const { waiting } = core.ports.handheld.status()
  await core.ports.handheld.logOut()
  core.set({ session: null, stack: [{ at: 'home' }], panel: 'none', question: null })
  if (waiting > 0) core.say('note', 'logout.pending', { n: waiting })
  else core.set({ band: null })
}
