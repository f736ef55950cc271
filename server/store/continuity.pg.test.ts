import { describe, inject } from 'vitest'
import { describeContinuity } from '../../test/support/continuity-contract.ts'
import { openFresh } from '../../test/support/postgres.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeContinuity('PostgreSQL', () => openFresh(url ?? ''))
})
