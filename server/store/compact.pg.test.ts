import { describe, inject } from 'vitest'
import { describeCompaction } from '../../test/support/compact-contract.ts'
import { openFresh } from '../../test/support/postgres.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeCompaction('PostgreSQL', () => openFresh(url ?? ''))
})
