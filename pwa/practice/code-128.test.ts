import bwip from 'bwip-js/node'
import { expect, test } from 'vitest'
import { barsOf, code128 } from './code-128.ts'

/** What an independent encoder makes of it, in the same subset throughout. */
const reference = (text: string): readonly number[] => {
  const encoder = bwip as unknown as {
    raw: (kind: string, text: string, options: string) => readonly { sbs: readonly number[] }[]
  }
  return encoder.raw('code128', text, 'suppressc')[0]?.sbs ?? []
}

test('[HH4] the codes of the practice sheet are Code 128, alike with an independent encoder', () => {
  // All that can be printed; figures apart, because the other encoder packs four of them into two characters.
  const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(one => !/\d/.test(one))
  const texts = ['XCUND', 'P-01', 'PRACTICE-1', 'XTPR1A', printable.join(''), 'A0B1C2D3E4F5G6H7J8K9L']
  for (const text of texts) expect(code128(text), text).toEqual(reference(text))
})

test('[HH4] bars fill the box between two quiet zones of ten modules', () => {
  const { width, path } = barsOf('P-01')
  // Start, four characters, check: 11 modules each; the stop has 13.
  expect(width).toBe(6 * 11 + 13 + 20)
  expect(path.startsWith('M10 0h2')).toBe(true)
  expect(() => code128('ı')).toThrow(RangeError)
})
