import { describe, expect, it } from 'vitest'
import { changedSince, nextCursor, readCursor } from './tryton-pages.ts'

describe('pages of what changed', () => {
  const began = '2026-11-25T10:00:00.000Z'
  it('[ET7] goes by record number within a pass and begins the next five minutes before this one', () => {
    const first = readCursor(null)
    expect(first).toEqual({ from: null, began: null, after: 0 })
    const second = readCursor(nextCursor({ ...first, began }, 17, true))
    expect(second).toEqual({ from: null, began, after: 17 })
    const next = readCursor(nextCursor({ ...second, began }, 20, false))
    expect(next).toEqual({ from: '2026-11-25T09:55:00.000Z', began: null, after: 0 })
  })
  it('[ET7] asks for what was created as well, because nothing is written at first, and for children', () => {
    expect(changedSince(null, ['', 'lines.'])).toEqual([])
    const [domain] = changedSince('2026-11-25T09:55:00.123456Z', ['', 'lines.']) as [unknown[]]
    expect(domain.slice(1).map(clause => (clause as unknown[])[0])).toEqual([
      'write_date',
      'create_date',
      'lines.write_date',
      'lines.create_date',
    ])
    expect(JSON.stringify(domain)).toContain('"second":0,"microsecond":123456')
  })
  it('[ET7] refuses a cursor that is none of its own', () => {
    for (const text of ['x', '{}', '{"from":1,"began":null,"after":0}'])
      expect(() => readCursor(text)).toThrow('cursor')
  })
})
