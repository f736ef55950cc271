import type { Line } from '../../shared/catalogue.ts'
import type { Plant } from './bugs.ts'
import { changed } from './bugs-server.ts'
import { fewOrders } from './order-shift.ts'
import type { Stage } from './stage.ts'

/** In the shift of orders, with each line of a short changed. */
const inOrders = (change: (line: Line, stage: Stage) => Line): Omit<Plant, 'title'> => ({
  within: 6,
  shift: fewOrders,
  minutes: 30,
  faults: () => ['drop', 'late'],
  store: (store, stage) =>
    changed(store, row =>
      row.effects.exceptions.some(draft => draft.kind === 'short_pick')
        ? { ...row, effects: { ...row.effects, lines: row.effects.lines.map(line => change(line, stage)) } }
        : row,
    ),
})

const isShort = (line: Line): boolean => line.reason !== null && line.done < line.wanted

/** Mistakes that leave goods on the shelf which an order was to have. */
export const ORDER_BUGS: Readonly<Record<string, Plant>> = {
  reallocationLost: {
    title: 'what is short at one place is reserved at no other',
    ...inOrders((line, { site }) => {
      const totes = new Set<string>(site.locations.flatMap(({ id, kind }) => (kind === 'tote' ? [id] : [])))
      return isShort(line) ? { ...line, claims: line.claims.filter(claim => totes.has(claim.location)) } : line
    }),
  },
  shortAtOnce: {
    title: 'a short ends its line although the rest is reserved elsewhere',
    ...inOrders(line => (isShort(line) ? { ...line, state: 'short' } : line)),
  },
}
