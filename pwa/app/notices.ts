import type { Core } from './core.ts'
import { troublesOf } from '../sync/troubles.ts'
import type { SyncStatus } from '../sync/handheld.ts'

/** News of the desk come at the next pause, never in the middle of a line. */
const PAUSE_MS = 3000
/** The pair of tones for the network, at most this often: a handheld at the edge of the radio must not sing. */
const LINK_MS = 60_000

export type Notices = { changed: () => void; heard: () => void; stop: () => void }

/** Turns changes of the sync status into words: once each, and only when nobody is scanning. */
export const makeNotices = (core: Core): Notices => {
  const { clock, timer } = core.ports
  let told: SyncStatus['link'] = core.get().status.link
  let toldAt = -LINK_MS
  let known = troublesOf(core.get().status).length
  let due = false
  let cancel = (): void => undefined

  const tellTrouble = (): void => {
    due = false
    core.say('refused', 'refused')
  }
  const plan = (): void => {
    cancel()
    cancel = due ? timer.after(PAUSE_MS, tellTrouble) : () => undefined
  }
  return {
    changed: () => {
      const { link, waiting } = core.get().status
      const isAllSent = waiting === 0 && core.get().photos === 0
      const troubles = troublesOf(core.get().status).length
      if (troubles > known) {
        due = true
        plan()
      }
      known = troubles
      const offline = link === 'offline'
      const isNews = offline ? told !== 'offline' : told === 'offline' && link === 'online' && isAllSent
      if (!isNews || core.get().session === null) return
      told = link
      if (clock.mono() - toldAt < LINK_MS) return
      toldAt = clock.mono()
      core.say(offline ? 'offline' : 'online', offline ? 'offline' : 'synced')
    },
    heard: () => {
      if (due) plan()
    },
    stop: () => cancel(),
  }
}
