import { BrowserMultiFormatReader } from '@zxing/browser'
import type { IScannerControls } from '@zxing/browser'
import { NotFoundException } from '@zxing/library'

export class CameraDidNotStart extends Error {}

/** One instance: no stack trace per tick. */
const NOTHING = new NotFoundException()

/** The library opens, plays and stops the stream; it never decodes, because its decoding blocks the main thread. */
class CameraReader extends BrowserMultiFormatReader {
  constructor() {
    super(undefined, { delayBetweenScanAttempts: 1000, delayBetweenScanSuccess: 1000, tryPlayVideoTimeout: 5000 })
  }
  override decodeFromCanvas(): never {
    throw NOTHING
  }
}

/** With a torch, `stop` talks to a dead track and rejects: nothing is left to stop then. */
const stopQuietly = async (controls: IScannerControls | undefined): Promise<void> => {
  try {
    await (controls?.stop() as unknown)
  } catch {
    // See above.
  }
}

/** An open camera. Closing it while it opens is safe: the stream that comes late is stopped at once. */
export class Camera {
  #generation = 0
  #stream: MediaStream | undefined
  #controls: IScannerControls | undefined

  async open(video: HTMLVideoElement, constraints: MediaStreamConstraints): Promise<MediaStream | null> {
    this.#generation += 1
    const mine = this.#generation
    const stream = await navigator.mediaDevices.getUserMedia(constraints)
    if (mine !== this.#generation) {
      for (const track of stream.getTracks()) track.stop()
      return null
    }
    this.#stream = stream
    try {
      const controls = await new CameraReader().decodeFromStream(stream, video, () => {})
      if (mine !== this.#generation) {
        await stopQuietly(controls)
        return null
      }
      this.#controls = controls
    } catch (cause) {
      for (const track of stream.getTracks()) track.stop()
      throw new CameraDidNotStart('the camera did not start', { cause })
    }
    return stream
  }

  get torch(): ((on: boolean) => Promise<void>) | null {
    return this.#controls?.switchTorch ?? null
  }

  async close(): Promise<void> {
    this.#generation += 1
    const controls = this.#controls
    const stream = this.#stream
    this.#controls = undefined
    this.#stream = undefined
    // The torch first: after the tracks have stopped nothing can switch it off.
    if (controls?.switchTorch) await controls.switchTorch(false).catch(() => {})
    for (const track of stream?.getTracks() ?? []) track.stop()
    await stopQuietly(controls)
  }
}
