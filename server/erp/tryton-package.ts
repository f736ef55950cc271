/** A move of the goods that leave, as far as cartons need it. */
type Leaving = { product: number; lotId: number | null; bases: number }
type Row = Leaving
export type Split<M, B> =
  /** Moves of which a part goes elsewhere than the rest: they must be cut first. */
  | { state: 'cut'; cuts: readonly { move: M; bases: number }[] }
  | { state: 'fits'; boxes: readonly { box: B; moves: readonly M[] }[] }
  /** Cartons and goods do not agree: the shipment goes without cartons. */
  | { state: 'unequal' }

const same = (a: Row, b: Row): boolean => a.product === b.product && a.lotId === b.lotId

/**
 * Which moves lie in which carton. Tryton puts whole moves into packages, and all of a shipment's moves or none; a move whose
 * goods lie in two cartons has to be cut, one cut a move at a time.
 */
export const splitIntoPackages = <M extends Leaving, B>(
  moves: readonly M[],
  boxes: readonly { box: B; rows: readonly Row[] }[],
): Split<M, B> => {
  const left = [...moves]
  const cuts = new Map<M, number>()
  const packed = boxes.map(({ box, rows }) => {
    const taken: M[] = []
    for (const row of rows)
      for (let wanted = row.bases; wanted > 0;) {
        const fitting = left
          .filter(move => same(move, row) && move.bases <= wanted)
          .sort((a, b) => b.bases - a.bases)[0]
        const move = fitting ?? left.find(other => same(other, row))
        if (move === undefined) return null
        left.splice(left.indexOf(move), 1)
        if (move.bases > wanted) cuts.set(move, move.bases - wanted)
        taken.push(move)
        wanted -= move.bases
      }
    return { box, moves: taken }
  })
  if (cuts.size > 0) return { state: 'cut', cuts: [...cuts].map(([move, bases]) => ({ move, bases })) }
  const whole = packed.filter(box => box !== null)
  if (whole.length < packed.length || left.length > 0) return { state: 'unequal' }
  return { state: 'fits', boxes: whole.filter(box => box.moves.length > 0) }
}
