import { existsSync } from 'node:fs'
import path from 'node:path'
import { startErp } from './demo/erp-child.ts'
import type { Companion } from './start.ts'

/** What runs beside the routes, in the order of its start. `erpScript` is the built demo ERP. */
export const companions = (erpScript: string): readonly Companion[] => [demoErp(erpScript)]

/** The demo's ERP: a process of its own, its state in the data folder. */
const demoErp =
  (script: string): Companion =>
  async ({ config, demo, log, atStop }) => {
    if (!demo) return
    if (!existsSync(script)) {
      log.warn({ script: path.basename(script) }, 'the demo ERP is not built: no orders will come')
      return
    }
    const erp = await startErp({
      script,
      stateFolder: path.join(config.dataDir, 'erp'),
      onExit: exitCode =>
        log.error({ exitCode }, 'the demo ERP has ended; orders and receipts wait until the next start'),
    })
    atStop(() => erp.stop())
    log.info({ url: erp.url }, 'the demo ERP is ready')
  }
