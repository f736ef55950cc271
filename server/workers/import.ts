import type { ClientId, ConnectorId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import type { ErpConnector, InboundKind } from '../erp/connector.ts'
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

/** Items, and with them what the handhelds look up. True when anything has changed. */
const importCatalogue = async (deps: ImportDeps, signal: AbortSignal): Promise<boolean> => {
  const changed = await importItems(deps, signal)
  if (!changed) return false
  const { changed: rebuilt } = await deps.store.rebuildCatalogue(deps.warehouse, deps.now())
  if (rebuilt) deps.ring()
  return true
}

/** One kind of records that the ERP brings by itself, as its `pull` gives them. */
export const importPushed = async (deps: ImportDeps, kind: InboundKind): Promise<void> => {
  const { signal } = new AbortController()
  switch (kind) {
    case 'item':
      if (!(await importCatalogue(deps, signal))) return
      for (const waiting of DOCUMENTS) await importWaiting(deps, waiting)
      return
    case 'partner':
    case 'location':
      return importCandidates(deps, kind, signal)
    case 'lot':
      return importLots(deps, signal)
    case 'purchaseOrder':
    case 'asn':
    case 'salesOrder':
      return importDocuments(deps, kind, signal)
    case 'cancellation':
      return importCancellations(deps, signal)
    case 'delivery':
    case 'carrierLabel':
      return importShipping(deps, signal)
  }
}

const DOCUMENTS = ['purchaseOrder', 'asn', 'salesOrder'] as const

const importAll = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  const changed = await importCatalogue(deps, signal)
  for (const kind of ['partner', 'location'] as const) await importCandidates(deps, kind, signal)
  await importLots(deps, signal)
  await importOpeningStock(deps, signal)
  for (const kind of DOCUMENTS) {
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
  // An ERP that is not asked for items (it brings them, or another one does) says nothing about which are gone.
  if (!deps.connector.caps.kinds.includes('item')) return { deactivated: 0, missed: [] }
  const theirs = new Set<string>()
  for await (const id of deps.connector.ids('item', signal)) theirs.add(id)
  // No warehouse works without goods: what names none has been asked the wrong way, or answers for something else.
  if (theirs.size === 0) {
    deps.log.warn({}, 'the ERP names no item at all; nothing was made inactive')
    return { deactivated: 0, missed: [] }
  }
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
