import type { ConnectorId } from '../../shared/ids.ts'
import type { ErpConnector, PushedPage } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { Bridge } from './bridge.ts'
import type { ErpDesk } from './erp-desk.ts'
import { importPushed } from './import.ts'
import type { ImportDeps } from './import.ts'
import type { RecordFlaw } from './import-port.ts'

type Request = { headers: Readonly<Record<string, string>>; raw: Uint8Array; now: string }
export type PushFlaw = Pick<RecordFlaw, 'remote' | 'field' | 'problem' | 'effect'>
/** `repeated`: this very push was taken before. Null = not from whom it should be. `unreadable`: signed, and no records. */
export type PushEnd = { taken: number; repeated: boolean; flaws: readonly PushFlaw[] } | 'unreadable' | null

const MAX_FLAWS = 100

/** The bridge of a connection that takes hints or records; null = there is none, or it cannot be made. */
export const bridgeFor = async (erp: ErpDesk, id: ConnectorId): Promise<Bridge | null> => {
  const connection = await erp.stores.connections.get(id)
  if (connection === null || connection.mode === 'off') return null
  try {
    return erp.bridge(connection)
  } catch {
    // What cannot be made (its secrets do not open) can verify nothing; the desk says so elsewhere.
    return null
  }
}

/** Null = the signature does not fit; anything else that goes wrong is a fault. */
export const verified = <T>(run: Promise<T>): Promise<T | null> =>
  run.catch((error: unknown) => {
    if (isErpError(error)) return null
    throw error
  })

/**
 * Records that the ERP brings are imported like those that we ask for. A push is remembered when all of it is written, so
 * that one which broke off may come again; a record that is as it was writes nothing.
 */
export const takePush = async (erp: ErpDesk, id: ConnectorId, request: Request): Promise<PushEnd> => {
  const bridge = await bridgeFor(erp, id)
  const given = await verified(bridge?.connector.pushed?.(request) ?? Promise.resolve(null))
  if (bridge === null || given === null) return null
  if (given.page === null) return 'unreadable'
  const taken = given.page.items.length
  const { import: store } = erp.stores
  // A hint of the same id says nothing about what this push has brought.
  const push = `push ${given.id}`
  if (await store.hasHint(id, push)) return { taken, repeated: true, flaws: [] }
  const flaws: PushFlaw[] = []
  const deps = await bridge.importing()
  await importPushed({ ...told(deps, flaws), connector: bringing(deps.connector, given.page) }, given.page.kind)
  await bridge.release()
  await store.newHint(id, push, request.now)
  return { taken, repeated: false, flaws: flaws.slice(0, MAX_FLAWS) }
}

/** What the report would name is told to whoever pushed as well. */
const told = (deps: ImportDeps, flaws: PushFlaw[]): ImportDeps => ({
  ...deps,
  store: {
    ...deps.store,
    putPage: (at, page, run) => {
      flaws.push(...page.flaws.map(({ remote, field, problem, effect }) => ({ remote, field, problem, effect })))
      return deps.store.putPage(at, page, run)
    },
  },
})

/** A page that was brought, as if it had been asked for: the cursor of what is asked for stays where it is. */
const bringing = (connector: ErpConnector, page: PushedPage): ErpConnector => ({
  ...connector,
  pull: async (kind, cursor) => ({
    items: (kind === page.kind ? page.items : []) as never,
    flaws: kind === page.kind ? page.flaws : [],
    next: cursor ?? '',
    more: false,
  }),
})
