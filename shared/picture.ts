/** What an ERP may give at most: a thumbnail, so that a handheld holds thousands of them. */
export const PICTURE_BYTES_MAX = 10_240

export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp'

const starts = (bytes: Uint8Array, from: number, mark: readonly number[]): boolean =>
  mark.every((byte, i) => bytes[from + i] === byte)

/** By its first bytes, whatever the ERP calls it; null = none that we show. SVG is none: it may hold code. */
export const pictureType = (bytes: Uint8Array): PictureType | null => {
  if (bytes.byteLength < 16 || bytes.byteLength > PICTURE_BYTES_MAX) return null
  if (starts(bytes, 0, [0xff, 0xd8, 0xff])) return 'image/jpeg'
  if (starts(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png'
  const isWebp = starts(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && starts(bytes, 8, [0x57, 0x45, 0x42, 0x50])
  return isWebp ? 'image/webp' : null
}

export const picturePath = (sha: string): string => `/api/pictures/${sha}`
