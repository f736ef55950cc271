import { approvals } from './approvals.ts'
import { lookup, search, snapshot } from './catalogue.ts'
import { erp } from './erp.ts'
import { erpShare } from './erp-share.ts'
import { ingest } from './ingest.ts'
import { kpi } from './kpi.ts'
import { pickpath } from './pickpath.ts'
import { reconcile } from './reconcile.ts'
import { scan } from './scan.ts'

/** npm run bench -- NAME: prints a table and one JSON line. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  approvals: () => approvals(process.argv[3] ?? 'pglite'),
  erp: () => (['tryton', 'odoo'].includes(process.argv[3] ?? '') ? erpShare(process.argv[3] ?? '') : erp()),
  ingest: () => ingest(process.argv[3] ?? 'postgres'),
  kpi,
  lookup,
  pickpath,
  reconcile,
  scan,
  search,
  snapshot,
}

const name = process.argv[2] ?? ''
const bench = BENCHES[name]
if (bench === undefined) {
  console.error(`Which bench? ${Object.keys(BENCHES).join(', ')}`)
  process.exit(1)
}
await bench()
process.exit(0)
