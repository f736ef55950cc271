import type { ConnectorId } from '../../shared/ids.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { ErpDesk } from './erp-desk.ts'

type Request = { headers: Readonly<Record<string, string>>; raw: Uint8Array; now: string }

/** The connector of a connection that takes hints; null = there is none, or it cannot be made. */
const hooked = async (erp: ErpDesk, id: ConnectorId): Promise<ErpConnector['webhook'] | null> => {
  const connection = await erp.stores.connections.get(id)
  if (connection === null || connection.mode === 'off') return null
  try {
    return erp.bridge(connection).connector.webhook ?? null
  } catch {
    // What cannot be made (its secrets do not open) can verify nothing; the desk says so elsewhere.
    return null
  }
}

/**
 * An ERP tells that something has changed. Nothing in it is believed but that: its signature says who it is from, it is heard
 * once, and the data is pulled. False = not from whom it should be, whatever the reason.
 */
export const hearHint = async (erp: ErpDesk, id: ConnectorId, request: Request): Promise<boolean> => {
  const webhook = await hooked(erp, id)
  if (!webhook) return false
  const hint = await webhook(request).catch((error: unknown) => {
    if (isErpError(error)) return null
    throw error
  })
  if (hint === null) return false
  const isNew = await erp.stores.import.newHint(id, hint.id, request.now)
  if (isNew && hint.hints.length > 0) erp.bridges.pull(id)
  return true
}
