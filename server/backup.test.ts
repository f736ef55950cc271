import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { jpegHeaders } from '../test/support/jpeg.ts'
import { testSite } from '../test/support/site.ts'
import { NOW, sqlSite } from '../test/support/sql-site.ts'
import { backUp } from './backup.ts'
import { openDatabase } from './store/open.ts'
import { makeStores } from './store/stores.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

test('[PH13] a backup of the embedded store has the photos in it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockhand-backup-'))
  const at = (name: string) => openDatabase({ dataDir: path.join(folder, name), allowNotDurable: true, log })
  const site = testSite('backup')
  const bytes = jpegHeaders(640, 480, 'in the backup')
  const sha = createHash('sha256').update(bytes).digest('hex')
  const warehouse = site.warehouse.id
  try {
    const first = await at('first')
    try {
      const { photos } = await sqlSite(first, site)
      const about = {
        kind: 'code',
        subject: '???',
        client: null,
        takenAt: NOW,
        now: NOW,
        width: 640,
        height: 480,
      } as const
      await photos.keep({ warehouse, device: site.devices[0]!.id, sha, bytes, ...about }, { count: 1, bytes: 10_000 })
      await backUp(first, path.join(folder, 'first'), path.join(folder, 'second', 'database'), () => NOW)
    } finally {
      await first.close()
    }
    const second = await at('second')
    try {
      const kept = await makeStores(second.db).photos.bytes({ warehouse, sha, clients: null })
      expect(kept !== null && Buffer.from(kept).equals(Buffer.from(bytes))).toBe(true)
    } finally {
      await second.close()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
