import { afterAll, describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeColumns } from '../../test/support/columns-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('a PostgreSQL server', async () => {
  if (!url) return
  const opened = await openFresh(url)
  afterAll(() => opened.close())
  describeColumns('PostgreSQL', () => opened)
})
