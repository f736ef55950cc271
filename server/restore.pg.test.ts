import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, inject } from 'vitest'
import { postgresBinaries } from '../test/support/postgres-cluster.ts'
import { createDatabase } from '../test/support/postgres.ts'
import { describeRestore } from '../test/support/restore-contract.ts'
import { NOW } from '../test/support/sql-site.ts'
import { backUpPostgres } from './backup.ts'
import { openDatabase } from './store/open.ts'

const url = inject('postgresUrl')
const binaries = postgresBinaries()
const log = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url || binaries === undefined)('on PostgreSQL', () => {
  describeRestore('PostgreSQL', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'stockhand-restore-'))
    const dump = path.join(folder, 'dump')
    const tool = (name: string): string => path.join(binaries ?? '', name)
    let database = await createDatabase(url ?? '')
    const open = () => openDatabase({ databaseUrl: database.url, dataDir: '', log })
    let opened = await open()
    const dumped = (file: string) =>
      backUpPostgres(opened, ['run', tool('pg_dump'), '-Fc', '-f', file, database.url], () => NOW)
    return {
      opened: () => opened,
      backUp: async () => void (await dumped(dump)),
      cutBackUp: async () => void (await dumped(path.join(folder, 'nowhere', 'dump'))),
      putBack: async () => {
        await opened.close()
        await database.drop()
        database = await createDatabase(url ?? '')
        execFileSync(tool('pg_restore'), ['-d', database.url, dump])
        opened = await open()
      },
      end: async () => {
        await opened.close()
        await database.drop()
        await rm(folder, { recursive: true })
      },
    }
  })
})
