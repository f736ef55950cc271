import type { CameraTry } from './checks.ts'

/** Opens the camera for a moment: whether it can, and if not, why. */
export const tryCamera = async (): Promise<CameraTry> => {
  if (!isSecureContext || !('mediaDevices' in navigator)) return 'insecure'
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    for (const track of stream.getTracks()) track.stop()
    return 'works'
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'missing'
  }
}

/** Whether the browser keeps what is stored here for good; it is asked for once more where it does not. */
export const askStorage = async (): Promise<{ persists: boolean; used: number | null }> => {
  if (!('storage' in navigator)) return { persists: false, used: null }
  const persists = (await navigator.storage.persisted()) || (await navigator.storage.persist())
  const { usage, quota } = await navigator.storage.estimate()
  return { persists, used: usage === undefined || !quota ? null : (usage / quota) * 100 }
}

export const vibrates = (): boolean => 'vibrate' in navigator
