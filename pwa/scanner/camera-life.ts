import { after } from './camera-choice.ts'
import type { CameraEnd, CameraScanner, CameraTrouble } from './camera-scanner.ts'

/** What became of a camera that a screen wants. */
export type CameraState =
  | { kind: 'opening' }
  /** Nobody sees it: closed, and opened again with the page. */
  | { kind: 'hidden' }
  /** `other` turns to the next camera, where there is more than one; `isDark`: the picture shows nothing. */
  | { kind: 'open'; torch: CameraScanner['torch']; other: (() => void) | null; isDark: boolean }
  | { kind: 'failed'; why: CameraTrouble | CameraEnd }

export type LifePorts = {
  /** Rejects with what `troubleOf` reads. */
  open: (onEnd: (why: CameraEnd) => void, onDark: (isDark: boolean) => void) => Promise<CameraScanner>
  /** From now on this one is opened. */
  choose: (camera: string) => void
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

const openOf = (
  { torch, device, cameras }: CameraScanner,
  isDark: boolean,
  turn: (to: string) => void,
): CameraState => {
  const next = cameras.length > 1 ? after(cameras, device) : null
  return { kind: 'open', torch, other: next === null ? null : () => turn(next), isDark }
}

/** Told once for each change, however often it is looked at. It begins with false. */
const changesOf = (now: () => boolean, changed: (now: boolean) => void): (() => void) => {
  let before = false
  return () => {
    const is = now()
    if (is === before) return
    before = is
    changed(is)
  }
}

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
    const tell = (isDark: boolean): void => {
      if (mine === generation && camera !== null) ports.changed(openOf(camera, isDark, turn))
    }
    ports
      .open(why => {
        if (mine === generation) failed(why)
      }, tell)
      .then(
        opened => {
          if (mine !== generation) return void opened.stop().catch(() => undefined)
          camera = opened
          tell(false)
        },
        (error: unknown) => {
          if (mine === generation) failed(ports.troubleOf(error))
        },
      )
  }
  const turn = (to: string): void => {
    ports.choose(to)
    close()
    again = 0
    open()
  }
  const look = changesOf(ports.isHidden, isHidden => {
    close()
    if (isHidden) return ports.changed({ kind: 'hidden' })
    again = 0
    open()
  })
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
