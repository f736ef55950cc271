import { runDay } from '../run-day.ts'
import { startOdoo } from './peer.ts'

runDay(
  { name: 'a real Odoo 19', start: () => startOdoo() },
  { rule: 'EO15', page: 'docs/erp-odoo.md', nameOf: ({ path }) => path.replace('/json/2/', '') },
)
runDay(
  { name: 'a real Odoo 19 over JSON-RPC', start: () => startOdoo({ protocol: 'json-rpc', user: 'stockhand' }) },
  { rule: 'EO13', page: null, nameOf: ({ path }) => path },
)
