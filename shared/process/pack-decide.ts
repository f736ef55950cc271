import type { Claim, Document, Line, Location, Task } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { DocumentId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { allocate } from '../ledger/reservation.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { Address } from '../ledger/stock.ts'
import { virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { isAt, withClaim } from './pick-claims.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { leavesFrom, todayAt } from './shelf-life.ts'

type ActOf<T extends Act['type']> = Extract<Act, { type: T }>

export const decidePack = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'pack':
      return packed(view, c, key, times)
    case 'carton.open':
      return opened(view, c, key)
    case 'carton.print': {
      const box = view.location(c.carton)
      if (!box?.carton) return NOTHING
      return { ...NOTHING, locations: [{ ...box, carton: { ...box.carton, prints: (box.carton.prints ?? 0) + 1 } }] }
    }
    case 'carton.close': {
      const box = view.location(c.carton)
      const { weightG, size, tracking } = c
      return box?.carton
        ? { ...NOTHING, locations: [{ ...box, carton: { ...box.carton, weightG, size, tracking, closed: true } }] }
        : NOTHING
    }
    case 'extra':
      return { ...NOTHING, movements: [{ ...c, from: unknownOf(view), ...times }] }
    case 'move':
      return setAside(view, c, times)
    case 'short':
      return missing(view, c, key, times)
    case 'close':
      return c.document === null ? NOTHING : ready(view, c.document, c.reason ?? null, key)
    default:
      return NOTHING
  }
}

const unknownOf = (view: View): Address => ({
  location: virtualLocation(view.warehouse, 'unknown'),
  lpn: NO_LPN,
  status: 'available',
})

/** Claims of a line that go from one address to another with the goods; `n` is how much of it was claimed there. */
const carriedClaim = (
  line: Line,
  m: ActOf<'pack'> | { from: Address; to: Address; lot: string; serial: string; qty: number },
) => {
  const claim = line.claims.find(one => isAt(one, m.from, m.lot, m.serial))
  const n = Math.min(m.qty, claim?.qty ?? 0)
  const left = line.claims.flatMap((one): Claim[] =>
    one !== claim ? [one] : one.qty > n ? [{ ...one, qty: one.qty - n }] : [],
  )
  return { left, n, claims: withClaim(left, { ...m.to, lot: m.lot, serial: m.serial, qty: n }) }
}

/** Tote → box, or back: the goods stay reserved for their order wherever they are. */
const packed = (view: View, c: ActOf<'pack'>, key: CommandKey, times: CommandTimes): Effects => {
  const { client, item, lot, serial, from, to, qty } = c
  const movements = [{ client, item, lot, serial, from, to, qty, ...times }]
  const line = view.line(c.line)
  if (line === undefined) return { ...NOTHING, movements }
  const { claims, n } = carriedClaim(line, c)
  const exceptions: ExceptionDraft[] = []
  const body = { item, qty, line: line.id, document: c.document }
  if (n < qty) exceptions.push(contradiction(key, 'not_in_order', line.id, { ...body, claimed: n }))
  if (view.document(c.document)?.state === 'cancelled')
    exceptions.push(contradiction(key, 'order_cancelled', c.document, body))
  const box = view.location(to.location)
  if (box?.carton && box.carton.document !== c.document)
    exceptions.push(
      contradiction(key, 'tote_conflict', to.location, {
        carton: box.code,
        documents: [box.carton.document, c.document],
      }),
    )
  return { ...NOTHING, movements, lines: [{ ...line, claims }], exceptions }
}

