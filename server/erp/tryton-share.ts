import type { Goods, Move } from './tryton-goods.ts'

/** Which part of which row belongs to which line of the order: a named line first, then by what is open; the last line takes what is over. */
export const shareOut = (
  goods: readonly Goods[],
  lines: readonly { id: number; name: string; product: number; open: number }[],
): readonly { goods: Goods; bases: number; line: number | null }[] => {
  const open = new Map(lines.map(line => [line.id, line.open]))
  return goods.flatMap(row => {
    const own = lines
      .filter(line => line.product === row.product)
      .sort((a, b) => Number(b.name === row.line) - Number(a.name === row.line))
    const parts: { goods: Goods; bases: number; line: number | null }[] = []
    let left = row.bases
    for (const [i, line] of own.entries()) {
      const room = open.get(line.id) ?? 0
      const bases = i === own.length - 1 ? left : Math.min(left, room)
      if (bases <= 0) continue
      open.set(line.id, room - bases)
      parts.push({ goods: row, bases, line: line.id })
      left -= bases
    }
    return left > 0 ? [...parts, { goods: row, bases: left, line: null }] : parts
  })
}

type Part = { move: Move; bases: number; to: number }
/** Which part of which move goes to which place; the first part of a move is the move itself, further ones are new. */
export const destinations = (
  moves: readonly Move[],
  goods: readonly Goods[],
  storage: number,
): { rewrites: readonly Part[]; additions: readonly Part[] } => {
  const rewrites: Part[] = []
  const additions: Part[] = []
  const wanted = goods.map(row => ({ row, left: row.bases }))
  for (const move of moves) {
    let left = move.bases
    let first = true
    for (const want of wanted) {
      if (want.row.product !== move.product || want.row.lotId !== move.lotId) continue
      const bases = Math.min(left, want.left)
      if (bases <= 0) continue
      want.left -= bases
      left -= bases
      const part = { move, bases, to: want.row.location ?? storage }
      if (!first) additions.push(part)
      else if (part.to !== move.to_location || bases !== move.bases) rewrites.push(part)
      first = false
    }
  }
  return { rewrites, additions }
}
