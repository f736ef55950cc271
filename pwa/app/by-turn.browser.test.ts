import { describe, expect, it } from 'vitest'
import { byTurn } from './by-turn.ts'

const turn = (): Promise<void> =>
  new Promise(resolve => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => resolve())
    port1.start()
    port2.postMessage(null)
  })

describe('drawing', () => {
  const made = () => {
    const listeners = new Set<() => void>()
    const subscribe = byTurn(listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    })
    const change = (): void => {
      for (const listener of listeners) listener()
    }
    return { subscribe, change, listeners }
  }

  it('[H51] all changes until the answer is complete are drawn once, later ones again', async () => {
    const { subscribe, change } = made()
    let drawn = 0
    subscribe(() => (drawn += 1))
    change()
    await Promise.resolve()
    change()
    change()
    expect(drawn).toBe(0)
    await turn()
    expect(drawn).toBe(1)
    change()
    await turn()
    expect(drawn).toBe(2)
  })

  it('[H51] everybody who draws is told in the same turn; whoever has left is not, and comes back', async () => {
    const { subscribe, change, listeners } = made()
    const drawn = [0, 0]
    const leave = subscribe(() => (drawn[0]! += 1))
    const leaveToo = subscribe(() => (drawn[1]! += 1))
    expect(listeners.size).toBe(1)
    change()
    leave()
    await turn()
    expect(drawn).toEqual([0, 1])
    leaveToo()
    expect(listeners.size).toBe(0)
    subscribe(() => (drawn[0]! += 1))
    change()
    await turn()
    expect(drawn).toEqual([1, 1])
  })
})
