import { describe, inject } from 'vitest'
import { openFresh } from '../../test/support/postgres.ts'
import { describeGoods } from '../../test/support/goods-contract.ts'

const url = inject('postgresUrl')

describe.skipIf(!url)('on PostgreSQL', () => {
  describeGoods('PostgreSQL', () => openFresh(url))
})
