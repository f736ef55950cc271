import type { CountBooks } from '../../server/sync/count-books.ts'
import { settleCounts } from '../../server/sync/settle-counts.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import type { Variance } from '../../shared/count/variance.ts'
import { bodyOfStock } from '../../shared/sync/rows.ts'
import type { Plant } from './bugs.ts'
import type { Fault } from './faults.ts'
import { stockIn } from './memory-state.ts'

const withFaults =
  (...needed: readonly Fault[]) =>
  (drawn: readonly Fault[]): readonly Fault[] => [...new Set([...drawn, ...needed])]

/** The books of counts that a decision has, with some of their doors replaced. */
const withCounts = (store: SyncStore, change: (counts: CountBooks) => Partial<CountBooks>): SyncStore => ({
  ...store,
  decide: (at, run) => store.decide(at, tx => run({ ...tx, counts: { ...tx.counts, ...change(tx.counts) } })),
})

/** Mistakes of whatever decides on counts and posts them. */
export const COUNT_BUGS: Readonly<Record<string, Plant>> = {
  ownApproval: {
    title: 'whoever has counted may approve it',
    within: 20,
    store: store => {
      const nobody = (v: Variance | null): Variance | null => (v === null ? null : { ...v, counters: [] })
      return withCounts(store, counts => ({
        rounds: async ids => {
          const known = await counts.rounds(ids)
          return new Map([...known].map(([id, one]) => [id, { ...one, open: nobody(one.open) }]))
        },
      }))
    },
  },
  postedTwice: {
    title: 'a difference that is posted is posted again with the next round',
    within: 6,
    store: (store, stage) =>
      withCounts(store, counts => ({
        pending: async (states, limit) => {
          const pending = await counts.pending(states, limit)
          const posted = [...stage.memory.state().variances.values()].filter(({ state }) => state === 'posted')
          const again = states.includes('approved') ? posted.map(v => ({ ...v, state: 'approved' as const })) : []
          return [...pending, ...again]
        },
      })),
  },
  watermarkIgnored: {
    title: 'a difference is posted as soon as its count arrives, whoever has not been heard',
    within: 25,
    faults: withFaults('drop', 'late'),
    store: (store, stage) => ({
      ...withCounts(store, () => ({ reporters: async () => [] })),
      apply: async (at, run) => {
        const answer = await store.apply(at, run)
        stage.schedule.after(0, () => void settleCounts(stage.store, at))
        return answer
      },
    }),
  },
  bookOfToday: {
    title: 'an approved count is compared with the stock of the day on which it is posted',
    within: 10,
    store: (store, stage) =>
      withCounts(store, counts => ({
        pending: async (states, limit) =>
          (await counts.pending(states, limit)).map(v => {
            const { onHand } = stockIn(stage.memory.state(), v.key)
            return v.state === 'approved' || v.state === 'provisional' ? { ...v, delta: v.seen - onHand } : v
          }),
      })),
  },
  blindForgotten: {
    title: 'a page tells whoever counts blind what the books have',
    within: 6,
    store: (store, stage) => ({
      ...store,
      page: async at => {
        const page = await store.page(at)
        const rows = page.rows.map(row => {
          const stock = row.k === 'balance' ? stage.memory.state().stock.get(row.id) : undefined
          return stock === undefined || row.b === null || !('hidden' in (row.b as object))
            ? row
            : { ...row, b: bodyOfStock(stock) }
        })
        return { ...page, rows }
      },
    }),
  },
}
