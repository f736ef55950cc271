import { TEST_CODE } from '../check/checks.ts'
import type { HandKey } from '../words/en-hand.ts'
import { CODES } from './stock.ts'

/** In the order of a first walk; the first wrong code is deliberate. */
export const ROWS: readonly { word: HandKey; code: string }[] = [
  { word: 'practice.order', code: CODES.order },
  { word: 'practice.tote', code: CODES.tote },
  { word: 'practice.place', code: CODES.place },
  { word: 'practice.wrong', code: CODES.wrong },
  { word: 'practice.item', code: CODES.item },
  { word: 'practice.undo', code: 'XCUND' },
  { word: 'practice.place2', code: CODES.place2 },
  { word: 'practice.item2', code: CODES.item2 },
  { word: 'practice.delivery', code: CODES.delivery },
  { word: 'practice.unknown', code: CODES.unknown },
  { word: 'practice.home', code: 'XCHME' },
  { word: 'practice.letters', code: TEST_CODE },
]
