import type { ReceiptPayload } from '../../server/sync/outbound-message.ts'
import type { MessageWrite } from '../../server/sync/ports.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import type { ServerState, StoredCommand } from './memory-state.ts'
import type { Stage } from './stage.ts'

/** An ERP that knows a key again. It is not restored when the server is. */
export type Erp = Map<string, MessageWrite>

/** Messages go to the ERP one after the other; requests and answers get lost, and then the same message goes again. */
export const makeErpPost = (stage: Stage): void => {
  const { schedule, dice } = stage
  schedule.after(3000 + dice.int(7000), () => {
    post(stage)
    makeErpPost(stage)
  })
}

const post = ({ memory, erp, dice, odds, seen, plant }: Stage): void => {
  const { outbox, delivered } = memory.state()
  const next = [...outbox.values()].find(({ key }) => !delivered.has(key))
  if (next === undefined) return
  if (plant?.marksEarly === true) delivered.set(next.key, true)
  if (dice.chance(odds.drop)) return
  if (erp.has(next.key)) seen['messages that the ERP knew'] += 1
  else erp.set(next.key, next)
  if (dice.chance(odds.drop)) return
  delivered.set(next.key, true)
  seen['messages told'] += 1
}

export const isTold = ({ memory }: Stage): boolean => {
  const { outbox, delivered } = memory.state()
  return [...outbox.keys()].every(key => delivered.has(key))
}

/** At rest: what has crossed from outside is in one message, and the ERP has each once. */
export const checkErp = (stage: Stage): void => {
  const state = stage.memory.state()
  const covers = [...state.outbox.values()].flatMap(({ key, covers: all }) => all.map(one => ({ key, one })))
  const messages = new Map<string, string>()
  for (const { key, one } of covers) {
    const name = `${one.device}/${one.epoch}/${one.seq}`
    if (messages.has(name)) return stage.fail('I14', `${name} is in two messages`)
    messages.set(name, key)
  }
  for (const [name, command] of state.commands) {
    const { awaits, message, outcome, movements } = command
    if (message !== (messages.get(name) ?? null)) return stage.fail('I14', `${name} does not name the message it is in`)
    if (awaits === null || message !== null || outcome === 'quarantined' || movements.length === 0) continue
    if (isClosed(state, awaits)) return stage.fail('I14', `${name} is in no message, and its document is closed`)
  }
  checkKeys(stage, state)
  // What was told before a restore may come out with other commands in it: then the ERP's copy is not ours.
  if (stage.seen.restores === 0) checkEffect(stage, state)
}

/** The same commands make the same message again, whatever was restored: the ERP knows it by its key. */
const checkKeys = (stage: Stage, state: ServerState): void => {
  const keys = new Map([...state.outbox.values()].map(one => [coveredBy(one), one.key]))
  for (const one of stage.erp.values()) {
    const key = keys.get(coveredBy(one))
    if (key !== undefined && key !== one.key)
      return stage.fail('I14', `${one.subject} was told to the ERP under another key before`)
  }
}

const coveredBy = ({ subject, covers }: MessageWrite): string =>
  [subject, ...covers.map(({ device, epoch, seq }) => `${device}/${epoch}/${seq}`).sort()].join()

const isClosed = (state: ServerState, document: string): boolean =>
  [...state.rows.values()].some(
    row =>
      row.k === 'document' && row.id === document && row.b !== null && (row.b as { state: string }).state === 'closed',
  )

const checkEffect = (stage: Stage, state: ServerState): void => {
  const wanted = new Map<string, number>()
  const add = (sums: Map<string, number>, key: string, qty: number): void =>
    void sums.set(key, (sums.get(key) ?? 0) + qty)
  const supplier = virtualLocation(stage.site.warehouse.id, 'supplier')
  const told = (command: StoredCommand, m: Movement): void =>
    add(wanted, `${command.awaits}/${m.item}/${m.lot}`, m.from.location === supplier ? m.qty : -m.qty)
  for (const command of state.commands.values())
    if (command.message !== null) for (const m of command.movements) told(command, m)
  const has = new Map<string, number>()
  for (const message of stage.erp.values()) {
    // Nothing is sent out or sent back in these shifts.
    const { document, lines } = message.payload as ReceiptPayload
    for (const { item, lot, qty } of lines) add(has, `${document}/${item}/${lot}`, qty)
  }
  for (const key of new Set([...wanted.keys(), ...has.keys()]))
    if ((wanted.get(key) ?? 0) !== (has.get(key) ?? 0))
      return stage.fail('I14', `the ERP has ${has.get(key) ?? 0} of ${key}, the floor has told ${wanted.get(key) ?? 0}`)
}
