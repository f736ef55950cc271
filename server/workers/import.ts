import type { ClientId, ConnectorId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { SyncStore } from '../sync/ports.ts'
import { importDocuments, importWaiting } from './import-documents.ts'
import { importItems } from './import-items.ts'
import { importOpeningStock } from './import-opening.ts'
import type { ImportStore } from './import-port.ts'
import { importCancellations, importCandidates, importLots, importShipping } from './import-status.ts'
import { gateIsOpen, notice } from './lane.ts'
import type { GateDeps } from './lane.ts'

export type ImportDeps = {
  connector: ErpConnector
  id: ConnectorId
  warehouse: WarehouseId
  /** Our client by the ERP's key of the owner; null = a client that this warehouse does not have: the record waits. */
  clientOf: (remoteClient: string) => ClientId | null
  store: ImportStore
  sync: SyncStore
  /** Places that opening stock is spread over, in a stable order, and the ERP's locations that it is taken from. */
  openingPlaces: () => Promise<readonly LocationId[]>
  openingLocations?: readonly string[]
  /** Shared with delivery: a wrong password is not tried by both. */
  gate?: GateDeps
  now: () => string
  ring: () => void
  log: { warn: (fields: Record<string, unknown>, message: string) => void }
}

/** One pass over everything that the ERP has to say, in the order in which things refer to each other. */
export const importRound = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  if (deps.gate !== undefined && !(await gateIsOpen(deps.gate, signal))) return
  try {
    await importAll(deps, signal)
    if (deps.gate !== undefined) await notice(deps.gate, null)
  } catch (error) {
    if (deps.gate !== undefined && isErpError(error)) await notice(deps.gate, error)
    throw error
  }
}

const importAll = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  const changed = await importItems(deps, signal)
  if (changed) {
    const { changed: rebuilt } = await deps.store.rebuildCatalogue(deps.warehouse, deps.now())
    if (rebuilt) deps.ring()
  }
  for (const kind of ['partner', 'location'] as const) await importCandidates(deps, kind, signal)
  await importLots(deps, signal)
  await importOpeningStock(deps, signal)
  for (const kind of ['purchaseOrder', 'asn', 'salesOrder'] as const) {
    if (changed) await importWaiting(deps, kind)
    await importDocuments(deps, kind, signal)
  }
  await importCancellations(deps, signal)
  await importShipping(deps, signal)
}

const SWEEP_PAGE = 1000

/**
 * The nightly search for what the changes did not tell: items that the ERP no longer has are made inactive, never deleted.
 * `missed` counts items that the ERP has and we do not: it should be 0, and anything else is a fault of the connector.
 */
export const sweepItems = async (
  deps: ImportDeps,
  signal: AbortSignal,
): Promise<{ deactivated: number; missed: readonly string[] }> => {
  const theirs = new Set<string>()
  for await (const id of deps.connector.ids('item', signal)) theirs.add(id)
  const missed = new Set(theirs)
  const gone: ItemId[] = []
  for (let after = '', more = true; more;) {
    const page = await deps.store.remotes(deps.id, 'item', { after, limit: SWEEP_PAGE })
    for (const { remote, id } of page) {
      missed.delete(remote)
      if (!theirs.has(remote)) gone.push(id as ItemId)
    }
    after = page.at(-1)?.remote ?? after
    more = page.length === SWEEP_PAGE
  }
  const deactivated = gone.length === 0 ? 0 : await deps.store.deactivate(deps.id, gone)
  if (deactivated > 0) {
    await deps.store.rebuildCatalogue(deps.warehouse, deps.now())
    deps.ring()
  }
  if (missed.size > 0) deps.log.warn({ missed: missed.size }, 'items that no change has told of')
  return { deactivated, missed: [...missed].slice(0, 100) }
}
