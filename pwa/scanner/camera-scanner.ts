import { checkDigitHolds } from '../../shared/scan/check-digit.ts'
import type { Scan } from '../../shared/scan/scan.ts'
import { scanOf, symbologyOf } from '../../shared/scan/symbology.ts'
import { accept, NOTHING_SEEN } from './accept.ts'
import { Camera } from './camera.ts'
import { camerasHere, watchPicture } from './camera-picture.ts'
import type { RawRead } from './decode-messages.ts'
import { rectOf, VIEWS } from './frames.ts'
import { takeDecoder } from './kept-decoder.ts'

export type CameraTrouble = 'notAllowed' | 'notFound' | 'inUse' | 'insecure' | 'didNotStart'
export type CameraScanner = {
  stop(): Promise<void>
  torch: ((on: boolean) => Promise<void>) | null
  /** Which one is open, and which ones a worker may turn through; null = the browser does not say. */
  device: string | null
  cameras: readonly string[]
}
export type CameraOptions = {
  /** The camera of this handheld, where it has one; another one where that is not there or does not start. */
  device: string | null
  /** What the prompt asks for, and texts that are whole codes: both save the second read. */
  wanted: (text: string) => Promise<boolean>
  known: (text: string) => boolean
  onScan: (scan: Scan) => void
  /** The picture shows nothing, or something again. */
  onDark?: (isDark: boolean) => void
  /** It has ended by itself and is stopped: its picture (another app, a permission taken back, a pulled plug), or what decodes. */
  onEnd?: (why: CameraEnd) => void
}
export type CameraEnd = 'picture' | 'decoder'

/** Thrown by `startCamera`; the screen has the words. */
export class CameraRefused extends Error {
  readonly trouble: CameraTrouble
  constructor(trouble: CameraTrouble, cause?: unknown) {
    super(trouble, { cause })
    this.trouble = trouble
  }
}

const size = { width: { ideal: 1280 }, height: { ideal: 720 } }
const constraintsFor = (device: string | null): readonly MediaStreamConstraints[] => [
  ...(device === null ? [] : [{ video: { deviceId: { exact: device }, ...size }, audio: false }]),
  { video: { facingMode: { ideal: 'environment' }, ...size }, audio: false },
  { video: true, audio: false },
]

const troubleOf = (error: unknown): CameraTrouble => {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError') return 'notAllowed'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'notFound'
  return name === 'NotReadableError' || name === 'AbortError' ? 'inUse' : 'didNotStart'
}

const open = async (camera: Camera, video: HTMLVideoElement, device: string | null): Promise<MediaStream | null> => {
  const all = constraintsFor(device)
  for (const [i, constraints] of all.entries()) {
    try {
      return await camera.open(video, constraints)
    } catch (error) {
      const trouble = troubleOf(error)
      // The one that was chosen may be broken or gone: then any will do.
      const isChosen = device !== null && i === 0
      const other = trouble === 'notFound' || (isChosen && trouble !== 'notAllowed')
      if (!other || i === all.length - 1) throw new CameraRefused(troubleOf(error), error)
    }
  }
  return null
}

/** ITF cuts itself short: only whole GTIN-14s of it count. */
const isWhole = (read: RawRead): boolean =>
  !read.format.startsWith('ITF') || (/^\d{14}$/.test(read.text) && checkDigitHolds(read.text))

const MIN_GAP_MS = 50
/** Opens the camera in `video` and hands on accepted scans until it is stopped. Frames never leave the device. */
export const startCamera = async (video: HTMLVideoElement, options: CameraOptions): Promise<CameraScanner> => {
  if (!('mediaDevices' in navigator)) throw new CameraRefused('insecure')
  const camera = new Camera()
  let state = NOTHING_SEEN
  const take = async (reads: readonly RawRead[]): Promise<void> => {
    for (const read of reads.filter(isWhole)) {
      const at = performance.now()
      const symbology = read.aim === null ? null : symbologyOf(read.aim)
      const isWanted = await options.wanted(read.text)
      if (closed) return
      const known = { expected: () => isWanted, known: options.known }
      const end = accept(state, { text: read.text, symbology, aim: read.aim, at }, known)
      state = end.state
      if (end.taken)
        options.onScan(scanOf(read.text, 'camera', at, { aim: read.aim, symbology, equalReads: end.equalReads }))
    }
  }
  let closed = false
  // One frame's reads after the other, as they came.
  let last = Promise.resolve()
  const { decoder, rest } = takeDecoder(
    reads => {
      last = last.then(() => take(reads)).catch(() => undefined)
    },
    () => end('decoder'),
  )
  let sentAt = 0
  let n = 0
  let handle = 0
  const tick = (): void => {
    if (closed) return
    handle = video.requestVideoFrameCallback(tick)
    // A frame that cannot be decoded now is dropped, never queued.
    if (document.hidden || !decoder.ready() || performance.now() - sentAt < MIN_GAP_MS || video.videoWidth === 0) return
    sentAt = performance.now()
    const view = VIEWS[n % VIEWS.length] ?? 'full'
    n += 1
    void createImageBitmap(video, ...rectOf(view, video.videoWidth, video.videoHeight)).then(
      bitmap => (closed || !decoder.ready() ? bitmap.close() : decoder.send(bitmap, view)),
      () => undefined,
    )
  }
  let unwatch = (): void => undefined
  let here: Pick<CameraScanner, 'device' | 'cameras'> = { device: null, cameras: [] }
  const stop = async (): Promise<void> => {
    closed = true
    unwatch()
    video.cancelVideoFrameCallback(handle)
    rest()
    await camera.close()
  }
  function end(why: CameraEnd): void {
    if (closed) return
    void stop().then(() => options.onEnd?.(why))
  }
  try {
    const stream = await open(camera, video, options.device)
    if (stream === null || closed) throw new CameraRefused('didNotStart')
    unwatch = watchPicture(stream, video, () => end('picture'), options.onDark)
    here = await camerasHere(stream)
    if (closed) throw new CameraRefused('didNotStart')
  } catch (error) {
    await stop()
    throw error
  }
  handle = video.requestVideoFrameCallback(tick)
  return { stop, torch: camera.torch, ...here }
}
