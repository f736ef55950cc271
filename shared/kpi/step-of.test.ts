import { describe, expect, it } from 'vitest'
import { derivedId } from '../ids.ts'
import { looseAt } from '../ledger/world.ts'
import { stepOf } from './step-of.ts'

const id = (name: string) => derivedId<never>('step', name)
const stamp = {
  v: 1,
  device: id('device'),
  epoch: 'epoch0000001',
  seq: 7,
  at: '2026-11-23T10:00:00.000Z',
  off: 500,
  unc: 10,
}
const goods = { client: id('client'), item: id('item'), lot: '', serial: '' }
const RECEIVED = '2026-11-23T10:00:03.000Z'
const of = (act: object, over: object = {}, receivedAt = RECEIVED) =>
  stepOf(JSON.stringify({ ...stamp, ...act, ...over }), receivedAt)
const pick = {
  type: 'pick',
  ...goods,
  task: id('task'),
  document: id('order'),
  line: id('line'),
  from: looseAt(id('shelf')),
  to: looseAt(id('tote')),
  qty: 1,
}

describe('a command as a step', () => {
  it('[KP30] is captured at the corrected time, but not after its receipt; a clock that was ahead is noted', () => {
    expect(of(pick)).toMatchObject({ at: '2026-11-23T10:00:00.500Z', skewed: false })
    expect(of(pick, { off: 4000 })).toMatchObject({ at: RECEIVED, skewed: true })
    expect(of(pick, { off: null })).toMatchObject({ at: stamp.at, skewed: false })
  })

  it('[KP51] names its line of work alike, however many scans it takes; other work has another', () => {
    expect(of(pick)?.line).toBe(of(pick, { seq: 8, qty: 5 })?.line)
    const move = {
      type: 'move',
      process: 'move',
      ...goods,
      task: null,
      from: looseAt(id('a')),
      to: looseAt(id('b')),
      qty: 1,
    }
    const short = { ...pick, type: 'short', reason: 'EMPTY' }
    const lines = [
      of(pick),
      of(pick, { line: id('other') }),
      of({ ...pick, type: 'pack' }),
      of(move),
      of(move, { seq: 8 }),
    ]
    expect(new Set(lines.map(step => step?.line)).size).toBe(5)
    expect(of(short)?.line).toBe(of(pick)?.line)
    expect(
      of({ type: 'tote.bind', ...goods, task: id('task'), document: id('order'), tote: null, label: 'XT1' })?.line,
    ).toBeNull()
  })

  it('[KP50] belongs to the process that it names, else to the first that had its type, an undo to what it takes back', () => {
    expect(of(pick)).toMatchObject({ process: 'pick', place: id('shelf') })
    expect(of({ ...pick, type: 'short', reason: 'x' })?.process).toBe('pick')
    expect(of({ ...pick, type: 'short', process: 'putaway' })?.process).toBe('putaway')
    const undo = { type: 'undo', client: null, of: { epoch: 'epoch0000001', seq: 6 }, act: pick }
    expect(of(undo)).toMatchObject({ process: 'pick', line: null, undoes: { epoch: 'epoch0000001', seq: 6 } })
  })

  it('[KP20] tells of its order: picked, ready, shipped', () => {
    const close = {
      type: 'close',
      process: 'pack',
      client: id('client'),
      task: null,
      document: id('order'),
      place: null,
    }
    expect(of(pick)?.order).toEqual({ document: id('order'), event: 'pick' })
    expect(of(close)?.order).toEqual({ document: id('order'), event: 'ready' })
    expect(of({ ...close, process: 'receive' })?.order).toBeNull()
    expect(
      of({ type: 'ship', client: id('client'), document: id('order'), cartons: [id('c')], door: null })?.order,
    ).toEqual({
      document: id('order'),
      event: 'ship',
    })
  })

  it('[KP30] bytes that are no command are none', () => {
    for (const body of [
      '',
      '{}',
      'null',
      '[]',
      '{"kind":"import"}',
      JSON.stringify({ ...stamp, type: 'pick', at: 'soon' }),
    ])
      expect(stepOf(body, RECEIVED)).toBeNull()
  })
})
