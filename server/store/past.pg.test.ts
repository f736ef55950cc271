import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describePastStore } from '../../test/support/past-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describePastStore('PostgreSQL', () => openFresh(url))
})
