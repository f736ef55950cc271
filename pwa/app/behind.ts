import type { Scan } from '../../shared/scan/scan.ts'
import type { Api } from '../sync/api.ts'
import type { Running } from '../sync/boot.ts'
import { browserTimer } from '../sync/browser-ports.ts'
import { learn } from '../words/speak.ts'
import type { Controller } from './controller.ts'
import { listenToDemo } from './demo.ts'
import { followWorker, ownSettingsNet } from './own-settings.ts'
import type { SettingsStore } from './settings.ts'
import { watchUpdates } from './update.ts'
import { keepAwake } from './wake-lock.ts'

export type Behind = {
  handheld: Running['handheld']
  api: Api
  controller: Controller
  settings: SettingsStore
  registration: Promise<ServiceWorkerRegistration | undefined>
  take: (scan: Scan) => void
}

/** What no badge waits for: it comes behind the first screen. */
export const behind = (of: Behind): void => {
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

const update = ({ controller, registration }: Behind): void => {
  const updates = watchUpdates({
    registration: () => registration,
    timer: browserTimer,
    isAtRest: controller.isAtRest,
    idleMs: controller.idleMs,
    offer: controller.offerUpdate,
  })
  let hadSession = controller.state().session !== null
  controller.subscribe(() => {
    const hasSession = controller.state().session !== null
    if (hasSession !== hadSession) void updates.atLogIn()
    hadSession = hasSession
  })
}
