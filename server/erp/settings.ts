import * as v from 'valibot'
import type { ErpConnector } from './connector.ts'
import type { Folder } from './folder.ts'

/** A secret is a function, so that no log, answer or dump can print it: JSON leaves it out, inspection shows a function. */
export type Secret = () => string

export type SecretField = { name: string; title: string; optional?: boolean }

/** What a connector gets when it is made. Time and network come in, so that tests and the simulation can give their own. */
export type ConnectorDeps<S, N extends string> = {
  /** The connection's id (UUID). */
  id: string
  settings: S
  secrets: Readonly<Record<N, Secret>>
  fetch: typeof globalThis.fetch
  /** A folder below the one that files are exchanged in; null = there is none. */
  folder: ((name: string) => Folder) | null
  now: () => string
}

/**
 * A kind of ERP, as the registry lists it. `settings` is a schema: the desk draws its form from it and the server checks
 * with it. Secrets stand apart and never leave the server again.
 */
export type ConnectorKind<S = unknown, N extends string = string> = {
  name: string
  title: string
  settings: v.GenericSchema<unknown, S>
  secrets: readonly (SecretField & { name: N })[]
  /** Parts of this connection that somebody must still map before it may go live. */
  make: (deps: ConnectorDeps<S, N>) => ErpConnector
}

/** Ties settings, secrets and `make` together by type; the registry holds them alike. */
export const connectorKind = <S, const N extends string>(kind: ConnectorKind<S, N>): ConnectorKind =>
  kind as unknown as ConnectorKind

export type ConnectorOptions = {
  id: string
  settings: unknown
  secrets: Readonly<Record<string, string>>
  fetch?: typeof globalThis.fetch
  folder?: ((name: string) => Folder) | null
  now?: () => string
}

/** Checks settings and secrets by the kind and makes the connector. Throws a sentence that names the field, never its value. */
export const makeConnector = (kind: ConnectorKind, options: ConnectorOptions): ErpConnector => {
  const read = v.safeParse(kind.settings, options.settings)
  if (!read.success) throw new Error(`${kind.name}: ${v.getDotPath(read.issues[0]) ?? 'settings'} is not as it must be`)
  const missing = kind.secrets.find(field => field.optional !== true && !(options.secrets[field.name] ?? ''))
  if (missing !== undefined) throw new Error(`${kind.name}: ${missing.name} is missing`)
  const secrets = Object.fromEntries(
    kind.secrets.map(({ name }) => {
      const value = options.secrets[name] ?? ''
      return [name, (): string => value]
    }),
  )
  return kind.make({
    id: options.id,
    settings: read.output,
    secrets,
    fetch: options.fetch ?? globalThis.fetch,
    folder: options.folder ?? null,
    now: options.now ?? ((): string => new Date().toISOString()),
  })
}

/** Whether an ERP's stock names units that have numbers of their own, or says how many there are. */
export const SERIALS = ['counted', 'named'] as const

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const privateHost = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|[^.]+$|.*\.(local|internal|lan)$)/

/** Address of an ERP: https, or plain http inside the house. No credentials in it. */
export const erpUrl = v.pipe(
  v.string(),
  v.maxLength(300),
  v.url(),
  v.transform(text => text.replace(/\/+$/, '')),
  v.check(text => {
    const url = new URL(text)
    if (url.username !== '' || url.password !== '' || url.hash !== '') return false
    return (
      url.protocol === 'https:' ||
      (url.protocol === 'http:' && (loopback.test(url.hostname) || privateHost.test(url.hostname)))
    )
  }, 'must be https://… (http:// only for addresses inside the house), without a password in it'),
)
