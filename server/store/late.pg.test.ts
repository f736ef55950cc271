import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeLate } from '../../test/support/late-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeLate('PostgreSQL', () => openFresh(url))
})
