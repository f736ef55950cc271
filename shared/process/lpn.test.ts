import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import { makeLabel } from '../scan/own-label.ts'
import { demoWorld, one, scanned, warehouse } from '../../test/support/world.ts'
import { lpnId, palletIn, palletLabel } from './lpn.ts'

const own = makeLabel('XP', '0042')
const sscc = '376130321109103420'

describe('pallet labels', () => {
  it.each([
    ['our own label', scanned(own), own],
    ['an SSCC by its field', scanned(`00${sscc}`, [], { sscc }), sscc],
    ['an SSCC as plain digits', scanned(sscc), sscc],
    ['18 digits with a wrong check digit', scanned('376130321109103421'), null],
    ['an item', scanned('8690000000001'), null],
  ])('[L24] %s', (_, resolved, label) => expect(palletLabel(resolved)).toBe(label))
  it('[L24] a pallet has one name on every device, known here or not', () => {
    const world = demoWorld()
    const lpn = lpnId(warehouse, own)
    expect(palletIn(world, scanned(own))).toEqual({ lpn, label: own, known: null })
    world.apply({ ...NOTHING, lpns: [{ id: lpn, client: one.id, label: own }] })
    expect(palletIn(world, scanned(own))).toEqual({ lpn, label: own, known: one.id })
    expect(palletIn(world, scanned('A-01'))).toBeNull()
  })
})
