import type { Claim, Line } from '../catalogue.ts'
import type { DocumentId, LineId } from '../ids.ts'
import type { View } from '../ledger/world.ts'

const MOBILE = new Set(['tote', 'carton', 'cart'])

/** What is still reserved on shelves for a line: where the picker has to go. */
export const shelfClaims = (line: Line, view: View): readonly Claim[] =>
  line.claims.filter(claim => !MOBILE.has(view.location(claim.location)?.kind ?? ''))

export type Visit = { line: Line; claim: Claim; sequence: number; code: string }

/** Open visits in walking order: postponed last, pick sequence, code, line number. */
export const visits = (view: View, document: DocumentId, postponed: readonly LineId[]): Visit[] =>
  view
    .linesOf(document)
    .filter(line => line.state === 'open')
    .flatMap(line =>
      shelfClaims(line, view).map(claim => {
        const place = view.location(claim.location)
        return { line, claim, sequence: place?.sequence ?? 0, code: place?.code ?? '' }
      }),
    )
    .sort(
      (a, b) =>
        Number(postponed.includes(a.line.id)) - Number(postponed.includes(b.line.id)) ||
        a.sequence - b.sequence ||
        (a.code < b.code ? -1 : a.code > b.code ? 1 : 0) ||
        a.line.no - b.line.no ||
        (a.claim.lot < b.claim.lot ? -1 : 1),
    )

/** How much of a visit can be picked: never more than the line still wants. */
export const askedOf = ({ line, claim }: Visit): number => Math.min(claim.qty, line.wanted - line.done)
