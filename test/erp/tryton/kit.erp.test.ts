import { runConnectorContract } from '../kit.ts'
import { startTryton } from './peer.ts'

/** The buttons that move goods; those before them only make ready. */
const POSTS = /"method":"model\.stock\.shipment\.(in|out|out\.return|internal)\.(receive|pick|done)"/

runConnectorContract({
  name: 'a real Tryton 6.0',
  start: () => startTryton('kit'),
  lacks: {
    '[ER12] posted twice': 'way to post a second document with our key',
    '[ER12] rounding': 'quarter of a unit',
  },
  postsAt: (_request, body) => POSTS.test(body),
})
