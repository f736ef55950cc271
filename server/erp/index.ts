import type { ConnectorKind } from './settings.ts'
import { odoo } from './odoo.ts'
import { sim } from './sim.ts'

/** The registry: a new ERP is one file and one line here. */
export const CONNECTORS: Readonly<Record<string, ConnectorKind>> = { sim, odoo }
