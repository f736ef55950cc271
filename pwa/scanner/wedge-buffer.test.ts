import { describe, expect, it } from 'vitest'
import { UNKNOWN_PROFILE } from './profile.ts'
import { add, close, EMPTY, isBurst, MAX_TEXT, silenceMs } from './wedge-buffer.ts'

const typed = (text: string, gapMs: number) =>
  [...text].reduce((buffer, character, i) => add(buffer, character, 1000 + i * gapMs), EMPTY)

describe('telling a scanner from a person', () => {
  it('[K20] characters close together are a scan, slow ones are typed, and none is thrown away', () => {
    expect(close(typed('9780764544200', 5), UNKNOWN_PROFILE)).toMatchObject({ kind: 'scan', text: '9780764544200' })
    expect(close(typed('9780764544200', 180), UNKNOWN_PROFILE)).toMatchObject({ kind: 'typed', text: '9780764544200' })
  })
  it('[K21] one or two digits are typed, however fast', () => {
    expect(isBurst(typed('12', 4), UNKNOWN_PROFILE)).toBe(false)
  })
  it('[K22] the time of a scan is the time of its last key', () => {
    expect(close(typed('ABCD', 5), UNKNOWN_PROFILE).t0).toBe(1015)
  })
  it('[K23] a known terminator is waited for; without one a whole code closes sooner than any other', () => {
    const burst = typed('9780764544200', 5)
    expect(silenceMs(burst, { ...UNKNOWN_PROFILE, terminator: 'Enter' }, () => true)).toBe(10_000)
    expect(silenceMs(burst, UNKNOWN_PROFILE, () => true)).toBe(60)
    expect(silenceMs(burst, UNKNOWN_PROFILE, () => false)).toBe(120)
  })
  it('[K24] an endless burst is cut, not kept', () => {
    expect(add({ ...typed('AB', 5), text: 'X'.repeat(MAX_TEXT + 1) }, 'Y', 2000).text.length).toBe(MAX_TEXT + 1)
  })
})
