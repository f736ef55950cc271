import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derivedId } from '../ids.ts'
import type { ClientId } from '../ids.ts'
import { codeKey } from './code-key.ts'
import { gs1CheckDigit } from './check-digit.ts'
import { expandUpcE, gtin14, gtinsOf } from './gtin.ts'
import { labelCheck, makeLabel, readLabel } from './own-label.ts'
import { keysOf, resolve } from './resolve.ts'
import type { ResolveOptions } from './resolve.ts'
import type { CodeHit, CodeKind, CodeLookup, Resolved } from './scan.ts'
import { scanOf } from './symbology.ts'

const one: ClientId = derivedId('client', 'one')
const two: ClientId = derivedId('client', 'two')
const hit = (name: string, quantity = 1, client = one): CodeHit => ({
  kind: 'item',
  client,
  item: derivedId('item', name),
  packaging: quantity === 1 ? null : 'case',
  quantity,
})
const place: CodeHit = { kind: 'location', location: derivedId('location', 'A-01') }
const CODES: Readonly<Record<string, readonly CodeHit[]>> = {
  [codeKey('9780764544200')]: [hit('book')],
  [codeKey('19780764544207')]: [hit('book', 12)],
  [codeKey('04210000526' + gs1CheckDigit('04210000526'))]: [hit('can')],
  'SKU-1': [hit('mug'), hit('mug', 1, two)],
  'A-01': [place],
  MIXED: [place, hit('mixed')],
  TWICE: [hit('a'), hit('b')],
  '43542104': [hit('doubled')],
}
/** Answers only what `keysOf` announced, as the handheld does: a key that was not fetched is not there. */
const lookupFor = (raw: string): CodeLookup => {
  const keys = new Set(keysOf(scanOf(raw, 'wedge', 0), '2026-11-23'))
  return { find: key => (keys.has(key) ? (CODES[key] ?? []) : []) }
}
const read = (raw: string, wanted: readonly CodeKind[] = ['item'], more: Partial<ResolveOptions> = {}): Resolved =>
  resolve(scanOf(raw, 'wedge', 0), wanted, lookupFor(raw), {
    today: '2026-11-23',
    client: one,
    gsSeen: true,
    measureRules: [],
    upperCase: false,
    ...more,
  })
const items = (resolved: Resolved): string[] =>
  resolved.readings.flatMap(r => (r.kind === 'item' ? [`${r.quantity}`] : [r.kind]))

