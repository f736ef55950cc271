import { describe, expect, test } from 'vitest'
import { fold } from './fold.ts'

describe('a text as it is searched by', () => {
  test.each([
    ['ŞİŞE', 'sise'],
    ['ŞIŞE', 'sise'],
    ['şişe', 'sise'],
    ['Iğdır', 'igdir'],
    ['İSTANBUL', 'istanbul'],
    ['Çöğür Ünlü', 'cogur unlu'],
    ['Crème brûlée', 'creme brulee'],
    ['Ⅳ ½ ﬁne', 'iv 1⁄2 fine'],
    ['SKU-0042/ı', 'sku-0042/i'],
  ])('[U9] %s is searched as %s', (text, folded) => expect(fold(text)).toBe(folded))
})
