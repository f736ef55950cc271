import { describe, expect, it } from 'vitest'
import { looseAt } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import {
  a1,
  allRows,
  booker,
  demoWorld,
  device,
  dock,
  documentId,
  lineId,
  mug,
  one,
  taskId,
  tote1,
  unbalanced,
  wrongReserved,
} from '../../test/support/world.ts'

const goods = { client: one.id, item: mug.id, lot: '', serial: '' }
const receive = {
  type: 'receive',
  ...goods,
  document: documentId('PO-1'),
  blind: false,
  expiry: null,
  to: looseAt(dock.id),
  qty: 24,
} as const
const pick = {
  type: 'pick',
  ...goods,
  task: taskId('SO-1'),
  document: documentId('SO-1'),
  line: lineId('SO-1', 1),
  from: looseAt(a1.id),
  to: looseAt(tote1.id),
  qty: 3,
} as const
const short = {
  type: 'short',
  process: 'pick',
  ...goods,
  task: taskId('SO-1'),
  document: documentId('SO-1'),
  line: lineId('SO-1', 1),
  from: looseAt(a1.id),
  reason: 'NOT_FOUND',
} as const
/** The command of the booker's n-th act is taken back. */
const undo = (seq: number, act: Extract<Draft, { type: 'undo' }>['act']): Draft => ({
  type: 'undo',
  client: one.id,
  of: { epoch: 'epoch0000001', seq },
  act,
})

const story = (drafts: readonly Draft[]) => {
  const world = demoWorld()
  const before = JSON.stringify([allRows(world), world.line(lineId('SO-1', 1)), world.line(lineId('PO-1', 1))])
  const book = booker(world, device)
  const judged = drafts.map(draft => book(draft))
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
  const after = JSON.stringify([allRows(world), world.line(lineId('SO-1', 1)), world.line(lineId('PO-1', 1))])
  return {
    world,
    judged,
    isAsBefore: after === before,
    kinds: judged.flatMap(j => j.effects.exceptions.map(e => e.kind)),
  }
}

describe('taking a step back', () => {
  it.each([
    ['a receipt', receive],
    ['a pick', pick],
  ] as const)('[L21] %s and its undo leave everything as it was', (_, act) => {
    const { isAsBefore, kinds } = story([act, undo(1, act)])
    expect(kinds).toEqual([])
    expect(isAsBefore).toBe(true)
  })
  it('[L21] a short and its undo: nothing is in doubt any more and the line has its goods again', () => {
    const { world } = story([short, undo(1, short)])
    expect(world.line(lineId('SO-1', 1))).toMatchObject({ state: 'open', claims: [{ location: a1.id, qty: 3 }] })
    expect(world.stockAt(a1.id).map(row => row.held)).not.toContain(27)
  })
  it('[L21] a second undo of the same step books nothing', () => {
    const { judged, isAsBefore } = story([pick, undo(1, pick), undo(1, pick)])
    expect(judged[2]).toMatchObject({ outcome: 'applied', effects: { movements: [], lines: [] } })
    expect(isAsBefore).toBe(true)
  })
  it('[L22] goods that have moved on are fetched back all the same, with an exception', () => {
    const onward: Draft = { ...pick, line: lineId('SO-1', 1), from: looseAt(dock.id), to: looseAt(tote1.id), qty: 24 }
    const { kinds, world } = story([receive, onward, undo(1, receive)])
    expect(kinds).toContain('undo_late')
    expect(world.stockAt(dock.id)[0]?.onHand).toBe(-24)
  })
})
