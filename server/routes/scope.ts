import type { Worker } from '../../shared/catalogue.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { Manifest, SyncRequest } from '../../shared/sync/wire.ts'
import type { Device, SiteStore } from '../ports.ts'
import { scopeName } from '../sync/handle.ts'

/** The worker of a session as the present roster has them; null = not on it, or not active. */
export const workerOf = async (
  site: Pick<SiteStore, 'roster'>,
  device: Pick<Device, 'warehouse'>,
  id: string,
): Promise<Worker | null> => {
  const held = await site.roster(device.warehouse)
  return held?.roster.workers.find(worker => worker.id === id && worker.active) ?? null
}

/**
 * Clients whose goods the device may see, computed here and never asked of it: those of the logged-in worker. Nobody
 * logged in, or somebody unknown, leaves the scope as it was.
 */
export const scopeOf = async (
  site: Pick<SiteStore, 'roster'>,
  device: Device,
  session: SyncRequest['session'],
): Promise<readonly ClientId[] | null> => {
  if (session === null) return device.clients
  const worker = await workerOf(site, device, session.worker)
  return worker === null ? device.clients : worker.clients
}

/** The catalogue's version as a scope sees it: another scope is another catalogue and makes the handheld fetch it. */
export const scopedVersion = (version: string, clients: readonly ClientId[] | null): string =>
  clients === null ? version : `${version}.${scopeName(clients)}`

/** The manifest without the families of other clients (`item/<client>`, `find/<client>`). */
export const scopedManifest = (manifest: Manifest, clients: readonly ClientId[] | null): Manifest => ({
  ...manifest,
  version: scopedVersion(manifest.version, clients),
  families:
    clients === null
      ? manifest.families
      : Object.fromEntries(
          Object.entries(manifest.families).filter(([family]) => clients.some(client => family.endsWith(`/${client}`))),
        ),
})
