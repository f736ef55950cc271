import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeWorkStore } from '../../test/support/work-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeWorkStore('PostgreSQL', () => openFresh(url))
})
