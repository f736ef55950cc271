import { runConnectorContract } from '../kit.ts'
import { startErpnext } from './peer.ts'

/** ERPNext refuses what bears a key that it has already. */
const LACKS = { '[ER12] posted twice': 'way to give a second document our key' }

/**
 * From version 15 on batches move in bundles. Every fifth submit ends after its caller has been told that it took too long, and
 * faults that hide a change hit the call that makes the draft.
 */
let submits = 0
runConnectorContract({
  name: 'a simulated ERPNext 15',
  start: () => startErpnext({ slow: () => (submits += 1) % 5 === 0 }),
  lacks: LACKS,
  postsAt: request => request.method === 'POST' && request.url.includes('/api/resource/'),
})

/** Before, each row of the ledger names its batch; here they hit the call that submits. */
runConnectorContract({
  name: 'a simulated ERPNext 14',
  start: () => startErpnext({ version: 14 }),
  lacks: LACKS,
  postsAt: request => request.url.endsWith('/frappe.client.submit'),
})
