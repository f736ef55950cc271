import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeLoss } from '../../test/support/loss-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeLoss('PostgreSQL', () => openFresh(url))
})
