import { runConnectorContract } from '../kit.ts'
import { startOdoo } from './peer.ts'

runConnectorContract({
  name: 'a real Odoo 19',
  start: () => startOdoo(),
  lacks: { '[ER12] posted twice': 'way to give a second document our key', '[ER12] rounding': 'quarter of a unit' },
  postsAt: request => request.url.endsWith('/stock.picking/button_validate'),
})
