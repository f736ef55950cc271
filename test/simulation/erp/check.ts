import type { SimOrder } from '../../../server/erp/sim/state.ts'
import { effectsOf, stockText } from '../../../server/erp/effect.ts'
import type { DeliverDeps } from '../../../server/workers/deliver.ts'
import { FINISHED } from '../../../server/workers/outbox-port.ts'
import type { OutboxRow } from '../../../server/workers/outbox-port.ts'
import { codesOf } from '../../../server/workers/quality.ts'
import type { Document, Line } from '../../../shared/catalogue.ts'
import type { ErpStage } from './stage.ts'
import type { Theirs } from './theirs.ts'

/** At rest: what the floor did is in the ERP exactly once, in order, and what the ERP has is here. */
export const check = async (stage: ErpStage, theirs: Theirs, deps: DeliverDeps): Promise<void> => {
  const rows = stage.outbox.rows()
  checkEnds(stage, rows)
  checkOnce(stage, rows)
  await checkStock(stage, theirs, rows, deps)
  checkOrder(stage, rows)
  checkItems(stage)
  checkOrders(stage)
}

const checkEnds = ({ fail, state }: ErpStage, rows: readonly OutboxRow[]): void => {
  const cancelled = new Set(Object.values(state.orders).flatMap(o => (o.state === 'cancelled' ? [o.id] : [])))
  for (const row of rows) {
    if (!FINISHED.includes(row.state)) fail('ER3', `message ${row.seq} ${row.type} ends ${row.state}: ${row.question}`)
    // Only what was for an order that they have cancelled may end without an effect.
    if (row.state === 'skipped' && (row.closedReason === null || !cancelled.has(row.closedReason)))
      fail('ER3', `message ${row.seq} ${row.type} had no effect: ${row.question}`)
  }
}

const checkOnce = ({ fail, state }: ErpStage, rows: readonly OutboxRow[]): void => {
  const posted = grouped(
    Object.values(state.documents).filter(document => document.state === 'posted'),
    document => document.key,
  )
  for (const row of rows) {
    const times = posted.get(row.key)?.length ?? 0
    const wanted = row.state === 'posted' ? 1 : 0
    if (times !== wanted) fail('ER1', `message ${row.seq} ${row.type} is ${row.state} and in the ERP ${times} times`)
  }
}

const checkStock = async (
  { fail, state, erp }: ErpStage,
  theirs: Theirs,
  rows: readonly OutboxRow[],
  deps: DeliverDeps,
): Promise<void> => {
  const truth = new Map(theirs.truth)
  for (const row of rows) {
    if (row.state !== 'posted') continue
    const op = await deps.toOperation(row)
    if (op === null) continue
    for (const effect of effectsOf(op, 'MAIN'))
      truth.set(stockText(effect), (truth.get(stockText(effect)) ?? 0) + effect.n)
  }
  for (const { item, place, lot } of Object.values(state.stock)) {
    const at = `${item}|${place}|${lot}`
    if (!truth.has(at)) truth.set(at, 0)
  }
  for (const [at, n] of truth) {
    const [item = '', place = '', lot = ''] = at.split('|')
    const there = erp.onHand(item, place, lot)
    if (there !== n) fail('ER1', `${at} is ${there} in the ERP, the floor and the ERP's people made it ${n}`)
  }
}

const checkOrder = ({ fail, state }: ErpStage, rows: readonly OutboxRow[]): void => {
  const first = new Map<string, number>()
  for (const move of state.moves) if (move.key !== '' && !first.has(move.key)) first.set(move.key, move.n)
  for (const [subject, all] of grouped(rows, row => row.subject)) {
    const done = all.filter(row => first.has(row.key)).sort((a, b) => a.seq - b.seq)
    const times = done.map(row => first.get(row.key) ?? 0)
    if (times.some((n, i) => n < (times[i - 1] ?? 0)))
      fail('ER2', `${subject} was posted in another order: ${done.map(row => row.seq).join(' ')}`)
  }
}

const checkItems = ({ fail, state, imports, items }: ErpStage): void => {
  for (const theirs of Object.values(state.items)) {
    const ours = items.find(item => item.id === imports.itemOf(theirs.id))
    if (ours === undefined) fail('ER4', `${theirs.id} has not come in`)
    else if (ours.name !== theirs.name) fail('ER4', `${theirs.id} is ${ours.name} here and ${theirs.name} there`)
    else if (theirs.barcodes.some(code => !codesOf(ours).includes(code)))
      fail('ER4', `${theirs.id} lacks a barcode of ${theirs.barcodes.join(' ')}`)
  }
}

const checkOrders = ({ fail, state, imports, server }: ErpStage): void => {
  const rows = [...server.state().rows.values()]
  const documents = new Map(rows.flatMap(row => (row.k === 'document' ? [[row.id, row.b as Document] as const] : [])))
  const lines = grouped(
    rows.flatMap(row => (row.k === 'line' ? [row.b as Line] : [])),
    line => line.document,
  )
  for (const order of Object.values(state.orders)) {
    const ours = documents.get(imports.documentOf(order.id) ?? '')
    // What is left of an order in exception is a person's over there: here it is over.
    const end = order.exception === true && order.state === 'open' ? 'closed' : order.state
    if (end !== 'open') {
      if (ours !== undefined && ours.state !== end) fail('ER4', `${order.id} is ${ours.state} here and ${end} there`)
    } else if (ours === undefined) fail('ER4', `${order.id} has not come in`)
    else if (wantedOf(order) !== wantedHere(lines.get(ours.id) ?? []))
      fail('ER4', `${order.id} wants ${wantedHere(lines.get(ours.id) ?? [])} here and ${wantedOf(order)} there`)
  }
}
const wantedOf = (order: SimOrder): string =>
  order.lines
    .map(line => `${line.id}:${Math.max(0, line.quantity - line.done)}`)
    .sort()
    .join(' ')
const wantedHere = (lines: readonly Line[]): string =>
  lines
    .map(line => `${line.source}:${line.wanted}`)
    .sort()
    .join(' ')

const grouped = <T>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [row])
    else group.push(row)
  }
  return groups
}
