import type { ConnectorId } from '../../shared/ids.ts'
import { CONNECTORS } from '../erp/index.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { Folder } from '../erp/folder.ts'
import { openSecrets, sealSecrets } from '../erp/sealed-secret.ts'
import type { SecretKeys } from '../erp/sealed-secret.ts'
import { makeConnector } from '../erp/settings.ts'
import type { ConnectorKind } from '../erp/settings.ts'
import { makeBridge, makeBridges } from './bridge.ts'
import type { Bridge, BridgeDeps, Bridges } from './bridge.ts'
import type { Connection } from './connection.ts'

/** What people at the desk do with connections, and the workers that run them. */
export type ErpDesk = {
  stores: BridgeDeps['stores']
  kinds: Readonly<Record<string, ConnectorKind>>
  /** Null = there is no key to seal with. */
  seal: (id: ConnectorId, secrets: Readonly<Record<string, string>>) => string | null
  /** Null = they cannot be opened: another key, or not this connection's. */
  open: (connection: Pick<Connection, 'id' | 'sealed'>) => Readonly<Record<string, string>> | null
  /** A bridge of its own, for one question at the desk. Throws words where the connection cannot be made. */
  bridge: (connection: Connection) => Bridge
  bridges: Bridges
  /** A connector that is not made from what is stored (the demo's, which moves with every start). */
  override: (id: ConnectorId, connector: ErpConnector) => void
  newId: () => string
}

export const makeErpDesk = (
  deps: Omit<BridgeDeps, 'connect'> & {
    keys: SecretKeys | null
    kinds?: ErpDesk['kinds']
    fetch?: typeof globalThis.fetch
    /** Folders that files are exchanged in; null = none. */
    folder?: ((name: string) => Folder) | null
  },
): ErpDesk => {
  const kinds = deps.kinds ?? CONNECTORS
  const overridden = new Map<ConnectorId, ErpConnector>()
  const open: ErpDesk['open'] = ({ id, sealed }) => {
    if (sealed === null) return {}
    return deps.keys === null ? null : openSecrets(deps.keys, id, sealed)
  }
  const connect = (connection: Connection): ErpConnector => {
    const given = overridden.get(connection.id)
    if (given !== undefined) return given
    const kind = kinds[connection.kind]
    if (kind === undefined) throw new Error(`there is no connector called ${connection.kind}`)
    const secrets = open(connection)
    if (secrets === null)
      throw new Error('its secrets cannot be opened: STOCKHAND_SECRET_KEY is missing or another one')
    const { id, settings } = connection
    const more = deps.fetch === undefined ? {} : { fetch: deps.fetch }
    return makeConnector(kind, { id, settings, secrets, now: deps.now, folder: deps.folder ?? null, ...more })
  }
  const all: BridgeDeps = { ...deps, connect }
  return {
    stores: deps.stores,
    kinds,
    seal: (id, secrets) => (deps.keys === null ? null : sealSecrets(deps.keys, id, secrets)),
    open,
    bridge: connection => makeBridge(all, connection, connect(connection)),
    bridges: makeBridges(all),
    override: (id, connector) => void overridden.set(id, connector),
    newId: deps.newId,
  }
}

/** What the ERP says against it, for the person who has asked; anything else is a fault of ours. */
export const orWords = async <T>(run: () => Promise<T>): Promise<T | { class: string; words: string }> => {
  try {
    return await run()
  } catch (error) {
    if (isErpError(error)) return { class: error.class, words: error.message }
    throw error
  }
}
