import type { CameraEnd, CameraScanner, CameraTrouble } from './camera-scanner.ts'

/** What became of a camera that a screen wants. */
export type CameraState =
  | { kind: 'opening' }
  /** Nobody sees it: closed, and opened again with the page. */
  | { kind: 'hidden' }
  | { kind: 'open'; torch: CameraScanner['torch'] }
  | { kind: 'failed'; why: CameraTrouble | CameraEnd }

export type LifePorts = {
  /** Rejects with what `troubleOf` reads. */
  open: (onEnd: (why: CameraEnd) => void) => Promise<CameraScanner>
  troubleOf: (error: unknown) => CameraTrouble
  isHidden: () => boolean
  /** Told when the page is hidden or shown; returns what ends it. */
  watchPage: (listener: () => void) => () => void
  timer: { after(ms: number, run: () => void): () => void }
  changed: (state: CameraState) => void
}

const AGAIN_MS = 1000
/** Openings by itself, one after the other, before a person has to see to it. */
const MAX_AGAIN = 2

/** These may pass by themselves. What is forbidden or not there is not asked for in a loop. */
const MAY_PASS: ReadonlySet<CameraTrouble | CameraEnd> = new Set(['inUse', 'didNotStart', 'picture'])

/**
 * A camera as long as a screen wants it: closed while the page is hidden (the light goes out with it, and another app may
 * have it), opened again when it is shown or when its picture was lost, and given up with a word when that does not help.
 */
export const keepCamera = (ports: LifePorts): { stop(): void } => {
  let generation = 0
  let camera: CameraScanner | null = null
  let again = 0
  let cancel = (): void => undefined
  const close = (): void => {
    generation += 1
    cancel()
    void camera?.stop().catch(() => undefined)
    camera = null
  }
  const failed = (why: CameraTrouble | CameraEnd): void => {
    camera = null
    if (!MAY_PASS.has(why) || again >= MAX_AGAIN) return ports.changed({ kind: 'failed', why })
    again += 1
    ports.changed({ kind: 'opening' })
    cancel = ports.timer.after(AGAIN_MS, open)
  }
  function open(): void {
    generation += 1
    const mine = generation
    ports.changed({ kind: 'opening' })
    ports
      .open(why => {
        if (mine === generation) failed(why)
      })
      .then(
        opened => {
          if (mine !== generation) return void opened.stop().catch(() => undefined)
          camera = opened
          ports.changed({ kind: 'open', torch: opened.torch })
        },
        (error: unknown) => {
          if (mine === generation) failed(ports.troubleOf(error))
        },
      )
  }
  let wasHidden = false
  const look = (): void => {
    const isHidden = ports.isHidden()
    if (isHidden === wasHidden) return
    wasHidden = isHidden
    close()
    if (isHidden) return ports.changed({ kind: 'hidden' })
    again = 0
    open()
  }
  const unwatch = ports.watchPage(look)
  if (ports.isHidden()) look()
  else open()
  return {
    stop: () => {
      unwatch()
      close()
    },
  }
}
