import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from './default-policy.ts'
import { policySchema } from './policy-schema.ts'
import { policyFor } from './policy.ts'

const with_ = (change: object): unknown => ({ ...DEFAULT_POLICY, ...change })

describe('policies', () => {
  it('[L9] the defaults are a policy', () => {
    expect(v.parse(policySchema, DEFAULT_POLICY)).toEqual(DEFAULT_POLICY)
  })
  it("[L9] a client's own policy counts, else the warehouse's", () => {
    const own = { ...DEFAULT_POLICY, task: { ...DEFAULT_POLICY.task, noPrefill: false } }
    const set = { version: 1, warehouse: DEFAULT_POLICY, clients: { c1: own } }
    expect(policyFor(set, 'c1')).toBe(own)
    expect(policyFor(set, 'c2')).toBe(DEFAULT_POLICY)
  })
  it.each([
    ['a percentage of 1000', { receive: { ...DEFAULT_POLICY.receive, overPct: 1000 } }, true],
    ['a percentage above 1000', { receive: { ...DEFAULT_POLICY.receive, overPct: 1000.5 } }, false],
    ['a negative percentage', { receive: { ...DEFAULT_POLICY.receive, overPct: -1 } }, false],
    ['a broken percentage', { receive: { ...DEFAULT_POLICY.receive, overPct: 2.5 } }, true],
    ['half a day', { shelf: { ...DEFAULT_POLICY.shelf, acceptDays: 0.5, minDaysOut: null } }, false],
    ['ten years', { shelf: { ...DEFAULT_POLICY.shelf, acceptDays: 3650, minDaysOut: 3650 } }, true],
    ['more than ten years', { shelf: { ...DEFAULT_POLICY.shelf, acceptDays: 3651, minDaysOut: null } }, false],
    ['a roster of 30 days', { worker: { rosterDays: 30 } }, true],
    ['a roster of 31 days', { worker: { rosterDays: 31 } }, false],
    ['a PIN of pickers', { worker: { rosterDays: 7, pin: ['picker'] } }, true],
    ['a PIN of nobody we know', { worker: { rosterDays: 7, pin: ['guest'] } }, false],
    ['a word that nobody knows', { pick: { ...DEFAULT_POLICY.pick, fefo: 'maybe' } }, false],
  ])('[L9] %s', (_, change, good) => expect(v.safeParse(policySchema, with_(change)).success).toBe(good))
})
