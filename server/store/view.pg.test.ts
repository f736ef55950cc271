import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeViewStore } from '../../test/support/view-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeViewStore('PostgreSQL', () => openFresh(url))
})
