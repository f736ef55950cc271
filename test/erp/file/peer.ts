import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { file } from '../../../server/erp/file.ts'
import { diskFolder } from '../../../server/erp/folder.ts'
import { documentName, documentRemote } from '../../../server/erp/remote-id.ts'
import { makeConnector } from '../../../server/erp/settings.ts'
import { makeErp } from '../../../server/erp/sim/erp.ts'
import { emptyState } from '../../../server/erp/sim/state.ts'
import type { ErpPeer } from '../fixture.ts'
import { simPeople } from '../sim-peer.ts'
import { makeReader } from './reader.ts'
import { remoteFolder, serveFolder } from './remote-folder.ts'

/** An ERP behind a shared folder; the folder is a network share, so that its calls can go wrong. */
export const startFileErp = async (confirm: 'written' | 'taken'): Promise<ErpPeer> => {
  const root = await mkdtemp(path.join(tmpdir(), 'stockhand-file-'))
  for (const name of ['in', 'out']) await mkdir(path.join(root, name))
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = (): string => new Date((ms += 7)).toISOString()
  const erp = makeErp(emptyState(), now)
  const reader = makeReader(root, erp)
  const people = simPeople(erp)
  const served = await serveFolder(diskFolder(root, ''))
  const published =
    <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const value = await act(...args)
      await reader.publish()
      return value
    }
  return {
    ...people,
    url: served.url,
    connect: ({ url }) =>
      makeConnector(file, {
        id: 'file',
        settings: {
          folder: 'erp',
          confirm,
          serials: 'named',
          statuses: true,
          outSeparator: confirm === 'taken' ? 'semicolon' : 'comma',
        },
        secrets: {},
        folder: () => remoteFolder(url),
        now,
      }),
    item: published(people.item),
    stockUp: published(people.stockUp),
    purchase: published(async lines => documentRemote('purchaseOrder', await people.purchase(lines))),
    sale: published(async lines => documentRemote('salesOrder', await people.sale(lines))),
    cancel: published(order => people.cancel(documentName(order))),
    moveByHand: published(people.moveByHand),
    adjustByHand: published(people.adjustByHand),
    rename: published(people.rename),
    archive: published(people.archive),
    addBarcode: published(people.addBarcode),
    bookAgain: published(people.bookAgain),
    settle: () => reader.run(),
    stop: async () => {
      await served.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
