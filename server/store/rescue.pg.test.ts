import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeRescue } from '../../test/support/rescue-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeRescue('PostgreSQL', () => openFresh(url))
})
