import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { noMark } from '../sync/marks.ts'
import type { QueueLook } from '../sync/ports.ts'
import { missingSince, noteQueue } from './across-update.ts'

const warehouse = derivedId<'warehouse'>('warehouse', 'across')
const device = derivedId<'device'>('device', 'across')

const memory = () => {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    kept,
  }
}
/** `epochs`: name, acknowledged, waiting; the last one is the present one. */
const queue = (next: number, ...epochs: readonly [epoch: string, acked: number, count: number][]): QueueLook => {
  const [epoch = 'none'] = epochs.at(-1) ?? []
  return {
    birth: { device, warehouse, epoch, n: 1, next, prevHash: '' },
    epochs: epochs.map(([name, acked, count]) => ({
      epoch: name,
      mark: { ...noMark(name, warehouse), acked },
      unsent: [],
      count,
    })),
    noted: new Map(),
  }
}

test.each([
  ['the same waits', queue(11, ['one', 5, 5]), 0],
  ['some were acknowledged meanwhile', queue(11, ['one', 8, 2]), 0],
  ['more was done meanwhile', queue(13, ['one', 5, 7]), 0],
  ['the server was restored and wants more of it', queue(11, ['one', 2, 8]), 0],
  ['another epoch has begun, the old one waits', queue(1, ['one', 5, 5], ['two', 0, 0]), 0],
  ['two are gone', queue(11, ['one', 5, 3]), 2],
  ['two are gone, one was acknowledged', queue(11, ['one', 6, 2]), 2],
  ['the numbers went back', queue(9, ['one', 5, 3]), 2],
  ['everything is gone', queue(1, ['new', 0, 0]), 5],
  ['there is no marker row', { birth: null, epochs: [], noted: new Map() }, 5],
])('[H71] of 5 that waited before an update, where %s', (_, after, missing) => {
  const beside = memory()
  noteQueue(beside, queue(11, ['one', 5, 5]))
  expect(missingSince(beside, after)).toBe(missing)
  expect(beside.kept.size).toBe(missing === 0 ? 0 : 1)
})

test('[H71] what is missing is told at each start, over another update too, until the note is taken away', () => {
  const beside = memory()
  noteQueue(beside, queue(11, ['one', 5, 5]))
  expect(missingSince(beside, queue(11, ['one', 5, 3]))).toBe(2)
  expect(missingSince(beside, queue(11, ['one', 10, 0]))).toBe(2)
  noteQueue(beside, queue(12, ['one', 10, 1]))
  expect(missingSince(beside, queue(12, ['one', 10, 1]))).toBe(2)
  beside.kept.clear()
  expect(missingSince(beside, null)).toBe(0)
})

test('[H71] a note that nobody can read is none, and nothing is missing where nothing was noted', () => {
  const beside = memory()
  expect(missingSince(beside, queue(1, ['one', 0, 0]))).toBe(0)
  for (const text of ['', '{', '{"missing":-1}', '{"epochs":3}']) {
    beside.setItem('stockhand-before-update', text)
    expect(missingSince(beside, queue(1, ['one', 0, 0]))).toBe(0)
  }
})
