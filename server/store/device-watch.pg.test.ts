import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeWatch } from '../../test/support/watch-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeWatch('PostgreSQL', () => openFresh(url))
})
