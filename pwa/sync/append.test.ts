import { describe, expect, test } from 'vitest'
import { device, receiveDraft, stamp, warehouse } from '../../test/support/commands.ts'
import { testPorts } from '../../test/support/handheld-world.ts'
import { derivedId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { chainHash, FIRST_HASH } from '../../shared/sync/seal.ts'
import { appendDrafts } from './append.ts'
import { ensureBirth, isLost, newEpoch } from './birth.ts'
import { commandOf } from './own-commands.ts'

const other: WarehouseId = derivedId('warehouse', 'other')
const begun = async () => {
  const world = testPorts()
  const birth = await ensureBirth(world.ports, { device, warehouse, livedBefore: false })
  return { ...world, birth }
}

describe('append', () => {
  test('[S1] every step of a worker gets the next number, is chained to the one before and signed', async () => {
    const { ports, birth } = await begun()
    const { rows } = await appendDrafts(ports, [receiveDraft(1), receiveDraft(2)], null, stamp, null)
    const more = await appendDrafts(ports, [receiveDraft(3)], null, stamp, null)
    const all = [...rows, ...more.rows]
    expect(all.map(row => [row.n, row.seq, row.epoch])).toEqual([1, 2, 3].map(n => [n, n, birth.epoch]))
    let previous = FIRST_HASH
    for (const row of all) {
      expect(row.hash).toBe(chainHash(previous, row.body))
      expect(row.sig).toBe(await ports.signer.sign(row.hash))
      expect(commandOf(row)).toMatchObject({ seq: row.seq, epoch: row.epoch, device, warehouse, off: null })
      previous = row.hash
    }
  })
  test('[S2] two scans of two tabs at the same instant get two numbers in one chain', async () => {
    const { ports, queue } = await begun()
    const [a, b] = await Promise.all([
      appendDrafts(ports, [receiveDraft(1)], null, stamp, null),
      appendDrafts(ports, [receiveDraft(2), receiveDraft(3)], null, stamp, null),
    ])
    const rows = await queue.rows(a.birth.epoch, 0, 9)
    expect(rows.map(row => row.seq)).toEqual([1, 2, 3])
    expect(rows[1]?.hash).toBe(chainHash(rows[0]?.hash ?? '', rows[1]?.body ?? ''))
    expect(new Set([...a.rows, ...b.rows].map(row => row.seq)).size).toBe(3)
  })
  test('[S3] the times of a scan are device time beside the offset, so that nothing is corrected twice', async () => {
    const { ports, time } = await begun()
    const corrected = new Date(time.clock.now() - 5000 + 60_000).toISOString()
    const sample = { off: 60_000, unc: 20 }
    const { rows } = await appendDrafts(ports, [receiveDraft(1, { takenAt: corrected })], null, stamp, sample)
    expect(JSON.parse(rows[0]?.body ?? '')).toMatchObject({
      at: new Date(time.clock.now()).toISOString(),
      takenAt: new Date(time.clock.now() - 5000).toISOString(),
      off: 60_000,
      unc: 20,
    })
  })
  test('[S4] nobody logged in: a command is not taken, a step alone is stored', async () => {
    const { ports, queue } = await begun()
    await expect(appendDrafts(ports, [receiveDraft(1)], null, null, null)).rejects.toThrow('nobody')
    await appendDrafts(ports, [], { key: 'task', value: 1 }, null, null)
    expect(await queue.state('task')).toEqual({ key: 'task', value: 1 })
    expect((await queue.birth())?.next).toBe(1)
  })
  test('[S1] a marker row that is remembered is not trusted: where another tab appended it is read anew', async () => {
    const { ports, queue, birth } = await begun()
    const first = await appendDrafts(ports, [receiveDraft(1)], null, stamp, null, birth)
    const { rows } = await appendDrafts(ports, [receiveDraft(2)], null, stamp, null, birth)
    expect(rows.map(row => row.seq)).toEqual([2])
    expect((await queue.birth())?.prevHash).toBe(rows[0]?.hash)
    expect(rows[0]?.hash).toBe(chainHash(first.birth.prevHash, rows[0]?.body ?? ''))
  })
  test('[S1] what cannot be stored has no number and no chain link', async () => {
    const { ports, queue, birth } = await begun()
    const broken = { ...queue, append: async () => Promise.reject(new Error('no disk')) }
    await expect(appendDrafts({ ...ports, queue: broken }, [receiveDraft(1)], null, stamp, null)).rejects.toThrow(
      'no disk',
    )
    expect(await queue.birth()).toEqual(birth)
  })
})

describe('epochs', () => {
  test('[S5] an epoch is 12 letters and digits and is kept over restarts', async () => {
    const { ports, queue, birth } = await begun()
    expect(birth.epoch).toMatch(/^[a-z0-9]{12}$/)
    expect(await ensureBirth(ports, { device, warehouse, livedBefore: true })).toEqual(birth)
    expect(isLost(await queue.look(0), birth.epoch)).toBe(false)
    expect(newEpoch(n => new Uint8Array(n).fill(251))).toBe('9'.repeat(12).replaceAll('9', birthLetter(251)))
  })
  test('[S6] lost storage starts a new epoch and says so; a first start does not', async () => {
    const lost = testPorts()
    const birth = await ensureBirth(lost.ports, { device, warehouse, livedBefore: true })
    expect(isLost(await lost.queue.look(0), birth.epoch)).toBe(true)
  })
  test('[S7] another warehouse is another epoch, and what waits of the old one stays', async () => {
    const { ports, queue, birth } = await begun()
    await appendDrafts(ports, [receiveDraft(1)], null, stamp, null)
    const there = await ensureBirth(ports, { device, warehouse: other, livedBefore: true })
    expect(there).toMatchObject({ n: 2, next: 1, warehouse: other })
    expect(await queue.epochs()).toEqual([birth.epoch, there.epoch])
    expect(await queue.rows(birth.epoch, 0, 9)).toHaveLength(1)
    expect(isLost(await queue.look(0), there.epoch)).toBe(false)
  })
})

const birthLetter = (byte: number): string => 'abcdefghijklmnopqrstuvwxyz0123456789'[byte % 36] ?? ''
