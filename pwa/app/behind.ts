import type { Scan } from '../../shared/scan/scan.ts'
import type { Api } from '../sync/api.ts'
import type { Running } from '../sync/boot.ts'
import { browserTimer } from '../sync/browser-ports.ts'
import { learn } from '../words/speak.ts'
import { missingSince, noteQueue } from './across-update.ts'
import type { Controller } from './controller.ts'
import { listenToDemo } from './demo.ts'
import { followWorker, ownSettingsNet } from './own-settings.ts'
import type { SettingsStore } from './settings.ts'
import { whenTaken } from './service-worker.ts'
import { isOlder, watchUpdates } from './update.ts'
import { keepAwake } from './wake-lock.ts'

export type Behind = {
  handheld: Running['handheld']
  queue: Pick<Running, 'look' | 'atStart'>
  api: Api
  controller: Controller
  settings: SettingsStore
  registration: Promise<ServiceWorkerRegistration | undefined>
  take: (scan: Scan) => void
  isActive: () => boolean
  version: string
  /** The oldest app that the server takes for good, as it said last; null = nothing was heard yet. */
  minVersion: () => string | null
}

/** What no badge waits for: it comes behind the first screen. */
export const behind = (of: Behind): void => {
  const missing = missingSince(localStorage, of.queue.atStart)
  if (missing > 0) of.controller.tellMissing(missing)
  follow(of)
  update(of)
  keepAwake(of.controller)
  void listenToDemo(of.take)
}

/** Settings go along with the person. */
const follow = ({ handheld, api, settings }: Behind): void =>
  followWorker({
    settings,
    net: ownSettingsNet(api),
    storage: localStorage,
    worker: () => handheld.session()?.worker.id ?? null,
    isOnline: () => handheld.status().link === 'online',
    subscribe: listener => void handheld.subscribe(listener),
    now: () => handheld.now(),
    learn,
  })

const update = ({ handheld, queue, controller, registration, isActive, version, minVersion }: Behind): void => {
  const updates = watchUpdates({
    registration: () => registration,
    whenTaken,
    reload: () => void reload(queue),
    timer: browserTimer,
    isActive,
    isAtRest: controller.isAtRest,
    idleMs: controller.idleMs,
    waiting: () => handheld.status().waiting,
    isTooOld: () => isOlder(version, minVersion() ?? ''),
    offer: controller.offerUpdate,
  })
  let hadSession = controller.state().session !== null
  controller.subscribe(() => {
    const hasSession = controller.state().session !== null
    if (hasSession !== hadSession) void updates.atLogIn()
    hadSession = hasSession
  })
}

/** An update is not held up by a queue that cannot be read just now. */
const reload = async (queue: Behind['queue']): Promise<void> => {
  try {
    noteQueue(localStorage, await queue.look())
  } catch {
    // Nothing is noted then, and nothing compared.
  }
  location.reload()
}
