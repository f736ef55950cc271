import { runConnectorContract } from '../kit.ts'
import { startTryton } from './peer.ts'

/** The buttons that move goods; those before them only make ready. */
const POSTS = /"method":"model\.stock\.shipment\.(in|out|out\.return|internal)\.(receive|pick|done)"/

runConnectorContract({
  name: 'a real Tryton 6.0',
  start: () => startTryton('kit'),
  lacks: {
    '[ER32]': 'number of a unit in its stock',
    '[ER12] rounding': 'amount below the step in which we count its goods',
  },
  postsAt: (_request, body) => POSTS.test(body),
})
