import { expect, test } from 'vitest'
import { makeTurns } from './turns.ts'

const gate = () => {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, opened }
}

test('[Y18] pushes of a warehouse go in the order they came, so many at a time, and one that fails holds nobody up', async () => {
  const turns = makeTurns(2)
  const gates = Array.from({ length: 5 }, gate)
  const begun: number[] = []
  const ends = gates.map(({ opened }, n) =>
    turns('north', async () => {
      begun.push(n)
      await opened
      if (n === 0) throw new Error('broken')
      return n
    }),
  )
  const other = await turns('south', async () => 'south')
  expect(other).toBe('south')
  expect(begun).toEqual([0, 1])
  gates[0]?.open()
  await expect(ends[0]).rejects.toThrow('broken')
  expect(begun).toEqual([0, 1, 2])
  for (const { open } of gates) open()
  expect(await Promise.all(ends.slice(1))).toEqual([1, 2, 3, 4])
  expect(begun).toEqual([0, 1, 2, 3, 4])
  expect(await turns('north', async () => 'again')).toBe('again')
})
