import type {
  Delivery,
  FlawRow,
  ImportStore,
  Remote,
  StoredLabel,
  WaitingRecord,
} from '../../server/workers/import-port.ts'
import { codesOf } from '../../server/workers/quality.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import type { Item } from '../../shared/catalogue.ts'
import type { ItemId } from '../../shared/ids.ts'

type Waiting = WaitingRecord & { at: string }

/**
 * What the import worker keeps, without a database, for one connector and the simulation. `items` is filled by it; `sync` is
 * where documents and movements go.
 */
export const makeMemoryImport = (deps: { sync: SyncStore; items: Item[]; ledgerIsEmpty: () => boolean }) => {
  const cursors = new Map<string, string>()
  const remotes = new Map<string, Remote>()
  const waiting = new Map<string, Waiting>()
  const flaws = new Map<string, FlawRow>()
  const deliveries = new Map<string, Delivery>()
  const labels = new Map<string, StoredLabel>()
  const hints = new Set<string>()
  const rowOf = (kind: string, remote: string): string => `${kind} ${remote}`
  const putItem = (item: Item): void => {
    const at = deps.items.findIndex(other => other.id === item.id)
    if (at < 0) deps.items.push(item)
    else deps.items[at] = item
  }
  const of = <T>(rows: ReadonlyMap<string, T>): readonly T[] => [...rows.values()]
  const byRemote = (kind: Remote['kind']) => of(remotes).filter(row => row.kind === kind)
  const store: ImportStore = {
    cursor: async (_, kind) => cursors.get(kind) ?? null,
    known: async (_, kind, asked) =>
      new Map(
        asked.flatMap(remote => {
          const row = remotes.get(rowOf(kind, remote))
          return row === undefined
            ? []
            : [[remote, { id: row.id, hash: row.hash, record: row.record ?? null }] as const]
        }),
      ),
    putPage: async (at, page, run) => {
      // Whatever fails, fails in here: below nothing can.
      if (run !== null) await deps.sync.decide(at, run)
      for (const { item } of page.items ?? []) putItem(item)
      for (const remote of page.remotes) remotes.set(rowOf(remote.kind, remote.remote), remote)
      for (const id of page.seen) {
        waiting.delete(rowOf(page.kind, id))
        for (const [name, flaw] of flaws) if (flaw.kind === page.kind && flaw.remote === id) flaws.delete(name)
      }
      for (const flaw of page.flaws)
        flaws.set([page.kind, flaw.remote, flaw.field, flaw.problem].join(' '), {
          ...flaw,
          kind: page.kind as FlawRow['kind'],
          firstAt: at.now,
          lastAt: at.now,
        })
      for (const row of page.waits) waiting.set(rowOf(row.kind, row.remote), { ...row, at: at.now })
      for (const row of page.deliveries ?? []) deliveries.set(row.id, row)
      for (const row of page.labels ?? []) labels.set(row.id, row)
      if (page.cursor !== null) cursors.set(page.kind, page.cursor)
    },
    codes: async (client, asked) =>
      new Map(
        deps.items
          .filter(item => item.client === client)
          .flatMap(item =>
            codesOf(item)
              .filter(code => asked.includes(code))
              .map(code => [code, item.id] as const),
          ),
      ),
    waiting: async (_, kind, limit) =>
      of(waiting)
        .filter(row => row.kind === kind)
        .slice(0, limit),
    flaws: async (_, { limit }) => of(flaws).slice(0, limit),
    flawCounts: async () => [],
    unbound: async (_, client, skus) =>
      new Map(
        deps.items.flatMap(item =>
          item.client === client && skus.includes(item.sku) && !byRemote('item').some(row => row.id === item.id)
            ? [[item.sku, item.id] as const]
            : [],
        ),
      ),
    rebuildCatalogue: async () => ({ changed: true }),
    ledgerIsEmpty: async () => deps.ledgerIsEmpty(),
    remoteOf: async (_, ids) =>
      new Map(of(remotes).flatMap(row => (ids.includes(row.id) ? [[row.id, row.remote] as const] : []))),
    unitsOf: async ids => new Map(deps.items.filter(item => ids.includes(item.id)).map(item => [item.id, item.unit])),
    itemsByRemote: async (_, asked) =>
      new Map(
        byRemote('item').flatMap(row => {
          const item = deps.items.find(one => one.id === row.id)
          return item !== undefined && asked.includes(row.remote) ? [[row.remote, item] as const] : []
        }),
      ),
    remotes: async (_, kind, { after, limit }) =>
      byRemote(kind)
        .filter(row => row.remote > after)
        .sort((a, b) => (a.remote < b.remote ? -1 : 1))
        .slice(0, limit)
        .map(({ remote, id }) => ({ remote, id })),
    deactivate: async (_, ids) => {
      const gone = deps.items.filter(item => item.active && ids.includes(item.id))
      for (const item of gone) putItem({ ...item, active: false })
      return gone.length
    },
    hasHint: async (_, id) => hints.has(id),
    newHint: async (_, id) => {
      const isNew = !hints.has(id)
      hints.add(id)
      return isNew
    },
    deliveries: async (_, document) => of(deliveries).filter(row => row.document === document),
    documentsByTracking: async () => new Map(),
    labels: async (_, document) => of(labels).filter(row => row.document === document),
  }
  return {
    store,
    itemOf: (remote: string): ItemId | null => (remotes.get(rowOf('item', remote))?.id as ItemId | undefined) ?? null,
    documentOf: (remote: string): string | null => remotes.get(rowOf('document', remote))?.id ?? null,
  }
}
export type MemoryImport = ReturnType<typeof makeMemoryImport>
