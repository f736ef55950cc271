import type { Scan } from '../../shared/scan/scan.ts'
import { msOf } from '../../shared/time.ts'
import { takeBadge } from './badge.ts'
import type { Core } from './core.ts'
import { answeredBy } from './question.ts'
import { resolveHere } from './resolve.ts'

/** So long without a scan, a key or a touch, and the badge is asked for again. */
const IDLE_MS = 300_000

/** How often the time of the last touch is noted for the next start: often enough for five minutes. */
const NOTE_MS = 10_000

export type Lock = { start: () => void; heard: () => void; stop: () => void }

/** A handheld that lies about belongs to nobody: it shows no work until a badge is scanned. The place is kept. */
export const makeLock = (core: Core): Lock => {
  const { timer, lastTouch } = core.ports
  const now = (): number => msOf(core.ports.handheld.now())
  const nothing = (): void => undefined
  let cancel = nothing
  let noted = 0
  const before = lastTouch.get()
  const lock = (): void => {
    const { question, session } = core.get()
    // Somebody else's work is not taken over by whoever finds the handheld.
    const kept = question?.kind === 'takeOver' ? null : question
    if (session !== null) core.set({ locked: true, panel: 'none', typed: '', band: null, question: kept })
  }
  const note = (): void => {
    const at = now()
    if (Math.abs(at - noted) < NOTE_MS || core.get().locked) return
    noted = at
    lastTouch.set(at)
  }
  const heard = (): void => {
    cancel()
    cancel = timer.after(IDLE_MS, lock)
    note()
  }
  return {
    // A page that was closed for longer asks too; a battery is changed in less.
    start: () => {
      if (before !== null && Math.abs(now() - before) >= IDLE_MS) lock()
      else heard()
    },
    heard,
    stop: () => cancel(),
  }
}

/** The badge that is logged in goes on where it was, another one is asked about; everything else is answered and forgotten. */
export const unlock = async (core: Core, scan: Scan): Promise<void> => {
  const [first] = (await resolveHere(core, scan)).readings
  if (first?.kind === 'badge') await unlockBy(core, first.text)
  else core.say('wrong', 'unlock', {}, scan.text)
}

/** It stays locked while it is asked whether another badge takes over: a "no" must open nobody's work. */
export const unlockBy = async (core: Core, badge: string): Promise<void> => {
  if (!(await answeredBy(core, badge))) await takeBadge(core, badge)
}