const opened = (view: View, c: ActOf<'carton.open'>, key: CommandKey): Effects => {
  const known = view.location(c.carton)
  if (known?.carton && known.carton.document !== c.document) {
    const body = { carton: c.label, documents: [known.carton.document, c.document] }
    return { ...NOTHING, exceptions: [contradiction(key, 'tote_conflict', c.carton, body)] }
  }
  const box: Location = {
    id: c.carton,
    kind: 'carton',
    code: c.label,
    zone: null,
    sequence: known?.sequence ?? [...view.locations()].filter(p => p.carton?.document === c.document).length + 1,
    parent: c.parent,
    active: true,
    carton: {
      document: c.document,
      type: c.cartonType ?? known?.carton?.type ?? null,
      weightG: null,
      size: null,
      tracking: null,
      closed: false,
      shipped: false,
    },
  }
  return { ...NOTHING, locations: [box] }
}

/** The line lacks these goods again: it is open, its order is picked once more where there is stock. */
const lacking = (
  view: View,
  line: Line,
  claims: readonly Claim[],
  qty: number,
  at: string,
): Pick<Effects, 'lines' | 'tasks' | 'documents'> => {
  const item = view.item(line.item)
  const found =
    item === undefined
      ? []
      : allocate({
          item,
          qty,
          rows: view.stockOf(line.client, line.item),
          lot: row => view.lot(row.client, row.item, row.lot),
          location: row => view.location(row.location),
          notExpiringBefore: leavesFrom(view.policies, item, todayAt(view, at)),
        })
  const task = view.taskOf(line.document)
  const document = view.document(line.document)
  return {
    lines: [{ ...line, done: line.done - qty, state: 'open', claims: found.reduce<Claim[]>(withClaim, [...claims]) }],
    tasks: task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'ready', lease: null }],
    documents: document?.ready === true ? [{ ...document, ready: false }] : [],
  }
}

/** Broken at the table: put aside as damaged, and picked again. */
const setAside = (view: View, c: ActOf<'move'>, times: CommandTimes): Effects => {
  const { client, item, lot, serial, from, to, qty } = c
  const movements = [{ client, item, lot, serial, from, to, qty, ...times }]
  const line = c.line === null ? undefined : view.line(c.line)
  if (line === undefined) return { ...NOTHING, movements }
  const { left, n } = carriedClaim(line, c)
  return { ...NOTHING, movements, ...lacking(view, line, left, n, times.at) }
}

/** Less in the tote than the books say: held until a person decides, and picked again. */
const missing = (view: View, c: ActOf<'short'>, key: CommandKey, times: CommandTimes): Effects => {
  const line = c.line === null ? undefined : view.line(c.line)
  if (line === undefined) return NOTHING
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const claim = line.claims.find(one => isAt(one, c.from, c.lot, c.serial))
  const qty = claim?.qty ?? 0
  const text = stockKeyText(stockKey)
  const variance = derivedId('variance', view.warehouse, text)
  const held = Math.max(0, Math.min(qty, row.onHand))
  const left = line.claims.filter(one => one !== claim)
  return {
    ...NOTHING,
    ...lacking(view, line, left, qty, times.at),
    holds: held === row.held ? [] : [{ owner: variance, key: stockKey, qty: held - row.held }],
    exceptions: [contradiction(key, 'pack_mismatch', text, { ...stockKey, missing: qty, line: line.id, variance })],
  }
}

const ready = (view: View, id: DocumentId, reason: string | null, key: CommandKey): Effects => {
  const document = view.document(id)
  if (document === undefined || document.kind !== 'order') return NOTHING
  if (document.state === 'cancelled')
    return { ...NOTHING, exceptions: [contradiction(key, 'order_cancelled', id, { document: id })] }
  const task = view.taskOf(id, 'pack')
  const isShort = reason !== null
  const rest = view.linesOf(id).filter(line => line.state === 'open')
  return {
    ...NOTHING,
    documents: [{ ...document, ready: true, state: 'started' }],
    lines: isShort ? rest.map((line): Line => ({ ...line, state: 'short', reason })) : [],
    tasks: [
      ...(task === undefined ? [] : [{ ...task, state: 'done' as const, lease: null }]),
      ...(view.taskOf(id, 'ship') === undefined ? [followUp(document, 'ship')] : []),
    ],
  }
}

