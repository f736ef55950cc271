import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import { PHOTOS_WAITING_MAX } from '../sync/photo-upload.ts'
import type { KeptPhoto, PhotoStore } from '../sync/photo-upload.ts'

type Bytes = { sha: string; bytes: Uint8Array<ArrayBuffer> }
type Stores = { db: Dexie; photo: Table<KeptPhoto, string>; bytes: Table<Bytes, string> }

const NAME = 'stockhand-photos'

export type OpenPhotos = { store: PhotoStore; close(): void }

/**
 * The third database: photos by the SHA-256 of their bytes, strict as the queue and apart from it, so that a full one stops
 * no step. Bytes have a table of their own: whoever looks what waits does not read pictures.
 */
export const openPhotos = async (name = NAME): Promise<OpenPhotos> => {
  const db = new Dexie(name, { chromeTransactionDurability: 'strict' })
  db.version(1).stores({ photo: 'sha', bytes: 'sha' })
  await db.open()
  db.on('versionchange', () => {
    db.close({ disableAutoOpen: true })
    return false
  })
  return {
    store: storeOf({ db, photo: db.table('photo'), bytes: db.table('bytes') }),
    close: () => db.close({ disableAutoOpen: true }),
  }
}

const storeOf = ({ db, photo, bytes }: Stores): PhotoStore => ({
  put: (row, picture) =>
    db.transaction('rw', photo, bytes, async () => {
      if ((await photo.get(row.sha)) !== undefined) return 'kept'
      if ((await bytes.count()) >= PHOTOS_WAITING_MAX) return 'full'
      await photo.add(row)
      await bytes.add({ sha: row.sha, bytes: picture })
      return 'kept'
    }),
  attach: (sha, about) =>
    db.transaction('rw', photo, async () => {
      const row = await photo.get(sha)
      if (row !== undefined) await photo.put({ ...row, about: { ...about, takenAt: row.about.takenAt } })
    }),
  waiting: async () => (await photo.toArray()).filter(row => row.acknowledgedAt === null),
  bytes: async sha => (await bytes.get(sha))?.bytes ?? null,
  tried: async (sha, at) => {
    await photo.update(sha, at)
  },
  acknowledge: (sha, now) =>
    db.transaction('rw', photo, bytes, async () => {
      await photo.update(sha, { acknowledgedAt: now })
      await bytes.delete(sha)
    }),
  forget: async before => {
    await photo.filter(row => row.acknowledgedAt !== null && row.acknowledgedAt < before).delete()
  },
})
