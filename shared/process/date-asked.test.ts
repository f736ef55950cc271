import { describe, expect, it } from 'vitest'
import type { Policy } from '../policy.ts'
import {
  a2,
  booker,
  countTaskOf,
  demoSeed,
  demoWorld,
  dock,
  documentId,
  milk,
  one,
  scanOf,
  taskId,
  workerAt,
} from '../../test/support/world.ts'
import { looseAt } from '../ledger/world.ts'
import { count } from './count.ts'
import { receive } from './receive.ts'

const at = (track: Policy['shelf']['track']) => {
  const world = demoWorld({ policy: { shelf: { track } } })
  return { world, anna: workerAt(receive, world, { document: documentId('PO-1') }) }
}
const lotOf = (w: ReturnType<typeof at>, lot: string) => w.world.lot(one.id, milk.id, lot)?.expiry

describe('which date is asked for', () => {
  it.each([
    ['expiry', 'scan.expiry'],
    ['bestBefore', 'scan.bestBefore'],
  ] as const)('[R52] %s: the date in its own words', (track, key) => {
    const { anna } = at(track)
    anna.scan(scanOf.item(milk, { lot: 'NEW' }))
    const next = anna.scan(scanOf.item(milk, { lot: 'NEW' }))
    expect(next).toMatchObject({ state: { at: 'expiry' }, message: { key } })
    expect(anna.prompt().ask.message.key).toBe(key)
    anna.type('2027-05-01')
    expect(anna.judged).toHaveLength(1)
  })
  it('[R52] none: a new lot needs no date', () => {
    const w = at('none')
    w.anna.scan(scanOf.item(milk, { lot: 'NEW' }))
    expect(w.anna.scan(scanOf.item(milk, { lot: 'NEW' })).commands).toMatchObject([{ type: 'receive', expiry: null }])
  })
  it('[R52] a label with both dates gives the one that counts', () => {
    const fields = { lot: 'NEW', expiry: '2027-08-01', bestBefore: '2027-06-01' }
    for (const [track, day] of [
      ['expiry', '2027-08-01'],
      ['bestBefore', '2027-06-01'],
    ] as const) {
      const w = at(track)
      w.anna.scan(scanOf.item(milk, fields))
      w.anna.scan(scanOf.item(milk, fields))
      expect(lotOf(w, 'NEW')).toBe(day)
    }
  })
  it('[R52] with none no date bars goods, and none is short_life', () => {
    const old = { lot: 'OLD', expiry: '2026-01-01' }
    const barred = at('expiry')
    expect(barred.anna.scan(scanOf.item(milk, old)).message.key).toBe('rcv.expired')
    const free = at('none')
    free.anna.scan(scanOf.item(milk, old))
    expect(free.anna.scan(scanOf.item(milk, old)).commands).toHaveLength(1)
    const kinds = (track: Policy['shelf']['track']) =>
      booker(at(track).world)({
        type: 'receive',
        client: one.id,
        item: milk.id,
        lot: 'OLD',
        serial: '',
        document: documentId('PO-1'),
        blind: false,
        expiry: '2026-01-01',
        to: looseAt(dock.id),
        qty: 1,
      }).effects.exceptions.map(found => found.kind)
    expect([kinds('expiry'), kinds('none')]).toEqual([['short_life'], []])
  })
  it.each([
    ['bestBefore', 'expiry', 'scan.bestBefore'],
    ['none', 'goods', null],
  ] as const)('[R52] counting goes by it too: %s', (track, state, key) => {
    const world = demoWorld({
      policy: { shelf: { track } },
      tasks: [countTaskOf('CNT-1', a2)],
      documents: demoSeed().documents,
    })
    const anna = workerAt(count, world, { task: taskId('CNT-1') })
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(milk, { lot: 'NEW' }))
    anna.scan(scanOf.item(milk, { lot: 'NEW' }))
    expect(anna.state().at).toBe(state)
    if (key !== null) expect(anna.prompt().ask.message.key).toBe(key)
  })
})
