import { runConnectorContract } from '../kit.ts'
import { startOdoo } from './peer.ts'

runConnectorContract({
  name: 'a real Odoo 19',
  start: () => startOdoo(),
  postsAt: request => request.url.endsWith('/stock.picking/button_validate'),
})
/** What Odoo 16 to 18 speak; every call goes to one address and names its method in the body. */
runConnectorContract({
  name: 'a real Odoo 19 over JSON-RPC',
  start: () => startOdoo({ protocol: 'json-rpc', user: 'stockhand' }),
  postsAt: (_request, body) => body.includes('"button_validate"'),
})
