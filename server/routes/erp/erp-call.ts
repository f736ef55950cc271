import * as v from 'valibot'
import type { Worker } from '../../../shared/catalogue.ts'
import type { ConnectorId, SessionId, WarehouseId, WorkerId } from '../../../shared/ids.ts'
import type { Role } from '../../../shared/roles.ts'
import { uuid } from '../../../shared/sync/fields.ts'
import type { Bridge } from '../../workers/bridge.ts'
import type { Connection } from '../../workers/connection.ts'
import type { ErpDesk } from '../../workers/erp-desk.ts'
import type { AppDeps } from '../deps.ts'
import { refused } from '../refused.ts'

/** Every question and decision about a connection names the person and the connection. */
export const asker = { worker: uuid<WorkerId>(), connection: uuid<ConnectorId>() }
export const decider = { ...asker, session: uuid<SessionId>() }
export const reasonText = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500))

export type At = { erp: ErpDesk; who: Worker }
/** Who looks after connections; supervisors see them and settle what is stopped. */
export const KEEPERS: readonly Role[] = ['integrator', 'administrator']

/** Whoever is bound to some clients only sees no connection: a queue shows the goods of all. */
export const erpAt = (deps: AppDeps, who: Worker): At => {
  if (who.clients !== null) throw refused('role')
  if (deps.erp === null) throw refused('not_found', 'There are no connections here.')
  return { erp: deps.erp, who }
}

/** A connection of the warehouse where the person is. */
export const connectionAt = async ({ erp }: At, warehouse: WarehouseId, id: ConnectorId): Promise<Connection> => {
  const found = await erp.stores.connections.get(id)
  if (found === null || found.warehouse !== warehouse) throw refused('not_found', 'There is no such connection.')
  return found
}

export const bridgeOf = ({ erp }: At, connection: Connection): Bridge => {
  try {
    return erp.bridge(connection)
  } catch (error) {
    throw refused('bad_request', error instanceof Error ? error.message : 'The connection cannot be made.')
  }
}

const ASK_MS = 60_000
export const askSignal = (): AbortSignal => AbortSignal.timeout(ASK_MS)
