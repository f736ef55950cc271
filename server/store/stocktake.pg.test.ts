import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeStocktake } from '../../test/support/stocktake-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeStocktake('PostgreSQL', () => openFresh(url))
})
