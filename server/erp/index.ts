import type { ErpConnector } from './connector.ts'
import { simConnector } from './sim.ts'

export type ConnectorConfig = { id: string; url: string; token: string }

/** The registry: a new ERP is one file and one line here. */
export const CONNECTORS: Readonly<Record<string, (config: ConnectorConfig) => ErpConnector>> = { sim: simConnector }
