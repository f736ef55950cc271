import type { Scan } from '../../shared/scan/scan.ts'
import { takeBadge } from './badge.ts'
import type { Core } from './core.ts'
import { resolveHere } from './resolve.ts'

/** So long without a scan, a key or a touch, and the badge is asked for again. */
const IDLE_MS = 300_000

export type Lock = { heard: () => void; stop: () => void }

/** A handheld that lies about belongs to nobody: it shows no work until a badge is scanned. The place is kept. */
export const makeLock = (core: Core): Lock => {
  const { timer } = core.ports
  const nothing = (): void => undefined
  let cancel = nothing
  const lock = (): void => {
    if (core.get().session !== null) core.set({ locked: true, panel: 'none', typed: '', band: null })
  }
  return {
    heard: () => {
      cancel()
      cancel = timer.after(IDLE_MS, lock)
    },
    stop: () => cancel(),
  }
}

/** The badge that is logged in goes on where it was, another one is asked about; everything else is answered and forgotten. */
export const unlock = async (core: Core, scan: Scan): Promise<void> => {
  const [first] = (await resolveHere(core, scan)).readings
  if (first?.kind === 'badge') await unlockBy(core, first.text)
  else core.say('wrong', 'unlock', {}, scan.text)
}

export const unlockBy = async (core: Core, badge: string): Promise<void> => {
  await takeBadge(core, badge)
  if (core.get().band?.say.key !== 'badge.unknown') core.set({ locked: false })
}
