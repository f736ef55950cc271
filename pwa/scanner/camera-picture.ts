import { choosable } from './camera-choice.ts'
import type { Listed } from './camera-choice.ts'
import { LIGHT, looked } from './darkness.ts'

/** Labels are near and at changing distances: once focused is not enough. */
const focus = async (track: MediaStreamTrack | undefined): Promise<void> => {
  const modes: unknown = track?.getCapabilities && 'focusMode' in track.getCapabilities() ? focusModes(track) : []
  if (!Array.isArray(modes) || !modes.includes('continuous')) return
  const advanced = [{ focusMode: 'continuous' } as MediaTrackConstraintSet]
  await track?.applyConstraints({ advanced }).catch(() => undefined)
}
const focusModes = (track: MediaStreamTrack): unknown => Reflect.get(track.getCapabilities(), 'focusMode')

/** Which one is open, and which a worker may turn through. Labels and ids are there once a camera was allowed. */
export const camerasHere = async (
  stream: MediaStream,
): Promise<{ device: string | null; cameras: readonly string[] }> => {
  const [track] = stream.getVideoTracks()
  void focus(track)
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => [])
  const cameras = devices.filter(({ kind }) => kind === 'videoinput')
  const choice = choosable(
    cameras.map((one): Listed => ({
      id: one.deviceId,
      label: one.label,
      facing: one instanceof InputDeviceInfo ? (one.getCapabilities().facingMode ?? []) : [],
    })),
  )
  return { device: track?.getSettings().deviceId ?? null, cameras: choice }
}

/** Looks now and then whether the picture shows anything. */
const watchLight = (video: HTMLVideoElement, told: (isDark: boolean) => void): (() => void) => {
  const canvas = document.createElement('canvas')
  canvas.width = LOOK.width
  canvas.height = LOOK.height
  const context = canvas.getContext('2d', { willReadFrequently: true })
  let state = LIGHT
  const look = (): void => {
    if (context === null || document.hidden || video.videoWidth === 0) return
    context.drawImage(video, 0, 0, LOOK.width, LOOK.height)
    const next = looked(state, context.getImageData(0, 0, LOOK.width, LOOK.height).data, performance.now())
    if (next.told !== state.told) told(next.told)
    state = next
  }
  const timer = setInterval(look, LOOK_MS)
  return () => clearInterval(timer)
}
const LOOK = { width: 32, height: 18 }
const LOOK_MS = 500

/** A picture that stays away so long does not come back by itself. */
const MUTE_MS = 2000

/** Whether a picture comes, and whether it shows anything. Returns what ends the watch. */
export const watchPicture = (
  stream: MediaStream,
  video: HTMLVideoElement,
  lost: () => void,
  onDark: (isDark: boolean) => void = () => undefined,
): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const still = (): void => clearTimeout(timer)
  const mute = (): void => {
    clearTimeout(timer)
    timer = setTimeout(lost, MUTE_MS)
  }
  const stopLooking = watchLight(video, onDark)
  const tracks = stream.getVideoTracks()
  for (const track of tracks) {
    track.addEventListener('ended', lost)
    track.addEventListener('mute', mute)
    track.addEventListener('unmute', still)
  }
  return () => {
    still()
    stopLooking()
    for (const track of tracks) {
      track.removeEventListener('ended', lost)
      track.removeEventListener('mute', mute)
      track.removeEventListener('unmute', still)
    }
  }
}
