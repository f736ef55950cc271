import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeMoveStore } from '../../test/support/moves-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeMoveStore('PostgreSQL', () => openFresh(url))
})
