import type { Pusher } from '../../server/sync/ports.ts'
import type { Line } from '../../shared/catalogue.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import { move } from './truth.ts'
import { commandKey, cursorKey } from './memory-state.ts'
import type { ServerState } from './memory-state.ts'
import type { Stage } from './stage.ts'

/** Numbers that were written, by the state they were written into: a restore begins with those of its backup. */
const written = new WeakMap<ServerState, Map<string, number>>()
const writtenIn = (state: ServerState): Map<string, number> => {
  const known = written.get(state)
  if (known) return known
  const fresh = new Map([...state.commands.values()].map(row => [nameOf(row), row.commit]))
  written.set(state, fresh)
  return fresh
}
const nameOf = (row: { device: string; epoch: string; seq: number }): string =>
  commandKey(row.device, row.epoch, row.seq)

/** What must hold after every commit. `at` names the device that pushed; null for a decision. */
export const checkCommit = (stage: Stage, at: Pusher | null): void => {
  const state = stage.memory.state()
  checkBooks(stage, state)
  checkExceptions(stage, state)
  if (at === null) return
  const known = writtenIn(state)
  const last = state.cursors.get(cursorKey(at.device, at.epoch))?.lastSeq ?? 0
  for (let seq = last; seq > 0; seq -= 1) {
    const row = state.commands.get(commandKey(at.device, at.epoch, seq))
    if (row === undefined) return stage.fail('I4', `${at.device} stands at ${last}, but ${seq} is not known`)
    const before = known.get(nameOf(row))
    if (before !== undefined && before !== row.commit)
      return stage.fail('I2', `${nameOf(row)} was applied in commits ${before} and ${row.commit}`)
    if (before !== undefined) break
    known.set(nameOf(row), row.commit)
    note(stage, row.outcome)
    const distrusted =
      row.reason === 'bad_signature' || row.reason === 'broken_chain' || row.reason === 'not_authorised'
    const isIntruder = !stage.devices.some(device => device.id === at.device)
    if (isIntruder && (!distrusted || row.movements.length > 0))
      return stage.fail('I11', `${nameOf(row)} of an intruder was ${row.outcome}`)
  }
}

const note = (stage: Stage, outcome: string): void => {
  stage.seen.commands += 1
  if (outcome === 'exception') stage.seen.exceptions += 1
  if (outcome === 'quarantined') stage.seen.quarantined += 1
}

const checkBooks = (stage: Stage, state: ServerState): void => {
  const sums = new Map<string, number>()
  for (const row of state.stock.values()) {
    const goods = `${row.client}/${row.item}/${row.lot}/${row.serial}`
    sums.set(goods, (sums.get(goods) ?? 0) + row.onHand)
  }
  for (const [goods, sum] of sums) if (sum !== 0) stage.fail('I1', `${goods} sums up to ${sum}, not to 0`)
}

const checkExceptions = (stage: Stage, state: ServerState): void => {
  const open = new Set<string>()
  for (const row of state.exceptions.values()) {
    // What was settled may come up again as a case of its own.
    if (!row.open) continue
    const name = `${row.kind} of ${row.subject}`
    if (open.has(name)) stage.fail('I10', `${name} is open twice`)
    open.add(name)
  }
}

/** After a restore every handheld must still hold each command that the restored server does not know. */
export const checkRestore = (stage: Stage): void => {
  const state = stage.memory.state()
  for (const device of stage.devices) {
    const { birth, rows } = device.queue.snapshot()
    if (birth === null) continue
    const known = state.cursors.get(cursorKey(device.id, birth.epoch))?.lastSeq ?? 0
    const held = rows.filter(row => row.epoch === birth.epoch && row.seq > known).length
    if (held < birth.next - 1 - known)
      stage.fail(
        'I17',
        `${device.name} holds ${held} of ${birth.next - 1 - known} commands that the restored server lacks`,
      )
  }
}

/** Replaying the ledger gives the same stock, and the lines' claims give the same reservations. */
export const checkFolds = (stage: Stage): void => {
  const state = stage.memory.state()
  const onHand = new Map<string, number>()
  for (const command of state.commands.values())
    for (const m of command.movements)
      move(onHand, [
        { key: stockKeyText({ ...m, ...m.from }), qty: -m.qty },
        { key: stockKeyText({ ...m, ...m.to }), qty: m.qty },
      ])
  const reserved = new Map<string, number>()
  for (const row of state.rows.values()) {
    if (row.k !== 'line') continue
    const line = row.b as Line
    for (const claim of line.claims)
      move(reserved, [{ key: stockKeyText({ ...claim, client: line.client, item: line.item }), qty: claim.qty }])
  }
  for (const key of new Set([...state.stock.keys(), ...onHand.keys(), ...reserved.keys()])) {
    const row = state.stock.get(key)
    if ((row?.onHand ?? 0) !== (onHand.get(key) ?? 0))
      stage.fail('I9', `on hand at ${key} is ${row?.onHand}, the ledger says ${onHand.get(key)}`)
    if ((row?.reserved ?? 0) !== (reserved.get(key) ?? 0))
      stage.fail('I9', `reserved at ${key} is ${row?.reserved}, the lines say ${reserved.get(key)}`)
  }
}
