import { runConnectorContract } from '../kit.ts'
import { startOdoo } from './peer.ts'

runConnectorContract({
  name: 'a real Odoo 19',
  start: () => startOdoo(),
  postsAt: request => request.url.endsWith('/stock.picking/button_validate'),
})
