import type { KeyOffer } from './process.ts'

/** As many as a command can name: the one place that says so, for the wire and for every step. */
export const PHOTOS_MAX = 5

/** Opens the camera; the picture itself comes as an input of its own. */
export const PHOTO_KEY: KeyOffer = { command: 'XCPHT', word: 'key.photo' }

/** With one more photo; the same picture again is the same photo. Null = there is no room for another. */
export const withPhoto = (photos: readonly string[], sha: string): readonly string[] | null => {
  if (photos.includes(sha)) return photos
  return photos.length >= PHOTOS_MAX ? null : [...photos, sha]
}

/** The field of an act: left out where there is nothing to name. */
export const photosIn = (photos: readonly string[] | undefined): { photos?: string[] } =>
  photos === undefined || photos.length === 0 ? {} : { photos: [...photos] }
