import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { captionsSchema } from '../../shared/label/captions.ts'
import { commandSheetSchema, practiceSheetSchema } from '../../shared/label/label.ts'
import { ROWS } from '../practice/rows.ts'
import { practiceSheet } from './practice-sheet.ts'
import { commandSheet } from './command-sheet.ts'
import { LABEL_CAPTIONS } from './labels.ts'

describe('words on paper', () => {
  it.each(['en', 'tr'] as const)(
    '[PL11] the command sheet has each command once, in the language of the worker: %s',
    async language => {
      const sheet = v.parse(commandSheetSchema, await commandSheet(language))
      const cells = sheet.groups.flatMap(group => group.cells)
      expect(new Set(cells.map(cell => cell.code)).size).toBe(cells.length)
      expect(cells.filter(cell => cell.word === '')).toEqual([])
      expect(cells.find(cell => cell.code === 'XCDNE')?.word).toBe(language === 'en' ? 'Done' : 'Bitti')
      expect(cells.slice(-1)).toEqual([{ code: 'XCQ20', word: '20' }])
      expect(v.parse(captionsSchema, LABEL_CAPTIONS[language])).toEqual(LABEL_CAPTIONS[language])
    },
  )
  it.each(['en', 'tr'] as const)(
    '[PL11] the practice sheet has the codes of the practice in its order: %s',
    async language => {
      const sheet = v.parse(practiceSheetSchema, await practiceSheet(language))
      const cells = sheet.groups.flatMap(group => group.cells)
      expect(cells.map(cell => cell.code)).toEqual(ROWS.map(row => row.code))
      expect(new Set(cells.map(cell => cell.word)).size).toBe(cells.length)
    },
  )
})