describe('what a scan means', () => {
  it('[G10] an EAN-13 means its item, with or without the AIM identifier', () => {
    expect(items(read('9780764544200'))).toEqual(['1'])
    expect(items(read(']E09780764544200'))).toEqual(['1'])
  })
  it('[G10] a wrong check digit is unknown, never a near match', () => {
    expect(read('9780764544201').readings).toEqual([])
  })
  it('[G11] a case is a case: its own GTIN-14 counts twelve, an unknown level is unknown', () => {
    expect(items(read('19780764544207'))).toEqual(['12'])
    expect(read('29780764544204').readings).toEqual([])
  })
  it('[G12] one GS1 label gives item, lot, expiry and count at once', () => {
    const resolved = read(']d2010978076454420010L77\u001d17270331\u001d3704')
    expect(items(resolved)).toEqual(['1'])
    expect(resolved.fields).toMatchObject({ lot: 'L77', expiry: '2027-03-31', count: 4 })
  })
  it('[G12] day 00 is the last day of its month', () => {
    expect(read(']d2010978076454420017270200').fields.expiry).toBe('2027-02-28')
  })
  it('[G12] what is cut off of a label is asked for, and a count that is cut off refuses it: one is no guess for it', () => {
    expect(read(']d2010978076454420010')).toMatchObject({ problem: null, fields: {} })
    expect(read(']d201097807645442001727')).toMatchObject({ problem: null, fields: {} })
    for (const count of ['37', '30', '37x', '30123456789'])
      expect([count, read(`]d20109780764544200${count}`).problem]).toEqual([count, 'unreadable'])
    expect(read(']d20109780764544200').problem).toBeNull()
  })
  it('[G13] a scanner that drops the separator is not guessed at', () => {
    expect(read(']d2010978076454420010L7717270331', ['item'], { gsSeen: false }).problem).toBe('separatorLost')
    expect(read(']d2010978076454420010L7717270331').fields.lot).toBe('L7717270331')
  })
  it('[G14] a label that contradicts itself is unknown', () => {
    expect(read(']d2010978076454420010A\u001d10B').problem).toBe('contradiction')
  })
  it('[G15] the prompt decides between a place and an item of one code, and the other kind is named', () => {
    expect(read('MIXED', ['location', 'item']).readings).toEqual([place])
    expect(items(read('MIXED', ['item']))).toEqual(['1'])
    expect(read('A-01', ['item'])).toMatchObject({ readings: [place], wanted: false })
  })
  it('[G16] two items under one code are many, and never the first of them', () => {
    expect(read('TWICE').readings.length).toBe(2)
  })
  it('[G17] inside a task only its own client counts; outside both do', () => {
    expect(read('SKU-1').readings.length).toBe(1)
    expect(read('SKU-1', ['item'], { client: null }).readings.length).toBe(2)
    expect(read('SKU-1', ['item'], { client: derivedId('client', 'three') })).toMatchObject({ wanted: false })
  })
  it('[G18] a code that the scanner sends twice in one burst is taken once', () => {
    expect(items(read('4354210443542104'))).toEqual(['1'])
  })
  it('[G19] a GS1 Digital Link is read offline from its text', () => {
    const resolved = read('https://example.com/01/09780764544200/10/L77?17=270331')
    expect(items(resolved)).toEqual(['1'])
    expect(resolved.fields).toMatchObject({ lot: 'L77', expiry: '2027-03-31' })
  })
  it('[G20] UPC-E is the item of its UPC-A', () => {
    const e = '04252614'
    expect(expandUpcE(e)).toBe('042100005264')
    expect(gtinsOf(e)).toContain('00042100005264')
    expect(items(read(e))).toEqual(['1'])
  })
  it('[G21] every single wrong character of our own labels is caught', () => {
    const label = makeLabel('XL', 'A1203')
    expect(label).toBe('XLA12033')
    expect(makeLabel('XT', '0042')).toBe('XT00425')
    expect(readLabel(label)).toEqual({ prefix: 'XL', body: 'A1203' })
    for (let i = 2; i < label.length; i += 1) {
      for (const c of '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ') {
        const wrong = label.slice(0, i) + c + label.slice(i + 1)
        if (wrong !== label) expect(readLabel(wrong)).toBeNull()
      }
    }
    expect(labelCheck('XLA1203')).toBe('3')
  })
  it('[G22] a command code is a command on every screen, one that is not in the table is unknown', () => {
    expect(read('XCDNE').readings).toEqual([{ kind: 'command', code: 'XCDNE' }])
    expect(read('XCZZZ').readings).toEqual([])
  })
  it('[G23] badge and set-up code are known by their label, the set-up address by its fragment', () => {
    expect(read(makeLabel('XB', 'ANNA'))).toMatchObject({ readings: [{ kind: 'badge' }] })
    expect(read('https://depot.example/enrol#t=ABCD1234')).toMatchObject({
      readings: [{ kind: 'enrolment', token: 'ABCD1234' }],
    })
  })
  it('[G24] control characters and endless codes are unreadable, and nothing throws', () => {
    expect(read('AB\u0007C').problem).toBe('unreadable')
    expect(read('9'.repeat(8193)).problem).toBe('unreadable')
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 8192 }), fc.stringMatching(/^\](C1|d2|E0|Q3|Q1)[0-9A-Z\x1d]{0,60}$/)),
        raw => {
          read(raw)
        },
      ),
    )
  })
  it('[G25] an 8-digit text is only what its check digit allows', () => {
    expect(gtin14('12345670')).toBe('00000012345670')
    expect(gtin14('12345671')).toBeNull()
  })
})
