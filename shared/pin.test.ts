import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivedId } from './ids.ts'
import { leastDigits, needsPin, PIN_MAX, pinFault, withoutPin } from './pin.ts'
import { ROLES } from './roles.ts'

test.each([
  ['2580', ['picker'], null],
  ['258', ['picker'], 'short'],
  ['', ['picker'], 'short'],
  ['2580', ['picker', 'supervisor'], 'short'],
  ['25801', ['integrator'], 'short'],
  ['258014', ['administrator'], null],
  ['258014258014', ['picker'], null],
  ['2580142580147', ['picker'], 'digits'],
  ['25a0', ['picker'], 'digits'],
  ['٢٥٨٠', ['picker'], 'digits'],
  [' 2580', ['picker'], 'digits'],
  ['1111', ['picker'], 'plain'],
  ['000000', ['supervisor'], 'plain'],
  ['1234', ['picker'], 'plain'],
  ['4321', ['picker'], 'plain'],
  ['7890', ['picker'], 'plain'],
  ['2109', ['picker'], 'plain'],
  ['123456', ['supervisor'], 'plain'],
  ['1235', ['picker'], null],
  ['1212', ['picker'], null],
] as const)('[PN2] %s of %j is refused as %s', (pin, roles, fault) => {
  expect(pinFault(pin, roles)).toBe(fault)
})

test('[PN2] what is taken has digits only, as many as the roles need, and more than one step between them', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{0,14}$/), fc.subarray([...ROLES]), (pin, roles) => {
      if (pinFault(pin, roles) !== null) return
      expect(pin.length).toBeGreaterThanOrEqual(leastDigits(roles))
      expect(pin.length).toBeLessThanOrEqual(PIN_MAX)
      expect('0123456789012345678901 98765432109876543210'.includes(pin)).toBe(false)
      expect(new Set(pin).size).toBeGreaterThan(1)
    }),
  )
})

test('[PN1] whoever has one of the roles that the roster names needs a PIN; a roster of before names none', () => {
  const worker = { roles: ['picker', 'counter'] } as const
  expect(needsPin({}, worker)).toBe(false)
  expect(needsPin({ pin: [] }, worker)).toBe(false)
  expect(needsPin({ pin: ['supervisor'] }, worker)).toBe(false)
  expect(needsPin({ pin: ['supervisor', 'counter'] }, worker)).toBe(true)
})

test('[PN3] a person without the verifier is the same person', () => {
  const who = { id: derivedId<'worker'>('worker', 'pin'), name: 'Anna', badgeHash: 'x', clients: null, zones: null }
  const worker = { ...who, roles: [], active: true }
  expect(withoutPin({ ...worker, pin: { salt: 's', rounds: 1, hash: 'h' } })).toEqual(worker)
})
