import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Worker } from '../../shared/catalogue.ts'
import type { Core } from './core.ts'
import { openOf } from './state.ts'

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
  if (session === null || other === undefined) return logIn(core, badge)
  if (other.id === session.worker.id) return core.say('right', 'hello', { name: other.name })
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

export const logIn = async (core: Core, badge: string): Promise<void> => {
  const { handheld } = core.ports
  const handedOver = openOf(core.get()) !== null && handheld.session() !== null
  const answer = await handheld.logIn(badge)
  if (!answer.ok) {
    if (answer.why === 'unknown') core.say('unknown', 'badge.unknown')
    else core.say('wrong', 'login.online')
    return
  }
  core.set({ session: answer.session, question: null, panel: 'none' })
  if (!handedOver) {
    core.set({ stack: [{ at: 'home' }] })
    await core.floor()?.resume(core)
  }
  core.say('right', 'hello', { name: answer.session.worker.name })
}

/** Whoever logs out leaves nothing on the screen; the queue goes out by itself. */
export const logOut = async (core: Core): Promise<void> => {
  const { waiting } = core.ports.handheld.status()
  await core.ports.handheld.logOut()
  core.set({ session: null, stack: [{ at: 'home' }], panel: 'none', question: null })
  if (waiting > 0) core.say('note', 'logout.pending', { n: waiting })
  else core.set({ band: null })
}