/** Work that follows from an order has one name for each kind: packing from its pick, shipping from its packing. */
export const followUp = (document: Document, kind: 'pack' | 'ship'): Task => ({
  id: derivedId<'task'>('task', kind, document.id),
  kind,
  client: document.client,
  document: document.id,
  state: 'ready',
  lease: null,
  tote: null,
})

export const undoPack = (view: View, act: Act, { times }: UndoAt): Effects => {
  switch (act.type) {
    case 'pack': {
      const line = view.line(act.line)
      const back = { ...act, from: act.to, to: act.from }
      const { client, item, lot, serial, from, to, qty } = back
      const movements = [{ client, item, lot, serial, from, to, qty, ...times }]
      return {
        ...NOTHING,
        movements,
        lines: line === undefined ? [] : [{ ...line, claims: carriedClaim(line, back).claims }],
      }
    }
    case 'carton.open': {
      const box = view.location(act.carton)
      return box === undefined ? NOTHING : { ...NOTHING, locations: [{ ...box, active: false }] }
    }
    case 'carton.close': {
      const box = view.location(act.carton)
      return box?.carton ? { ...NOTHING, locations: [{ ...box, carton: { ...box.carton, closed: false } }] } : NOTHING
    }
    case 'extra':
      return { ...NOTHING, movements: [{ ...act, from: act.to, to: unknownOf(view), ...times }] }
    case 'move':
    case 'short':
      return found(view, act, times)
    default:
      return NOTHING
  }
}

/** The goods are back in the tote, the line has them again and lets go of what it had reserved instead. */
const found = (view: View, act: ActOf<'move' | 'short'>, times: CommandTimes): Effects => {
  const line = act.line === null ? undefined : view.line(act.line)
  const stockKey = keyOf({ ...act, ...act.from })
  const row = view.stock(stockKey)
  const variance = derivedId('variance', view.warehouse, stockKeyText(stockKey))
  const { client, item, lot, serial, from } = act
  const moved =
    act.type === 'move' ? [{ client, item, lot, serial, from: act.to, to: from, qty: act.qty, ...times }] : []
  const holds = act.type === 'short' && row.held > 0 ? [{ owner: variance, key: stockKey, qty: -row.held }] : []
  if (line === undefined) return { ...NOTHING, movements: moved, holds }
  const qty = act.type === 'move' ? act.qty : row.onHand - row.reserved
  let excess = Math.max(0, line.claims.reduce((sum, claim) => sum + claim.qty, 0) + qty - line.wanted)
  const kept = line.claims.flatMap((claim): Claim[] => {
    const onShelf =
      view.location(claim.location)?.kind === 'pickable' || view.location(claim.location)?.kind === 'reserve'
    const n = onShelf ? Math.min(excess, claim.qty) : 0
    excess -= n
    return claim.qty > n ? [{ ...claim, qty: claim.qty - n }] : []
  })
  const done = line.done + qty
  return {
    ...NOTHING,
    movements: moved,
    holds,
    lines: [
      {
        ...line,
        done,
        state: done >= line.wanted ? 'done' : 'open',
        claims: withClaim(kept, { ...from, lot, serial, qty }),
      },
    ],
  }
}

export const unknownPack = (view: View, c: Command): 'target' | 'other' | null => {
  switch (c.type) {
    case 'pack':
      return view.location(c.to.location) !== undefined && view.line(c.line)?.document === c.document ? null : 'target'
    case 'move':
    case 'extra':
      return view.location(c.to.location) === undefined ? 'target' : null
    case 'carton.open':
    case 'close':
      return c.document !== null && view.document(c.document)?.kind === 'order' ? null : 'other'
    case 'carton.close':
    case 'carton.print':
      return view.location(c.carton) === undefined ? 'other' : null
    default:
      return null
  }
}
