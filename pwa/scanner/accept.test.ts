import { describe, expect, it } from 'vitest'
import type { Symbology } from '../../shared/scan/scan.ts'
import { accept, NOTHING_SEEN } from './accept.ts'

const run = (
  reads: readonly [text: string, at: number, symbology?: Symbology][],
  expected: readonly string[] = [],
): string[] => {
  let state = NOTHING_SEEN
  return reads.flatMap(([text, at, symbology = 'ean13']) => {
    const end = accept(
      state,
      { text, at, symbology, aim: null },
      { expected: t => expected.includes(t), known: () => false },
    )
    state = end.state
    return end.taken ? [`${text}×${end.equalReads}`] : []
  })
}

describe('when a read of the camera counts', () => {
  it('[K10] a linear code needs two equal reads, unless it is what is expected', () => {
    expect(run([['A', 0]])).toEqual([])
    expect(
      run([
        ['A', 0],
        ['A', 100],
      ]),
    ).toEqual(['A×2'])
    expect(run([['A', 0]], ['A'])).toEqual(['A×1'])
  })
  it('[K11] two reads too far apart, or with another code between, prove nothing', () => {
    expect(
      run([
        ['A', 0],
        ['A', 900],
      ]),
    ).toEqual([])
    expect(
      run([
        ['A', 0],
        ['B', 50],
        ['A', 100],
      ]),
    ).toEqual([])
  })
  it('[K12] a 2D code counts at once', () => {
    expect(run([['A', 0, 'datamatrix']])).toEqual(['A×1'])
  })
  it('[K13] holding still counts once; out of view and back counts again', () => {
    expect(
      run([
        ['A', 0],
        ['A', 50],
        ['A', 500],
        ['A', 1000],
      ]),
    ).toEqual(['A×2'])
    expect(
      run([
        ['A', 0],
        ['A', 50],
        ['A', 900],
        ['A', 950],
      ]),
    ).toEqual(['A×2', 'A×2'])
  })
})
