import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { jpegHeaders } from '../../test/support/jpeg.ts'
import { codeSubject, jpegSize, photoPath, photoQuerySchema } from './photo.ts'

const TAKEN = '2026-11-23T08:00:00.000Z'

describe('a photo on the wire', () => {
  it('[PH10] the sides of a JPEG are read from its headers; whatever is none has no sides', () => {
    expect(jpegSize(jpegHeaders(1600, 1200, 'shot'))).toEqual({ width: 1600, height: 1200 })
    const good = jpegHeaders(640, 480)
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 0)
    const long = good.with(5, 255)
    for (const bad of [new Uint8Array(), png, good.slice(0, -1), jpegHeaders(0, 480), good.slice(2), long])
      expect(jpegSize(bad)).toBeNull()
    // No marker can hold the reader: a length of nothing ends it.
    expect(jpegSize(Uint8Array.of(0xff, 0xd8, 0xff, 0xfe, 0, 0, ...good.slice(6)))).toBeNull()
  })

  it('[PH6] what a photo belongs to is read as it was written, whatever a code holds', () => {
    for (const code of [
      "Hammer's & Nägel 5+5=10?#%",
      '\u001d0104012345',
      'x'.repeat(600),
      '🔨'.repeat(300),
      '\ud83d',
      '',
    ]) {
      const about = { kind: 'code' as const, subject: codeSubject(code), takenAt: TAKEN }
      const url = new URL(photoPath('a'.repeat(64), about), 'http://localhost')
      expect(url.pathname + url.search).toBe(photoPath('a'.repeat(64), about))
      expect(v.parse(photoQuerySchema, Object.fromEntries(url.searchParams))).toEqual(about)
    }
    expect(codeSubject("5'")).toBe("5'")
  })

  it('[PH6] a command is named by epoch and number, and by nothing else', () => {
    const about = (subject: string) => ({ kind: 'command', subject, takenAt: TAKEN })
    expect(v.safeParse(photoQuerySchema, about('abcdefghijkl/12')).success).toBe(true)
    for (const subject of ['abcdefghijkl/0', 'abcdefghijkl', '../12', 'ABCDEFGHIJKL/1', ''])
      expect(v.safeParse(photoQuerySchema, about(subject)).success).toBe(false)
  })
})
