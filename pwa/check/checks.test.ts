import { expect, test } from 'vitest'
import { CHECKS, checksOf, TEST_CODE } from './checks.ts'
import type { CheckId, Facts } from './checks.ts'

const NEW: Facts = {
  read: null,
  scanner: { terminator: null, gapMsP95: 12 },
  camera: 'untried',
  sound: { level: 8, heard: 'untried' },
  vibration: { level: 3, isThere: true, felt: 'untried' },
  storage: { persists: null, used: null },
  clockOffS: null,
  link: 'connecting',
  isReadyOffline: false,
}
const GOOD: Facts = {
  read: { text: TEST_CODE, source: 'wedge' },
  scanner: { terminator: 'Enter', gapMsP95: 5 },
  camera: 'works',
  sound: { level: 8, heard: 'yes' },
  vibration: { level: 3, isThere: true, felt: 'yes' },
  storage: { persists: true, used: 12 },
  clockOffS: 1,
  link: 'online',
  isReadyOffline: true,
}
const of = (id: CheckId, change: Partial<Facts>) => {
  const found = checksOf({ ...GOOD, ...change }).find(check => check.id === id)
  if (found === undefined) throw new Error(id)
  return found
}
const wedge = (text: string) => ({ read: { text, source: 'wedge' as const } })

test('[HH1] nothing is called good before it was tried', () => {
  expect(checksOf(NEW).map(check => check.result)).toEqual(CHECKS.map(() => 'open'))
  expect(checksOf(GOOD).map(check => check.result)).toEqual(CHECKS.map(() => 'good'))
})

test('[HH1] a scanner without suffix, a slow one and a typed code are told apart', () => {
  expect(of('scanner', {})).toMatchObject({ key: 'scanner.good', values: { end: 'Enter', ms: 5 } })
  expect(of('scanner', { scanner: { terminator: null, gapMsP95: 5 } })).toMatchObject({ key: 'scanner.noEnd' })
  expect(of('scanner', { scanner: { terminator: 'Tab', gapMsP95: 61 } })).toMatchObject({ key: 'scanner.slow' })
  expect(of('scanner', { read: { text: 'A', source: 'typed' } }).result).toBe('open')
  expect(of('scanner', { read: { text: 'A', source: 'camera' } }).key).toBe('scanner.byCamera')
})

test('[HH1] letters that a keyboard layout has moved are named; other codes say nothing about them', () => {
  expect(of('letters', wedge('AZERTY)QW)à&ç(')).key).toBe('letters.bad')
  expect(of('letters', wedge('8690000000001')).result).toBe('open')
  expect(of('letters', wedge('SKU-1234567-89')).result).toBe('open')
})

test('[HH1] camera, sound, vibration and storage say what to do', () => {
  expect(of('camera', { camera: 'denied' })).toMatchObject({ result: 'bad', key: 'camera.denied' })
  expect(of('camera', { camera: 'insecure' }).result).toBe('bad')
  expect(of('camera', { camera: 'missing' }).result).toBe('look')
  expect(of('sound', { sound: { level: 0, heard: 'yes' } }).key).toBe('sound.off')
  expect(of('sound', { sound: { level: 8, heard: 'no' } }).result).toBe('bad')
  expect(of('vibration', { vibration: { level: 3, isThere: false, felt: 'untried' } }).key).toBe('vibration.missing')
  expect(of('vibration', { vibration: { level: 3, isThere: true, felt: 'no' } }).result).toBe('bad')
  expect(of('storage', { storage: { persists: false, used: 3 } }).key).toBe('storage.look')
  expect(of('storage', { storage: { persists: true, used: 80 } })).toMatchObject({ result: 'bad', values: { n: 80 } })
})

test('[HH1] a clock is wrong from two minutes on, to either side; before it is only said', () => {
  expect(of('clock', { clockOffS: -4.9 }).result).toBe('good')
  expect(of('clock', { clockOffS: -5 })).toMatchObject({ result: 'look', values: { n: 5 } })
  expect(of('clock', { clockOffS: 119 }).result).toBe('look')
  expect(of('clock', { clockOffS: -120 })).toMatchObject({ result: 'bad', values: { n: 2 } })
  expect(of('network', { link: 'offline' }).result).toBe('look')
  expect(of('network', { link: 'revoked' }).result).toBe('bad')
})
