import { describe, expect, it } from 'vitest'
import { ROLES, mayDo } from './roles.ts'
import { PROCESSES } from './process/index.ts'

describe('roles', () => {
  it('[A5] a supervisor may do every fact of the floor', () => {
    for (const { name, roles } of PROCESSES) expect([name, mayDo(['supervisor'], roles)]).toEqual([name, true])
  })
  it('[A5] nobody else may do what none of their roles is named for', () => {
    for (const held of ROLES) {
      if (held === 'supervisor') continue
      for (const needed of ROLES)
        expect([held, needed, mayDo([held], [needed])]).toEqual([held, needed, held === needed])
    }
    expect(mayDo([], ['picker'])).toBe(false)
    expect(mayDo(['client', 'integrator', 'administrator'], ['picker', 'receiver', 'packer', 'counter'])).toBe(false)
    expect(mayDo(['client', 'picker'], ['packer', 'picker'])).toBe(true)
  })
})
