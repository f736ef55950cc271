import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpConnector } from '../../server/erp/connector.ts'
import { startFaultProxy } from './fault-proxy.ts'
import type { FaultProxy } from './fault-proxy.ts'
import type { ErpFixture, ErpPeer } from './fixture.ts'
import { compareCases } from './kit-compare.ts'
import { pullCases } from './kit-pull.ts'
import { postCases } from './kit-post.ts'
import { sessionCases } from './kit-session.ts'
import { statusCases } from './kit-status.ts'
import { makeTruth } from './truth.ts'
import type { Truth } from './truth.ts'

export type Case = { title: string; run: (truth: Truth) => Promise<void> }
export type Kit = {
  fixture: ErpFixture
  peer: () => ErpPeer
  proxy: () => FaultProxy
  /** The connector under test, through the proxy. */
  connector: () => ErpConnector
}

const NO_STATUS = {
  ' orderStatus:': 'place for the state of an order',
  '[E134]': 'word of carriers',
  '[E135]': 'labels',
}

/**
 * The one suite that every connector passes: against the sim in `npm test`, against the real ERP with
 * `npm run test:erp -- NAME`. After each case the ERP's stock must be exactly what `truth` says, once.
 */
export const runConnectorContract = (fixture: ErpFixture): void => {
  describe(`the connector to ${fixture.name}`, () => {
    let peer: ErpPeer
    let proxy: FaultProxy
    let connector: ErpConnector
    beforeAll(async () => {
      peer = await fixture.start()
      proxy = await startFaultProxy(peer.url)
      connector = peer.connect({ url: proxy.url })
    })
    afterAll(async () => {
      await proxy?.close()
      await peer?.stop()
    })
    const kit: Kit = { fixture, peer: () => peer, proxy: () => proxy, connector: () => connector }
    const cases = [sessionCases, pullCases, postCases, statusCases, compareCases].flatMap(make => make(kit))
    const lacks = { ...(fixture.takesStatus === true ? {} : NO_STATUS), ...fixture.lacks }
    const lackOf = ({ title }: Case): string | undefined =>
      Object.entries(lacks).find(([words]) => title.includes(words))?.[1]

    const can = cases.filter(one => lackOf(one) === undefined)
    const cannot = cases.filter(one => lackOf(one) !== undefined)
    it.each(can.map(({ title, run }) => [title, run] as const))('%s', async (_title, run) => {
      const truth = makeTruth(peer, connector)
      try {
        await run(truth)
      } finally {
        proxy.faults.clear()
        await proxy.faults.release()
      }
      await truth.check()
    })
    it.each(cannot.map(one => [one.title, lackOf(one)] as const))('%s: not here, it has no %s', (_title, lack) =>
      expect(lack).not.toBe(''),
    )
  })
}
