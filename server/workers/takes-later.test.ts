import { expect, it } from 'vitest'
import type { ErpConnector, Found } from '../erp/connector.ts'
import { sim } from '../erp/sim.ts'
import { makeConnector } from '../erp/settings.ts'
import { makeDelivery } from '../../test/erp/carry.ts'
import type { OutboundOp } from '../erp/operation.ts'

const ref = { kind: 'file', id: 'x' }
const op = {
  key: '3f2b8c1e-0000-5000-8000-000000000001',
  seq: 1,
  subject: 'stock/x',
  at: '2026-11-23T08:00:00.000Z',
  by: 'Ayşe',
  client: '',
  answers: {},
  type: 'transfer',
  lines: [],
} as const satisfies OutboundOp

/** An ERP that shows a draft so many times and then what it has booked. */
const slow = (drafts: number, takesLater: boolean) => {
  const posts: string[] = []
  let asked = 0
  const plain = makeConnector(sim, { id: 'sim', settings: { url: 'http://127.0.0.1:9' }, secrets: { token: 't' } })
  const find = async (): Promise<Found> => {
    asked += 1
    return asked <= drafts ? { state: 'draft', ref } : { state: 'posted', ref, at: '', lines: null, documents: [] }
  }
  const connector: ErpConnector = {
    ...plain,
    caps: { ...plain.caps, takesLater },
    prepare: async () => ref,
    post: async ({ key }) => void posts.push(key),
    find,
  }
  return { connector, posts }
}
const endOf = async (drafts: number, takesLater: boolean): Promise<unknown> => {
  const delivery = makeDelivery(slow(drafts, takesLater).connector)
  delivery.send(op)
  await delivery.run()
  return (await delivery.row(op))?.state
}

it('[EF10] where the ERP takes documents later, one that waits there is asked for until it is taken', async () => {
  expect(await endOf(40, true)).toBe('posted')
})
it('[E91] elsewhere a draft after three posts is for a person', async () => {
  expect(await endOf(40, false)).toBe('held')
})
it('[EF10] what is not taken within the time of all tries is dead, and a person is told', async () => {
  expect(await endOf(100_000, true)).toBe('dead')
})
