import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeRecall } from '../../test/support/recall-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeRecall('PostgreSQL', () => openFresh(url))
})
