import type { Core } from './core.ts'
import type { Document } from '../../shared/catalogue.ts'
import type { DocumentId } from '../../shared/ids.ts'
import type { ProcessState } from '../../shared/process/process.ts'
import { openOf } from './state.ts'
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
  /** Of the network, not told yet: what is said of a scan stays in sight first. */
  let news: 'offline' | 'online' | null = null
  let heardAt = -PAUSE_MS
  let cancel = (): void => undefined

  /** Orders of the open work that are on hold, as they were told of. */
  let held: ReadonlySet<string> = new Set()
  let stopped: Document | null = null

  const lookForHold = (): void => {
    const world = core.ports.handheld.world()
    const now = documentsOf(openOf(core.get())?.state).flatMap(id => world.document(id) ?? [])
    const onHold = now.filter(one => one.hold)
    const news = onHold.find(one => !held.has(one.id))
    held = new Set(onHold.map(one => one.id))
    if (news === undefined) return
    stopped = news
    plan()
  }
  const tell = (): void => {
    const no = stopped?.number ?? ''
    const why = stopped?.hold?.reason
    // Who has put it down meanwhile needs no word of it.
    const isHere = stopped !== null && held.has(stopped.id)
    stopped = null
    if (isHere && why !== undefined) {
      core.say('note', 'order.held', { no, why })
      return plan()
    }
    if (due) core.say('refused', 'refused')
    else news = sayLink(core, news)
    due = false
    plan()
  }
  const plan = (): void => {
    cancel()
    cancel = due || stopped !== null || news !== null ? timer.after(PAUSE_MS, tell) : () => undefined
  }
  return {
    changed: () => {
      lookForHold()
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
      news = offline ? 'offline' : 'online'
      if (toldAt - heardAt < PAUSE_MS) plan()
      else news = sayLink(core, news)
    },
    heard: () => {
      heardAt = clock.mono()
      plan()
    },
    stop: () => cancel(),
  }
}

/** What has passed meanwhile is no news. */
const sayLink = (core: Core, news: 'offline' | 'online' | null): null => {
  const isStill = news !== null && (news === 'offline') === (core.get().status.link === 'offline')
  if (isStill) core.say(news, news === 'offline' ? 'offline' : 'synced')
  return null
}

/** The orders that a piece of work is about; some are about none. */
const documentsOf = (state: ProcessState | undefined): readonly DocumentId[] => {
  const { document, documents } = (state ?? {}) as { document?: DocumentId | null; documents?: readonly DocumentId[] }
  return documents ?? (document ? [document] : [])
}
