import type { ConnectorId } from '../../shared/ids.ts'
import type { ErpDesk } from './erp-desk.ts'
import { bridgeFor, verified } from './push.ts'

type Request = { headers: Readonly<Record<string, string>>; raw: Uint8Array; secret: string | null; now: string }

/**
 * An ERP tells that something has changed. Nothing in it is believed but that: its signature says who it is from, it is heard
 * once, and the data is pulled. False = not from whom it should be, whatever the reason.
 */
export const hearHint = async (erp: ErpDesk, id: ConnectorId, request: Request): Promise<boolean> => {
  const bridge = await bridgeFor(erp, id)
  const hint = await verified(bridge?.connector.webhook?.(request) ?? Promise.resolve(null))
  if (hint === null) return false
  const isNew = await erp.stores.import.newHint(id, hint.id, request.now)
  if (isNew && hint.hints.length > 0) erp.bridges.pull(id)
  return true
}
