import { afterAll, describe, inject } from 'vitest'
import { describeFigures } from '../../test/support/figures-contract.ts'
import { openFresh } from '../../test/support/postgres.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('a PostgreSQL server', async () => {
  if (!url) return
  const opened = await openFresh(url)
  afterAll(() => opened.close())
  describeFigures('PostgreSQL', () => opened)
})
