import type { Claim, Line } from '../catalogue.ts'
import type { DocumentId, LineId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'

const MOBILE = new Set(['tote', 'carton', 'cart'])
export const isMobile = (view: View, location: LocationId): boolean => MOBILE.has(view.location(location)?.kind ?? '')

/** What is still reserved on shelves for a line: where the picker has to go. */
export const shelfClaims = (line: Line, view: View): readonly Claim[] =>
  line.claims.filter(claim => !isMobile(view, claim.location))

/** One stop of the walk: a line, and the stock row that its goods are reserved on. */
export type Visit = { line: Line; claim: Claim; sequence: number; code: string }

/** Tells visits of one order apart; stable while the claim stands. */
export const visitId = ({ line, claim }: Visit): string =>
  [line.id, claim.location, claim.lpn, claim.status, claim.lot, claim.serial].join('/')

/** Never more than the line still wants. */
export const askedOf = ({ line, claim }: Visit): number => Math.min(claim.qty, line.wanted - line.done)

/** The rest of an open line that is reserved nowhere: the order goes on when stock has come. `booking` is about to be picked. */
export const waitsForStock = (
  view: View,
  document: DocumentId,
  booking: { line: LineId; qty: number } | null = null,
): boolean =>
  view
    .linesOf(document)
    .filter(line => line.state === 'open')
    .some(line => line.wanted > line.done + (line.id === booking?.line ? booking.qty : 0))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Open visits in walking order: postponed last in the order of postponing, then pick sequence, code and line number. */
export const visits = (view: View, document: DocumentId, postponed: readonly LineId[]): Visit[] =>
  view
    .linesOf(document)
    .filter(line => line.state === 'open')
    .flatMap(line =>
      shelfClaims(line, view).map((claim): Visit => {
        const place = view.location(claim.location)
        return { line, claim, sequence: place?.sequence ?? 0, code: place?.code ?? '' }
      }),
    )
    .filter(visit => askedOf(visit) > 0)
    .sort(
      (a, b) =>
        postponed.indexOf(a.line.id) - postponed.indexOf(b.line.id) ||
        a.sequence - b.sequence ||
        compare(a.code, b.code) ||
        a.line.no - b.line.no ||
        compare(visitId(a), visitId(b)),
    )
