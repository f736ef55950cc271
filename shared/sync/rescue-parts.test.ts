import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partsOf } from './rescue-parts.ts'

test('[F6] parts put together are the text again, none is larger than it may be unless it is one line, and no line is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30 })), fc.integer({ min: 10, max: 200 }), (strings, size) => {
      const lines = strings.map(line => line.replaceAll('\n', ' '))
      const text = lines.join('\n')
      const parts = partsOf(text, size)
      expect(parts.join('\n')).toBe(text)
      for (const part of parts)
        if (part.includes('\n')) expect(new TextEncoder().encode(part).byteLength).toBeLessThanOrEqual(size)
    }),
    { seed: 1 },
  )
})
