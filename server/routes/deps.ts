import type { SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import type { IdentityProvider } from '../auth/identity.ts'
import type { ServerKey } from '../auth/key.ts'
import type { Nonces } from '../auth/nonce.ts'
import type { Tokens } from '../auth/token.ts'
import type { DemoData } from '../demo/demo-data.ts'
import type { DropFolder } from '../drop-folder.ts'
import type { Stores } from '../ports.ts'
import type { ErpDesk } from '../workers/erp-desk.ts'
import type { Asker } from '../sync/handle.ts'
import type { Doorbell } from './doorbell.ts'
import type { Ops } from './ops.ts'
import type { StaticFiles } from './static.ts'

export type Log = Record<'info' | 'warn' | 'error', (fields: Record<string, unknown>, message: string) => void>

/** Everything that the routes need of the world; the tests hand in memory, a standing clock and counted bytes. */
export type AppDeps = {
  stores: Pick<
    Stores,
    | 'sync'
    | 'devices'
    | 'work'
    | 'catalogue'
    | 'site'
    | 'quarantine'
    | 'desk'
    | 'accounts'
    | 'signIns'
    | 'audit'
    | 'views'
    | 'ownSettings'
    | 'print'
    | 'carrierLabels'
    | 'photos'
    | 'past'
    | 'moves'
    | 'kpi'
    | 'intake'
    | 'recalls'
    | 'goods'
    | 'stocktakes'
    | 'leavers'
    | 'losses'
    | 'late'
    | 'rescues'
    | 'calls'
    | 'schedules'
    | 'deskWork'
    | 'figures'
  >
  /** One round of the protocol, for a device that was proven. */
  sync: (request: SyncRequest, asker: Asker) => Promise<SyncResponse>
  serverKey: ServerKey
  tokens: Tokens
  nonces: Nonces
  /** ISO instant. */
  now: () => string
  random: (bytes: number) => Uint8Array
  /** Repeats until the function that it returns is called. */
  every: (ms: number, run: () => void) => () => void
  log: Log
  doorbell: Doorbell
  /** Where files that are made every day lie. */
  drop: Pick<DropFolder, 'read'>
  /** Connections to ERPs; null = there are none here. */
  erp: ErpDesk | null
  /** For those who keep the server running. */
  ops: Ops
  about: { engine: string; durable: boolean }
  /** What the command line proves itself with; it lies in the data folder, readable by the owner only. */
  adminSecret: string
  /** What the first administrator proves themselves with; null = somebody can log in at the desk already. */
  firstSecret: string | null
  /** The address that handhelds reach the server by. */
  origin: () => string
  /** The address that was configured: passkeys are made for it and no other. Null = whichever the server is asked by. */
  publicUrl: string | null
  /** The company's identity provider; null = there is none. */
  identity: IdentityProvider | null
  /** The built PWA; null = it was not built. */
  files: StaticFiles | null
  /** Null = not the demo. */
  demo: { data: DemoData; files: StaticFiles } | null
}
