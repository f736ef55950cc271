import { expect, test } from 'vitest'
import { framed, framesIn } from './frames.ts'

test('[S45] several blocks travel in one answer, and an answer that was cut is none', () => {
  const parts = [Uint8Array.of(1, 2, 3), null, Uint8Array.of(4)]
  const whole = framed(parts)
  expect(framesIn(whole, 3)).toEqual(parts)
  for (let end = 0; end < whole.length; end += 1) expect(framesIn(whole.slice(0, end), 3)).toBeNull()
  for (const count of [2, 4]) expect(framesIn(whole, count)).toBeNull()
})
