import { describe, expect, it } from 'vitest'
import { after, choosable, openChoice } from './camera-choice.ts'
import { LIGHT, looked } from './darkness.ts'

const listed = (id: string, label = '', facing: readonly string[] = []) => ({ id, label, facing })
const shelf = () => {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

describe('which camera', () => {
  it('[K47] only cameras that look away from the person are turned through, all where none says so', () => {
    const cameras = [
      listed('a', 'camera2 1, facing front', ['user']),
      listed('b', 'camera2 0, facing back'),
      listed('c', 'Kamera 2', ['environment']),
    ]
    expect(choosable(cameras)).toEqual(['b', 'c'])
    expect(choosable([listed('x'), listed('y')])).toEqual(['x', 'y'])
    expect(choosable([listed(''), listed('')])).toEqual([])
  })

  it('[K47] one follows the other, and the last is followed by the first', () => {
    expect(after(['a', 'b'], 'a')).toBe('b')
    expect(after(['a', 'b'], 'b')).toBe('a')
    expect(after(['a', 'b'], 'gone')).toBe('a')
    expect(after([], 'a')).toBeNull()
  })

  it('[K48] a camera is remembered after three reads with it, and not because it was tried', () => {
    const storage = shelf()
    const choice = openChoice(storage)
    expect(choice.wanted()).toBeNull()
    choice.choose('macro')
    expect(choice.wanted()).toBe('macro')
    choice.read('macro')
    choice.read('macro')
    choice.choose('wide')
    choice.read('wide')
    choice.read('macro')
    choice.read('macro')
    expect(openChoice(storage).wanted()).toBeNull()
    choice.read('macro')
    expect(openChoice(storage).wanted()).toBe('macro')
  })
})

describe('a black picture', () => {
  const black = new Uint8Array([9, 4, 12, 255, 0, 0, 0, 255])
  const grey = new Uint8Array([9, 4, 12, 255, 90, 90, 90, 255])

  it('[K50] is told after a second and a half, and no longer than it is black', () => {
    let state = looked(LIGHT, black, 1000)
    expect(state.told).toBe(false)
    state = looked(state, black, 2400)
    expect(state.told).toBe(false)
    state = looked(state, black, 2500)
    expect(state.told).toBe(true)
    state = looked(state, grey, 2600)
    expect(state.told).toBe(false)
    expect(looked(state, black, 2700).told).toBe(false)
  })
})
