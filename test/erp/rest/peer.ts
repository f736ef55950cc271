import { documentName, documentRemote } from '../../../server/erp/remote-id.ts'
import { rest } from '../../../server/erp/rest.ts'
import { makeConnector } from '../../../server/erp/settings.ts'
import { makeErp } from '../../../server/erp/sim/erp.ts'
import { serveHandler } from '../../../server/erp/sim/serve.ts'
import { emptyState } from '../../../server/erp/sim/state.ts'
import type { ErpPeer } from '../fixture.ts'
import { simPeople } from '../sim-peer.ts'
import { restErp, SIGNING, TOKEN } from './fake.ts'

/** An ERP that was made to speak our own REST. */
export const startRestErp = async (): Promise<ErpPeer> => {
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = (): string => new Date((ms += 7)).toISOString()
  const erp = makeErp(emptyState(), now)
  const people = simPeople(erp)
  const app = restErp(erp, now)
  const served = await serveHandler(request => app.fetch(request))
  return {
    ...people,
    url: served.url,
    connect: ({ url, password = TOKEN }) =>
      makeConnector(rest, {
        id: 'rest',
        settings: {
          url,
          kinds: ['item', 'partner', 'purchaseOrder', 'salesOrder', 'delivery', 'carrierLabel'],
          serials: 'named',
          statuses: true,
        },
        secrets: { token: password === 'right' ? TOKEN : password, signing: SIGNING },
        now,
      }),
    purchase: async lines => documentRemote('purchaseOrder', await people.purchase(lines)),
    sale: async lines => documentRemote('salesOrder', await people.sale(lines)),
    cancel: order => people.cancel(documentName(order)),
    parcelSaid: (order, said) => people.parcelSaid(documentName(order), said),
    stop: () => served.close(),
  }
}
