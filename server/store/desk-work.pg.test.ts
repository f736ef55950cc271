import { describe, inject } from 'vitest'
import { describeDeskWorkStore } from '../../test/support/desk-work-contract.ts'
import { openFresh } from '../../test/support/postgres.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeDeskWorkStore('PostgreSQL', () => openFresh(url))
})
