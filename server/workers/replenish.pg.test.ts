import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeReplenish } from '../../test/support/replenish-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeReplenish('PostgreSQL', () => openFresh(url))
})
