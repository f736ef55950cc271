import type { Line, Location } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LineId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { Movement } from '../ledger/stock.ts'
import { virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import type { CommandTimes } from './process.ts'

/**
 * What is in the boxes goes to the customer, whoever's it was; the lines let go of it and count it as shipped. The ERP is
 * told once for each confirmation, and that it was the last one when nothing picked is left in the house.
 */
export const decideShip = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects =>
  c.type === 'ship' ? shipped(view, c, key, times) : NOTHING

const shipped = (view: View, c: CommandOf<'ship'>, key: CommandKey, times: CommandTimes): Effects => {
  const boxes = c.cartons.flatMap(id => view.location(id) ?? []).filter(box => box.carton?.shipped !== true)
  const customer = {
    location: virtualLocation(view.warehouse, 'customer'),
    lpn: NO_LPN,
    status: 'available' as const,
  }
  const movements = boxes.flatMap(box =>
    view
      .stockAt(box.id)
      .filter(row => row.onHand > 0)
      .map(({ client, item, lot, serial, location, lpn, status, onHand }): Movement => {
        return { client, item, lot, serial, from: { location, lpn, status }, to: customer, qty: onHand, ...times }
      }),
  )
  const lines = letGo(view, c, boxes)
  const document = view.document(c.document)
  const after = view.linesOf(c.document).map(line => lines.get(line.id) ?? line)
  const isAll = after.every(
    line => line.state === 'cancelled' || (line.state !== 'open' && line.done <= (line.shipped ?? 0)),
  )
  const task = view.taskOf(c.document, 'ship')
  return {
    ...NOTHING,
    movements,
    lines: [...lines.values()],
    locations: boxes.flatMap((box): Location[] =>
      box.carton
        ? [{ ...box, active: false, parent: c.door, carton: { ...box.carton, closed: true, shipped: true } }]
        : [],
    ),
    documents:
      document !== undefined && isAll && document.state !== 'cancelled'
        ? [{ ...document, state: 'closed', ready: true }]
        : [],
    tasks: task !== undefined && isAll ? [{ ...task, state: 'done', lease: null }] : [],
    exceptions: [...contradictions(view, c, boxes, key), ...ofHold(view, c, boxes, key, times)],
    messages: movements.length > 0 ? [{ type: 'shipment', document: c.document, final: isAll }] : [],
  }
}

const letGo = (view: View, c: CommandOf<'ship'>, boxes: readonly Location[]): Map<LineId, Line> => {
  const places = new Set(boxes.map(box => box.id))
  const lines = new Map<LineId, Line>()
  for (const line of view.linesOf(c.document)) {
    const gone = line.claims.filter(claim => places.has(claim.location))
    if (gone.length === 0) continue
    const qty = gone.reduce((sum, claim) => sum + claim.qty, 0)
    lines.set(line.id, {
      ...line,
      claims: line.claims.filter(claim => !places.has(claim.location)),
      shipped: (line.shipped ?? 0) + qty,
      sent: withSent(line.sent ?? [], gone),
    })
  }
  return lines
}

/** Most lots and serials that a line keeps; beyond them nobody can tell any more what was sent. */
const MOST_SENT = 200

const withSent = (before: NonNullable<Line['sent']>, gone: Line['claims']): NonNullable<Line['sent']> => {
  const sent = before.map(one => ({ ...one }))
  for (const { lot, serial, qty } of gone) {
    const known = sent.find(one => one.lot === lot && one.serial === serial)
    if (known === undefined) sent.push({ lot, serial, qty })
    else known.qty += qty
  }
  return sent.slice(0, MOST_SENT)
}

const contradictions = (
  view: View,
  c: CommandOf<'ship'>,
  boxes: readonly Location[],
  key: CommandKey,
): ExceptionDraft[] => {
  const document = view.document(c.document)
  if (boxes.length === 0) return []
  if (document?.state === 'cancelled')
    return [contradiction(key, 'order_cancelled', c.document, { document: c.document, shipped: true })]
  const foreign = boxes.find(box => box.carton?.document !== c.document)
  const isReady = document?.ready === true && foreign === undefined
  return isReady
    ? []
    : [contradiction(key, 'not_shipped', c.document, { document: c.document, carton: foreign?.code ?? null })]
}

/** The desk had stopped it, and it has left all the same: whoever stopped it has to know, with when both were. */
const ofHold = (
  view: View,
  c: CommandOf<'ship'>,
  boxes: readonly Location[],
  key: CommandKey,
  { at }: CommandTimes,
): ExceptionDraft[] => {
  const document = view.document(c.document)
  if (boxes.length === 0 || !document?.hold) return []
  const { by: heldBy, at: heldAt, reason: why } = document.hold
  const { client, number } = document
  return [contradiction(key, 'hold_ignored', c.document, { client, number, heldBy, heldAt, why, leftAt: at })]
}

export const unknownShip = (view: View, c: Command): 'other' | null =>
  c.type === 'ship' &&
  view.document(c.document)?.kind === 'order' &&
  c.cartons.every(carton => view.location(carton) !== undefined)
    ? null
    : 'other'

export const undoShip = (): Effects => NOTHING
