/** Brightest pixel of a picture that shows nothing: a shutter, a finger, a lens of another app. Sensors are never quite 0. */
const BLACK = 24
/** A hand that passes by is no black picture. */
const BLACK_MS = 1500

/** Since when it has been black; null = it is not. */
export type Darkness = { since: number | null; told: boolean }
export const LIGHT: Darkness = { since: null, told: false }

/** One look at the picture, as RGBA bytes. */
export const looked = (before: Darkness, pixels: ArrayLike<number>, at: number): Darkness => {
  const since = isBlack(pixels) ? (before.since ?? at) : null
  return { since, told: since !== null && at - since >= BLACK_MS }
}

const isBlack = (pixels: ArrayLike<number>): boolean => {
  for (let i = 0; i < pixels.length; i += 4)
    if ((pixels[i] ?? 0) > BLACK || (pixels[i + 1] ?? 0) > BLACK || (pixels[i + 2] ?? 0) > BLACK) return false
  return pixels.length > 0
}
