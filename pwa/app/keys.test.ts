import { expect, test } from 'vitest'
import { homeBar } from './bar.ts'
import { commandOfKey } from './keys.ts'

const bar = (event: 'right' | 'unknown') => homeBar({ event }).map(offer => offer.command)

test('[H55] on Home the function keys are its buttons: F1 the next work, F3 and F4 what stands in the middle and on the right', () => {
  expect(bar('right')).toEqual(['XCNXT', 'XCLKP', 'XCKEY'])
  const keys = ['F1', 'F2', 'F3', 'F4', 'F6', 'F7', 'F8', 'Escape', 'F5', 'F11', 'F12']
  expect(keys.map(key => commandOfKey(key, bar('right'), false, true))).toEqual([
    'XCNXT',
    'XCUND',
    'XCLKP',
    'XCKEY',
    'XCMNU',
    'XCLKP',
    'XCHME',
    'XCBAK',
    null,
    null,
    null,
  ])
  expect(commandOfKey('F1', [], false)).toBe('XCDNE')
  expect(commandOfKey('F1', bar('right'), true, true)).toBe('XCYES')
})

test('[H55] after a code that nobody knows the first button leads to who may know', () => {
  expect(bar('unknown')).toEqual(['XCPRB', 'XCLKP', 'XCKEY'])
})
