import { describe, inject } from 'vitest'
import { createDatabase } from '../../test/support/postgres.ts'
import { describePhotoStore } from '../../test/support/photo-contract.ts'
import { openDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('on PostgreSQL', () => {
  describePhotoStore('PostgreSQL', async () => {
    const database = await createDatabase(url)
    const opened = await openDatabase({ databaseUrl: database.url, dataDir: '', log: quiet })
    return {
      ...opened,
      close: async () => {
        await opened.close()
        await database.drop()
      },
    }
  })
})
