import { createContext, useContext, useSyncExternalStore } from 'react'
import { zoneOf } from '../../shared/policy.ts'
import type { Process } from '../../shared/process/process.ts'
import type { Scan } from '../../shared/scan/scan.ts'
import type { MovesAnswer, MovesOf } from '../../shared/sync/moves.ts'
import type { Handheld } from '../sync/handheld.ts'
import type { PhotoDesk } from '../sync/photo-box.ts'
import type { PictureShelf } from '../sync/picture-shelf.ts'
import { speakerOf } from '../words/speak.ts'
import type { Speaker } from '../words/words.ts'
import type { Controller } from './controller.ts'
import type { CameraState } from '../scanner/camera-life.ts'
import type { FeedbackEvent } from './events.ts'
import type { Hearing } from './hearing.ts'
import type { Settings, SettingsStore } from './settings.ts'
import type { AppState } from './state.ts'

/** What the screens reach besides the controller. Built once, in wire.ts or by a test. */
export type Services = {
  controller: Controller
  /** Tells of changes of the controller's state when they may be drawn. */
  subscribe: (listener: () => void) => () => void
  handheld: Handheld
  processes: readonly Process[]
  settings: SettingsStore
  play: (event: FeedbackEvent) => void
  /** Keeps the camera open in the video element as long as it may be, and tells how it is. `wanted`: whether a text is what the step asks for. Decoding is loaded when first asked for. */
  openCamera: (
    video: HTMLVideoElement,
    onScan: (scan: Scan) => void,
    wanted: (text: string) => Promise<boolean>,
    changed: (state: CameraState) => void,
  ) => Promise<{ stop(): void }>
  /** Scans and keys go to a practice instead of the work, until it is given null. */
  divert: (to: Hearing | null) => void
  /** Photos of this handheld; loaded when first asked for. */
  photos: () => Promise<PhotoDesk>
  /** Thumbnails of items; loaded when the first one is to be shown. */
  pictures: () => Promise<PictureShelf>
  /** What has moved last, as the server tells it; null where there is no network. */
  moves: (of: MovesOf) => Promise<MovesAnswer | null>
  info: { version: string; number: number | null }
}

const Context = createContext<Services | null>(null)
export const ServicesProvider = Context.Provider

/** The zone whose clock is shown, as the policies have it that came last. */
export const zoneHere = ({ handheld }: Pick<Services, 'handheld'>): string => zoneOf(handheld.world().policies)

export type App = Services & { state: AppState; speaker: Speaker; chosen: Settings }

/** One object for the life of what is drawn below its provider. */
export const useServices = (): Services => {
  const services = useContext(Context)
  if (services === null) throw new Error('no services above this screen')
  return services
}

export const useApp = (): App => {
  const services = useServices()
  const state = useSyncExternalStore(services.subscribe, services.controller.state)
  const chosen = useSyncExternalStore(services.settings.subscribe, services.settings.get)
  return { ...services, state, chosen, speaker: speakerOf(chosen.language) }
}
