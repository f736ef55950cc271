import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, missingOf, partOf, seriesOf, wholeOf } from './rescue-series.ts'
import type { Collected } from './rescue-series.ts'

const bytesOf = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 7919) % 251)
const read = (texts: readonly string[], from: Collected | null = null): Collected | null =>
  texts.reduce<Collected | null>((got, text) => {
    const part = partOf(text)
    return part === null ? got : collect(got, part)
  }, from)

describe('a queue as a series of codes', () => {
  it('[F3] any bytes come back from the codes, in any order and seen more than once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 9 }), (bytes, turn) => {
        const series = seriesOf(bytes)
        const shuffled = [...series.slice(turn % series.length), ...series.slice(0, turn % series.length), ...series]
        const got = read(shuffled)
        expect(got && wholeOf(got)).toEqual(bytes)
      }),
      { numRuns: 60, seed: 1 },
    )
  })
  it('[F3] a code holds only characters that QR codes carry in 5.5 bits, and is read with blanks around it', () => {
    for (const text of seriesOf(bytesOf(1200))) {
      expect(text).toMatch(/^[0-9A-Z $%*+\-./:]+$/)
      expect(text.length).toBeLessThan(970)
      expect(partOf(` ${text}\r\n`)).not.toBeNull()
    }
  })
  it('[F4] what is missing is named, and half a series is no queue', () => {
    const series = seriesOf(bytesOf(2000))
    const got = read([series[3], series[0]].map(String))
    expect(got && missingOf(got)).toEqual([2, 3])
    expect(got && wholeOf(got)).toBeNull()
  })
  it('[F4] a damaged code, one of another series and any other text are not taken for a part', () => {
    const series = seriesOf(bytesOf(1200))
    const [first = ''] = series
    for (let i = 0; i < first.length; i += 1) {
      const other = first[i] === 'A' ? 'B' : 'A'
      const damaged = first.slice(0, i) + other + first.slice(i + 1)
      const part = partOf(damaged)
      // What stays readable differs in its series, number or total, and then never completes this one.
      if (part !== null) expect(wholeOf(read([damaged, ...series.slice(1)]) as Collected)).toBeNull()
    }
    for (const text of [
      '',
      'XR1:',
      'ORD-1042',
      first.slice(0, -20),
      first.replace(/:1\//, ':0/'),
      first.replace(/:1\//, ':9/'),
    ])
      expect(partOf(text)).toBeNull()
  })
  it('[F4] another handheld begins a new series and the two never mix', () => {
    const one = seriesOf(bytesOf(1200))
    const two = seriesOf(bytesOf(1300))
    const got = read([...one.slice(1), ...two.slice(1)].map(String))
    expect(got).toMatchObject({ total: two.length })
    expect(got && missingOf(got)).toEqual([1])
  })
})
