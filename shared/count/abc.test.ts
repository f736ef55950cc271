import { expect, test } from 'vitest'
import { derivedId } from '../ids.ts'
import type { ItemId } from '../ids.ts'
import { abcOf } from './abc.ts'

const item = (name: string): ItemId => derivedId('item', name)
const classes = (...moves: [string, number][]): string =>
  [...abcOf(new Map(moves.map(([name, n]) => [item(name), n])))]
    .map(([id, abc]) => `${moves.find(([name]) => item(name) === id)?.[0]}${abc}`)
    .sort()
    .join(' ')

test('[Z16] the items that make 80 % of what leaves are A, up to 95 % B, the rest C, and what never moves is C', () => {
  expect(classes(['a', 80], ['b', 15], ['c', 5], ['d', 0])).toBe('aA bB cC dC')
  expect(classes(['a', 50], ['b', 29], ['c', 1], ['d', 20])).toBe('aA bA cC dA')
  expect(classes(['only', 3])).toBe('onlyA')
  expect(classes(['a', 0], ['b', 0])).toBe('aC bC')
  expect(classes()).toBe('')
})
