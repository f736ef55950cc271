import type { Claim, Document, Line, Task } from '../catalogue.ts'
import type { DocumentId, LineId, LocationId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'

const MOBILE = new Set(['tote', 'carton', 'cart'])
export const isMobile = (view: View, location: LocationId): boolean => MOBILE.has(view.location(location)?.kind ?? '')

/** What is still reserved on shelves for a line: where the picker has to go. */
export const shelfClaims = (line: Line, view: View): readonly Claim[] =>
  line.claims.filter(claim => !isMobile(view, claim.location))

/** A line, and one stock row that its goods are reserved on. */
export type Part = { line: Line; claim: Claim }

/**
 * One stop of the walk: what is taken from one row of a shelf into one tote. Several lines share it where they share both;
 * serials of one item and place are one stop, because each of them is proven anyway.
 */
export type Stop = {
  id: string
  parts: readonly Part[]
  /** Of the first part. */
  line: Line
  claim: Claim
  document: Document
  sequence: number
  code: string
  /** A count or a short has put the row in doubt: others have looked and found less. */
  doubt: boolean
}

/** One tote for all orders of the walk, or one for each. */
export type Totes = 'one' | 'each'

/** What a line may still take. */
const roomOf = (line: Line): number => Math.max(0, line.wanted - line.done)

/** Never more than the lines still want. */
export const askedOf = (stop: Stop): number => askedFor(stop).reduce((sum, { qty }) => sum + qty, 0)

/** The same by part, in their order. */
export const askedFor = ({ parts }: Pick<Stop, 'parts'>): readonly (Part & { qty: number })[] => {
  const room = new Map<LineId, number>()
  return parts.map(part => {
    const left = room.get(part.line.id) ?? roomOf(part.line)
    const qty = Math.min(left, part.claim.qty)
    room.set(part.line.id, left - qty)
    return { ...part, qty }
  })
}

/**
 * The rest of an open line that is reserved nowhere: the order goes on when stock has come. What was short ends with the
 * walk instead, unless the policy lets it wait. `booking` is about to be picked.
 */
export const waitsForStock = (
  view: View,
  document: DocumentId,
  booking: readonly { line: LineId; qty: number }[] = [],
): boolean =>
  view
    .linesOf(document)
    .filter(line => line.state === 'open' && (line.reason === null || waitsAfterShort(view, line)))
    .some(line => {
      const booked = booking.filter(one => one.line === line.id).reduce((sum, { qty }) => sum + qty, 0)
      return line.wanted > line.done + booked
    })

export const waitsAfterShort = (view: View, line: Line): boolean =>
  policyFor(view.policies, line.client).pick.shortEnd === 'wait'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Orders that are picked in one walk with a task, the task's own among them; one order where it has no batch. */
export const batchOf = (view: View, task: Task): readonly Task[] => {
  const { batch } = task
  if (!batch) return [task]
  return [...view.tasks()]
    .filter(other => other.kind === 'pick' && other.batch?.id === batch.id)
    .sort((a, b) => byUrgency(documentOf(view, a), documentOf(view, b)))
}

const documentOf = (view: View, task: Task): Document | undefined =>
  task.document === null ? undefined : view.document(task.document)

/** Priority, then due, then number. */
export const byUrgency = (a: Document | undefined, b: Document | undefined): number =>
  (b?.priority ?? 0) - (a?.priority ?? 0) ||
  compare(a?.due ?? '9', b?.due ?? '9') ||
  compare(a?.number ?? '', b?.number ?? '')

type Visit = Part & Pick<Stop, 'document' | 'sequence' | 'code' | 'doubt'>

const visitsOf = (view: View, document: Document): Visit[] =>
  view
    .linesOf(document.id)
    .filter(line => line.state === 'open' && roomOf(line) > 0)
    .flatMap(line =>
      shelfClaims(line, view).map((claim): Visit => {
        const place = view.location(claim.location)
        const { held } = view.stock(keyOf({ ...claim, client: line.client, item: line.item }))
        return { line, claim, document, sequence: place?.sequence ?? 0, code: place?.code ?? '', doubt: held > 0 }
      }),
    )

const stopId = ({ line, claim, document }: Visit, totes: Totes): string =>
  [totes === 'one' ? 'one' : document.id, line.item, claim.location, claim.lpn, claim.status, claim.lot].join('/')

/**
 * The open stops of a walk, in their order: postponed last in the order of postponing, rows in doubt after the others, then
 * pick sequence, code, priority, due.
 */
export const stopsOf = (
  view: View,
  documents: readonly DocumentId[],
  totes: Totes,
  postponed: readonly LineId[],
): readonly Stop[] => {
  const visits = documents
    .flatMap(id => view.document(id) ?? [])
    .filter(document => document.state !== 'cancelled')
    .flatMap(document => visitsOf(view, document))
    .sort(
      (a, b) =>
        postponed.indexOf(a.line.id) - postponed.indexOf(b.line.id) ||
        Number(a.doubt) - Number(b.doubt) ||
        a.sequence - b.sequence ||
        compare(a.code, b.code) ||
        byUrgency(a.document, b.document) ||
        a.line.no - b.line.no ||
        compare(partId(a), partId(b)),
    )
  const stops = new Map<string, Visit[]>()
  for (const visit of visits) {
    const id = stopId(visit, totes)
    stops.set(id, [...(stops.get(id) ?? []), visit])
  }
  return [...stops].flatMap(([id, [first, ...rest]]) =>
    first === undefined ? [] : [{ ...first, id, parts: [first, ...rest].map(({ line, claim }) => ({ line, claim })) }],
  )
}

const partId = ({ line, claim }: Part): string =>
  [line.id, claim.location, claim.lpn, claim.status, claim.lot, claim.serial].join('/')
