import { runDay } from '../run-day.ts'
import { startTryton } from './peer.ts'

runDay(
  { name: 'a real Tryton 6.0', start: () => startTryton('day') },
  {
    rule: 'ET36',
    page: 'docs/erp-tryton.md',
    nameOf: ({ body }) => /"method":"(?:model\.)?([a-z_.]+)"/.exec(body)?.[1] ?? '',
  },
)
