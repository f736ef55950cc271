import type { Scan } from '../../shared/scan/scan.ts'
import { createFeedback } from '../scanner/feedback.ts'
import { listenToWedge } from '../scanner/wedge.ts'
import type { FeedbackEvent } from './events.ts'
import type { OpenCamera } from './services.ts'
import type { SettingsStore } from './settings.ts'

/** Everything that hears and answers scans: wedge, camera, tones and vibration. */
export type Ears = {
  listen: (onScan: (scan: Scan) => void) => () => void
  play: (event: FeedbackEvent) => void
  openCamera: (video: HTMLVideoElement, onScan: (scan: Scan) => void) => Promise<OpenCamera | null>
}

export const makeEars = (settings: SettingsStore): Ears => {
  const feedback = createFeedback({ sound: () => settings.get().sound, vibration: () => settings.get().vibration })
  return {
    listen: onScan => listenToWedge({ onScan }),
    play: event => feedback.play(event),
    openCamera: async (video, onScan) => {
      // The decoder is large: it is loaded when a camera is opened for the first time, never before the first scan.
      const { startCamera } = await import('../scanner/camera-scanner.ts')
      try {
        const camera = await startCamera({ video, onScan })
        return { stop: () => void camera.stop(), light: camera.torch ?? null }
      } catch {
        return null
      }
    },
  }
}
