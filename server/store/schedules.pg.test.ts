import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeSchedules } from '../../test/support/schedule-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeSchedules('PostgreSQL', () => openFresh(url))
})
