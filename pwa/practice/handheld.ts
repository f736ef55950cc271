import type { Worker } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { Judge } from '../../shared/process/judge.ts'
import { itemCodes } from '../../shared/scan/item-codes.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import type { Command, Draft } from '../../shared/sync/command.ts'
import { foldOwn } from '../../shared/sync/rebase.ts'
import type { Handheld, SyncStatus } from '../sync/handheld.ts'
import { localHits, placeCodes } from '../sync/local-codes.ts'
import type { QueueRow, SavedState } from '../sync/ports.ts'
import { CLIENT, NAMES, practiceTables, WAREHOUSE } from './stock.ts'

export type PracticeOf = {
  judge: Judge
  language: 'en' | 'tr'
  /** Who practises; null = nobody is logged in. */
  worker: Worker | null
  warehouse: string
  now: () => string
}

const EPOCH = 'practice0001'
const DEVICE: DeviceId = derivedId('device', 'practice')

const somebody = (worker: Worker | null): Worker => ({
  id: worker?.id ?? derivedId('worker', 'practice'),
  name: worker?.name ?? '',
  badgeHash: '',
  roles: ['receiver', 'picker', 'packer', 'counter'],
  clients: null,
  zones: null,
  active: true,
})

const status = (lastGoodRound: string): SyncStatus => ({
  link: 'online',
  waiting: 0,
  oldest: null,
  lastGoodRound,
  needsMe: [],
  loading: null,
  storageFull: false,
  emergency: false,
})

/**
 * A handheld of its own for practice: the real rules on made-up goods, in memory. It knows no queue, no cache and no network,
 * so nothing that is done here can be stored or sent.
 */
export const practiceHandheld = ({ judge, language, worker, warehouse, now }: PracticeOf): Handheld => {
  const tables = practiceTables(NAMES[language])
  const world = makeWorld(tables)
  const items = [...tables.items.values()]
  const places = placeCodes(tables.locations.values())
  const byCode = new Map<string, CodeHit[]>()
  for (const [key, hit] of items.flatMap(itemCodes)) byCode.set(key, [...(byCode.get(key) ?? []), hit])
  const who = somebody(worker)
  const session = { id: derivedId<'session'>('session', 'practice'), worker: who, roster: 0, startedAt: now() }
  const states = new Map<string, SavedState>()
  const listeners = new Set<() => void>()
  const stands = status(now())
  let seq = 0
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const fold = (draft: Draft): void => {
    seq += 1
    const stamp = { device: DEVICE, epoch: EPOCH, seq, warehouse: WAREHOUSE, worker: who.id, session: session.id }
    const times = { roster: 0, policy: 1, at: now(), mono: 0, off: 0, unc: 0, app: 'practice' }
    const command: Command = { ...draft, v: 1, id: derivedId('command', EPOCH, seq), ...stamp, ...times }
    foldOwn(judge, world, { key: { device: DEVICE, epoch: EPOCH, seq }, command }, { notBefore: null, notAfter: now() })
  }
  return {
    device: DEVICE,
    warehouse: { id: WAREHOUSE, name: warehouse },
    world: () => world,
    roster: () => null,
    clients: () => [{ id: CLIENT, name: '' }],
    session: () => session,
    logIn: async () => ({ ok: true, session }),
    logOut: async () => undefined,
    hasCatalogue: () => true,
    loadItems: async () => [],
    search: async (text, most) => {
      const found = items.filter(item => item.name.toLowerCase().includes(text.toLowerCase()))
      return { items: found.slice(0, most), all: found.length }
    },
    lookup: async keys => {
      const local = localHits(world, places, tables.locations, new Set(keys))
      return { find: key => [...(local.get(key) ?? []), ...(byCode.get(key) ?? [])] }
    },
    coming: () => undefined,
    append: async (drafts, state): Promise<readonly QueueRow[]> => {
      const first = seq + 1
      for (const draft of drafts) fold(draft)
      const saved = typeof state === 'function' ? state({ epoch: EPOCH, first }) : state
      if (saved !== null) states.set(saved.key, saved)
      tell()
      return []
    },
    savedStates: async () => [...states.values()],
    dropState: async key => void states.delete(key),
    pending: async () => [],
    lease: async () => ({ kind: 'ok' }),
    next: async () => null,
    giveBack: async () => undefined,
    bring: async () => 'none',
    withhold: async () => undefined,
    status: () => stands,
    syncNow: () => undefined,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    now,
    stop: async () => undefined,
  }
}
