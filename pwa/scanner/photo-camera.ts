import { Camera } from './camera.ts'

const size = { width: { ideal: 1600 }, height: { ideal: 1200 } }
const CONSTRAINTS: readonly MediaStreamConstraints[] = [
  { video: { facingMode: { ideal: 'environment' }, ...size }, audio: false },
  { video: true, audio: false },
]

/** The camera for a photo: nothing is decoded. Null = there is none, or it is not allowed. */
export const openPhotoCamera = async (video: HTMLVideoElement): Promise<{ stop: () => void } | null> => {
  if (!('mediaDevices' in navigator)) return null
  const camera = new Camera()
  const stop = (): void => void camera.close()
  for (const constraints of CONSTRAINTS) {
    try {
      await camera.open(video, constraints)
      return { stop }
    } catch {
      // The second asks for less.
    }
  }
  await camera.close()
  return null
}
