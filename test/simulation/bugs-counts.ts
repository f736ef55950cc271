import type { CountBooks } from '../../server/sync/count-books.ts'
import { decideCounts } from '../../server/sync/decide-counts.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import type { Variance } from '../../shared/count/variance.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Id } from '../../shared/ids.ts'
import { bodyOfStock } from '../../shared/sync/rows.ts'
import type { Plant } from './bugs.ts'
import { stockIn } from './memory-state.ts'
import { personWith } from './people.ts'
import { serverNow } from './server.ts'
import type { Stage } from './stage.ts'

/** The books of counts that a decision has, with some of their doors replaced. */
const withCounts = (store: SyncStore, change: (counts: CountBooks) => Partial<CountBooks>): SyncStore => ({
  ...store,
  decide: (at, run) => store.decide(at, tx => run({ ...tx, counts: { ...tx.counts, ...change(tx.counts) } })),
})

/** A supervisor approves what she has counted as soon as it waits for somebody. */
const approvesOwn = (stage: Stage): void => {
  const { schedule, site, memory } = stage
  const who = personWith(site, 'XBEDA')
  schedule.after(5000, () => {
    approvesOwn(stage)
    const at = { warehouse: site.warehouse.id, now: serverNow(stage) }
    for (const v of memory.state().variances.values()) {
      if (v.state !== 'review' || !v.counters.includes(who.id)) continue
      const id = derivedId<'decision'>('decision', 'own', v.id, v.version)
      const target = v.id as string as Id<'target'>
      const ask = {
        id,
        kind: 'count.approve' as const,
        target,
        expectedVersion: v.version,
        args: {},
        reason: 'MISSING',
      }
      void decideCounts(stage.store, at, who, [ask])
    }
  })
}

/** Mistakes of whatever decides on counts and posts them. */
export const COUNT_BUGS: Readonly<Record<string, Plant>> = {
  ownApproval: {
    title: 'whoever has counted may approve it',
    within: 20,
    store: (store, stage) => {
      approvesOwn(stage)
      const nobody = (v: Variance | null): Variance | null => (v === null ? null : { ...v, counters: [] })
      return withCounts(store, counts => ({
        facts: async need => {
          const facts = await counts.facts(need)
          const { warehouse } = facts.policies
          const count = { ...warehouse.count, supervisorLimits: warehouse.count.limits }
          return { ...facts, policies: { ...facts.policies, warehouse: { ...warehouse, count } } }
        },
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
  bookOfToday: {
    title: 'an approved count is compared with the stock of the day on which it is posted',
    within: 60,
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
