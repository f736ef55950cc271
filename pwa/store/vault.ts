import { Dexie } from 'dexie'

const NAME = 'stockhand-device'

/**
 * A second copy of the device record, in a database of its own: where the queue cannot be opened, its successor still
 * signs as the same handheld. Version 1 for ever, like the queue.
 */
const run = async <T>(use: (db: Dexie) => Promise<T>): Promise<T> => {
  const db = new Dexie(NAME, { chromeTransactionDurability: 'strict' })
  db.version(1).stores({ meta: 'k' })
  await db.open()
  try {
    return await use(db)
  } finally {
    db.close({ disableAutoOpen: true })
  }
}

export const spareRecord = {
  get: (): Promise<unknown> =>
    run(async db => ((await db.table('meta').get('device')) as { value: unknown } | undefined)?.value ?? null),
  put: (value: unknown): Promise<void> => run(async db => void (await db.table('meta').put({ k: 'device', value }))),
}
