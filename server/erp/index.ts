import { erpnext } from './erpnext.ts'
import { file } from './file.ts'
import { odoo } from './odoo.ts'
import type { ConnectorKind } from './settings.ts'
import { rest } from './rest.ts'
import { sim } from './sim.ts'
import { tryton } from './tryton.ts'

/** The registry: a new ERP is one file and one line here. */
export const CONNECTORS: Readonly<Record<string, ConnectorKind>> = { sim, tryton, odoo, erpnext, file, rest }
