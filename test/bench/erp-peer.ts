import { serveSimErp } from '../../server/erp/sim/serve.ts'
import { emptyState } from '../../server/erp/sim/state.ts'

/** The sim as a process of its own, as an ERP is: it says its address in one line and ends when its input ends. */
const now = (): string => new Date().toISOString()
const served = await serveSimErp({ state: emptyState(), save: async () => {}, now, token: 'bench' })
process.stdout.write(`${served.url}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
