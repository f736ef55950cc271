import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import * as v from 'valibot'
import type { WarehouseId } from '../shared/ids.ts'
import type { ContinuityStore, Remembered, Renewal } from './continuity-ports.ts'
import { writeDurably } from './durable-write.ts'
import { newFeedEpoch } from './feed-epoch.ts'

const rememberedSchema = v.object({
  pulse: v.pipe(v.string(), v.uuid()),
  before: v.nullable(v.pipe(v.string(), v.uuid())),
  epochs: v.record(v.string(), v.string()),
  heads: v.record(v.string(), v.number()),
})

const fileIn = (dataDir: string): string => path.join(dataDir, 'database.json')

const recall = async (dataDir: string): Promise<Remembered | null> => {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(() => null)
  if (text === null) return null
  const read = v.safeParse(rememberedSchema, parsed(text))
  return read.success ? read.output : null
}
const remember = (dataDir: string, remembered: Remembered): void =>
  writeDurably(fileIn(dataDir), JSON.stringify(remembered))

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Before a copy is put in its place: whatever breaks off from here on, the next start finds that something is missing. */
export const distrust = (dataDir: string): void =>
  remember(dataDir, { pulse: randomUUID(), before: null, epochs: {}, heads: {} })

export type Continuity = {
  /** Looks now, one look at a time; `isRestored`: a copy was put back. What was renewed is told before this resolves. */
  check: (isRestored?: boolean) => Promise<Renewal | null>
}

/** Notices that the database is not what it was. `dataDir` null: this machine keeps nothing of it. */
export const makeContinuity = (deps: {
  store: ContinuityStore
  dataDir: string | null
  lineage: () => string
  now: () => string
  onRenewed: (why: Renewal, warehouses: readonly WarehouseId[]) => void
}): Continuity => {
  const { store, dataDir, lineage, now, onRenewed } = deps
  let remembered: Remembered | null | undefined
  let last: Promise<unknown> = Promise.resolve()
  const look = async (isRestored: boolean): Promise<Renewal | null> => {
    remembered ??= dataDir === null ? null : await recall(dataDir)
    const looked = await store.look({
      lineage: lineage(),
      remembered,
      isRestored,
      pulse: randomUUID(),
      now: now(),
      newFeedEpoch,
    })
    if (looked.renewed !== null) onRenewed(looked.renewed, looked.warehouses)
    if (looked.remembered === remembered) return null
    remembered = looked.remembered
    if (dataDir !== null) remember(dataDir, remembered)
    return looked.renewed
  }
  return {
    check: (isRestored = false) => {
      const mine = last.then(
        () => look(isRestored),
        () => look(isRestored),
      )
      last = mine
      return mine
    },
  }
}
