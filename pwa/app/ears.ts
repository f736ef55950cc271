import { COMMAND_CODES } from '../../shared/scan/command-code.ts'
import { gtin14 } from '../../shared/scan/gtin.ts'
import type { Scan } from '../../shared/scan/scan.ts'
import type { Choice } from '../scanner/camera-choice.ts'
import type { CameraState } from '../scanner/camera-life.ts'
import { createFeedback } from '../scanner/feedback.ts'
import { UNKNOWN_PROFILE } from '../scanner/profile.ts'
import type { ScannerProfile } from '../scanner/profile.ts'
import { mountSink } from '../scanner/sink.ts'
import { listenToWedge } from '../scanner/wedge.ts'
import type { WedgeOptions } from '../scanner/wedge.ts'
import { browserTimer } from '../sync/browser-ports.ts'
import type { FeedbackEvent } from './events.ts'
import type { SettingsStore } from './settings.ts'

export type Heard = Pick<WedgeOptions, 'onScan' | 'onType' | 'onTwice' | 'onKey'>

/** Everything that hears and answers scans: wedge, camera, tones and vibration. */
export type Ears = {
  listen: (heard: Heard) => () => void
  play: (event: FeedbackEvent) => void
  /** `wanted`: whether a text is what the step on the screen asks for. */
  openCamera: (
    video: HTMLVideoElement,
    onScan: (scan: Scan) => void,
    wanted: (text: string) => Promise<boolean>,
    changed: (state: CameraState) => void,
  ) => Promise<{ stop(): void }>
  /** Loads and starts the decoder where the camera was used before, so that it opens without waiting for it. */
  prewarm: () => void
}

const PROFILE = 'stockhand-scanner'
/** The camera was opened here before. */
const CAMERA = 'stockhand-camera'

export const makeEars = (settings: SettingsStore): Ears => {
  /** What was chosen holds as long as the page does. */
  let choice: Choice | null = null
  const feedback = createFeedback(settings.get())
  settings.subscribe(() => feedback.setLevels(settings.get()))
  // Browsers keep sound silent until a key or tap; the scan of the badge is the first of them.
  for (const gesture of ['keydown', 'pointerdown', 'input'])
    addEventListener(gesture, () => feedback.heard(), { capture: true, passive: true })
  return {
    listen: heard => {
      const unmount = mountSink(document)
      const deafen = listenToWedge(window, {
        ...heard,
        profile: readProfile(),
        onProfile: keepProfile(),
        completes: isWhole,
      })
      return () => {
        deafen()
        unmount()
      }
    },
    play: event => feedback.play(event),
    prewarm: () => {
      if (localStorage.getItem(CAMERA) === null || !('requestIdleCallback' in window)) return
      requestIdleCallback(
        () =>
          void import('../scanner/kept-decoder.ts').then(
            ({ prewarm }) => prewarm(),
            () => undefined,
          ),
      )
    },
    openCamera: async (video, onScan, wanted, changed) => {
      // The decoder is large: it is loaded when a camera is opened for the first time, never before the first scan.
      const [{ CameraRefused, startCamera }, { keepCamera }, { openChoice }] = await Promise.all([
        import('../scanner/camera-scanner.ts'),
        import('../scanner/camera-life.ts'),
        import('../scanner/camera-choice.ts'),
      ])
      const cameras = (choice ??= openChoice(localStorage))
      return keepCamera({
        open: async (onEnd, onDark) => {
          const read = (scan: Scan): void => {
            cameras.read(camera.device)
            onScan(scan)
          }
          const device = cameras.wanted()
          const camera = await startCamera(video, { device, wanted, known: isWhole, onScan: read, onEnd, onDark })
          return camera
        },
        choose: cameras.choose,
        troubleOf: error => (error instanceof CameraRefused ? error.trouble : 'didNotStart'),
        isHidden: () => document.hidden,
        watchPage,
        timer: browserTimer,
        changed: state => {
          if (state.kind === 'open') localStorage.setItem(CAMERA, 'used')
          changed(state)
        },
      })
    },
  }
}

const watchPage = (listener: () => void): (() => void) => {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

/** A text that cannot be the head of a longer one: a GTIN whose check digit holds, or one of our commands. */
const isWhole = (text: string): boolean => COMMAND_CODES.has(text) || (text.length >= 12 && gtin14(text) !== null)

const KEEP_MS = 1000

/** Written when the burst of scans is over: writing holds the page up. */
const keepProfile = (): ((profile: ScannerProfile) => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  return profile => {
    clearTimeout(timer)
    timer = setTimeout(() => localStorage.setItem(PROFILE, JSON.stringify(profile)), KEEP_MS)
  }
}

const readProfile = (): ScannerProfile => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PROFILE) ?? '{}')
    return typeof value === 'object' && value !== null ? profileOf(new Map(Object.entries(value))) : UNKNOWN_PROFILE
  } catch {
    return UNKNOWN_PROFILE
  }
}

const profileOf = (stored: ReadonlyMap<string, unknown>): ScannerProfile => {
  const ends = stored.get('terminator')
  const gap = stored.get('gapMsP95')
  const substitute = stored.get('gsSubstitute')
  return {
    terminator: ends === 'Enter' || ends === 'Tab' ? ends : null,
    gsSubstitute: typeof substitute === 'string' ? substitute : null,
    gapMsP95: typeof gap === 'number' && gap > 0 ? gap : UNKNOWN_PROFILE.gapMsP95,
    gsSeen: stored.get('gsSeen') === true,
  }
}
