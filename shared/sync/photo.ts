import * as v from 'valibot'
import type { ClientId } from '../ids.ts'
import { calendarInstant } from './calendar.ts'
import { text, uuid } from './fields.ts'

/** The longer side in pixels; what a camera gives is scaled down to it. */
export const PHOTO_SIDE_MAX = 1600
/** What a handheld makes at most, so that a day without a network fits on it and a weak radio can carry it. */
export const PHOTO_BYTES_MAX = 400_000
/** What the server takes at most: room for handhelds of another version. */
export const PHOTO_UPLOAD_MAX = 1_048_576

export const isPhotoHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** What a photo belongs to: a command, named as `epoch/seq` of the device that sends it, or a code that nobody knows. */
export const PHOTO_KINDS = ['command', 'code'] as const
export type PhotoKind = (typeof PHOTO_KINDS)[number]

/** Behind the question mark of an upload. */
export const photoQuerySchema = v.pipe(
  v.object({
    kind: v.picklist(PHOTO_KINDS),
    subject: v.pipe(text(200), v.minLength(1)),
    client: v.optional(uuid<ClientId>()),
    takenAt: calendarInstant,
  }),
  v.check(({ kind, subject }) => kind === 'code' || /^[a-z0-9]{12}\/[1-9]\d{0,15}$/.test(subject), 'no command'),
)
export type PhotoQuery = v.InferOutput<typeof photoQuerySchema>
export const photoAnswerSchema = v.object({ kept: v.literal(true) })

/** A code as the subject of a photo: what no database text holds is a question mark, and it is as long as may be. */
export const codeSubject = (code: string): string =>
  [...code.replaceAll(/[\u0000-\u001f\u007f]|\p{Surrogate}/gu, '?')].slice(0, CODE_LETTERS).join('') || '?'
/** Letters beyond the first 65,536 count twice. */
const CODE_LETTERS = 100

/** An apostrophe would be written anew by whoever reads the address, and the proof would be one of another address. */
const encoded = (value: string): string => encodeURIComponent(value).replaceAll("'", '%27')

/** Path and query of an upload, as both sides sign and read them. */
export const photoPath = (sha: string, { kind, subject, takenAt, client }: PhotoQuery): string => {
  const fields = { kind, subject, takenAt, ...(client === undefined ? {} : { client }) }
  const query = Object.entries(fields).map(([name, value]) => `${name}=${encoded(value)}`)
  return `/api/photos/${sha}?${query.join('&')}`
}

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
/** Start of frame, of every kind of JPEG; the three left out are tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/**
 * Width and height of a JPEG by its headers (ITU-T T.81, annex B); null for whatever is none. Nothing is decoded: whoever
 * draws it does that, and bytes that only look like a JPEG draw nothing.
 */
export const jpegSize = (bytes: Uint8Array): { width: number; height: number } | null => {
  const at = (i: number): number => bytes[i] ?? 0
  const isWhole = at(0) === 0xff && at(1) === SOI && at(bytes.length - 2) === 0xff && at(bytes.length - 1) === EOI
  if (!isWhole) return null
  let i = 2
  while (i + 9 < bytes.length && at(i) === 0xff) {
    const marker = at(i + 1)
    if (marker === SOS || marker === EOI) return null
    if (isFrame(marker)) {
      const height = at(i + 5) * 256 + at(i + 6)
      const width = at(i + 7) * 256 + at(i + 8)
      return width > 0 && height > 0 ? { width, height } : null
    }
    const length = at(i + 2) * 256 + at(i + 3)
    if (length < 2) return null
    i += 2 + length
  }
  return null
}
