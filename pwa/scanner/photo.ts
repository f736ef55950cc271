import { PHOTO_BYTES_MAX, PHOTO_SIDE_MAX } from '../../shared/sync/photo.ts'

type Size = { width: number; height: number }

/** Scaled down to the longest side that is allowed, never up. */
export const fit = ({ width, height }: Size, side = PHOTO_SIDE_MAX): Size => {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

const QUALITIES = [0.7, 0.6, 0.5, 0.4]
const SMALLER = 0.7
const SMALLEST_SIDE = 320

/** The first try that is small enough: less quality, then a smaller picture. Null = none of them is. */
export const smallEnough = async (
  size: Size,
  encode: (size: Size, quality: number) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer> | null> => {
  for (let side = PHOTO_SIDE_MAX; side >= SMALLEST_SIDE; side *= SMALLER) {
    for (const quality of QUALITIES) {
      const bytes = await encode(fit(size, side), quality)
      if (bytes.byteLength <= PHOTO_BYTES_MAX) return bytes
    }
  }
  return null
}

/**
 * The picture as a JPEG that may be kept; what the file said beside the picture (place, time, device) is left behind by
 * drawing it anew. Null = there is no picture.
 */
export const photoOf = async (source: HTMLVideoElement | Blob): Promise<Uint8Array<ArrayBuffer> | null> => {
  const isVideo = source instanceof HTMLVideoElement
  if (isVideo && source.videoWidth === 0) return null
  const bitmap = await createImageBitmap(source)
  try {
    return await smallEnough(bitmap, async ({ width, height }, quality) => {
      const canvas = new OffscreenCanvas(width, height)
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height)
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality })
      return new Uint8Array(await blob.arrayBuffer())
    })
  } finally {
    bitmap.close()
  }
}
