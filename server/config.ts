import path from 'node:path'
import * as v from 'valibot'
import type { IdentitySettings } from './auth/identity.ts'
import { readSecretKeys } from './erp/sealed-secret.ts'
import type { SecretKeys } from './erp/sealed-secret.ts'
import { proxyList } from './routes/caller.ts'

const flagOf = (otherwise: '0' | '1') =>
  v.optional(
    v.pipe(
      v.picklist(['0', '1', '']),
      v.transform(text => text === '1'),
    ),
    otherwise,
  )
const port = v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(65_535))
const filled = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))

/** HTTPS, or a provider on this machine. */
const isProviderAddress = (text: string): boolean => {
  const url = URL.parse(text)
  if (url === null || url.search !== '' || url.hash !== '') return false
  return (
    url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
  )
}

const envSchema = v.object({
  PORT: v.optional(port),
  HOST: v.optional(filled),
  STOCKHAND_DATA: v.optional(filled, './data'),
  DATABASE_URL: v.optional(v.pipe(v.string(), v.regex(/^postgres(ql)?:\/\//))),
  STOCKHAND_URL: v.optional(v.pipe(v.string(), v.url())),
  STOCKHAND_LAN: flagOf('0'),
  STOCKHAND_HELP_PORT: v.optional(port, '8080'),
  STOCKHAND_TLS_CERT: v.optional(filled),
  STOCKHAND_TLS_KEY: v.optional(filled),
  STOCKHAND_TRUSTED_PROXIES: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(4096),
      v.transform(text => text.split(/[\s,]+/).filter(Boolean)),
      v.check(ranges => proxyList(ranges) !== null),
    ),
    '',
  ),
  STOCKHAND_OIDC_ISSUER: v.optional(v.pipe(v.string(), v.check(isProviderAddress))),
  STOCKHAND_OIDC_CLIENT_ID: v.optional(filled),
  STOCKHAND_OIDC_CLIENT_SECRET: v.optional(v.pipe(v.string(), v.maxLength(4096)), ''),
  STOCKHAND_OIDC_CLAIM: v.optional(v.pipe(v.string(), v.regex(/^[\w.:/-]{1,100}$/)), 'email'),
  STOCKHAND_METRICS_TOKEN: v.optional(v.pipe(v.string(), v.regex(/^(?:[\x21-\x7e]{16,256})?$/)), ''),
  STOCKHAND_DEMO: v.optional(
    v.pipe(
      v.picklist(['0', '1']),
      v.transform(text => text === '1'),
    ),
    '1',
  ),
  ALLOW_NOT_DURABLE: flagOf('0'),
  STOCKHAND_SECRET_KEY: v.optional(
    v.pipe(
      v.string(),
      v.check(text => text === '' || readSecretKeys(text) !== null),
      v.transform(text => (text === '' ? null : readSecretKeys(text))),
    ),
  ),
  STOCKHAND_FILE_ROOT: v.optional(v.string()),
  STOCKHAND_EXPORT_FOLDER: v.optional(v.string()),
  LOG_LEVEL: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
})

const MEANING: Readonly<Record<keyof typeof envSchema.entries, string>> = {
  PORT: 'a port number, 0 to 65535',
  HOST: 'the interface to listen on, such as 127.0.0.1 or 0.0.0.0',
  STOCKHAND_DATA: 'the data folder',
  DATABASE_URL: 'the address of a PostgreSQL database, postgres://…',
  STOCKHAND_URL:
    'the address that people and handhelds reach the server by, https://… (STOCKHAND_OIDC_ISSUER needs it)',
  STOCKHAND_LAN: '0 or 1: whether to serve the local network by HTTPS with a certificate authority of its own',
  STOCKHAND_HELP_PORT: 'another port than PORT, 0 to 65535, for the page that helps to install the authority',
  STOCKHAND_TLS_CERT: 'the file of a certificate in PEM form, together with STOCKHAND_TLS_KEY and without --lan',
  STOCKHAND_TLS_KEY: 'the file of the key of STOCKHAND_TLS_CERT in PEM form',
  STOCKHAND_TRUSTED_PROXIES: 'addresses or ranges like 10.0.0.0/8, separated by commas',
  STOCKHAND_OIDC_ISSUER: 'the address of an OpenID Connect provider, https://…, with STOCKHAND_OIDC_CLIENT_ID',
  STOCKHAND_OIDC_CLIENT_ID: 'what the provider of STOCKHAND_OIDC_ISSUER calls this server',
  STOCKHAND_OIDC_CLIENT_SECRET: 'the secret of STOCKHAND_OIDC_CLIENT_ID',
  STOCKHAND_OIDC_CLAIM: 'the name of a claim, such as email or preferred_username',
  STOCKHAND_METRICS_TOKEN: '16 to 256 letters, digits or signs without blanks',
  STOCKHAND_DEMO: '0 or 1: whether an empty installation is filled with the demo',
  ALLOW_NOT_DURABLE: '0 or 1: whether to run although a power cut may lose work',
  STOCKHAND_SECRET_KEY: 'one or more keys of 32 bytes, base64, separated by commas',
  STOCKHAND_FILE_ROOT: 'the folder below which ERPs exchange files',
  STOCKHAND_EXPORT_FOLDER: 'the folder into which files that are made every day are put',
  LOG_LEVEL: 'debug, info, warn, error or silent',
}
type Name = keyof typeof MEANING
/** Everything that is read; the documentation is compared with it. */
export const VARIABLES = Object.keys(MEANING)

/** How the server is reached: without a certificate, with one of its own authority, or with somebody else's. */
export type Tls = { kind: 'none' } | { kind: 'lan'; helpPort: number } | { kind: 'own'; cert: string; key: string }

export type Config = {
  port: number
  host: string
  dataDir: string
  databaseUrl: string | null
  /** Where handhelds reach us; null = derived from host and port. */
  publicUrl: string | null
  tls: Tls
  /** Addresses and ranges whose X-Forwarded-For and -Proto are believed. */
  trustedProxies: readonly string[]
  /** How people log in at the desk by their company's identity provider; null = not at all. */
  identity: IdentitySettings | null
  /** Null = metrics are given to this machine only. */
  metricsToken: string | null
  demo: boolean
  allowNotDurable: boolean
  /** What secrets of ERP connections are sealed with; null = none can be kept. */
  secretKeys: SecretKeys | null
  /** Files of ERPs are read and written below it only; null = none are. */
  fileRoot: string | null
  /** Files that are made every day are put there. */
  exportFolder: string
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

type Env = Readonly<Record<string, string | undefined>>

const wrong = (name: Name): Error => new Error(`${name} must be ${MEANING[name]}.`)

/** Reads the environment. Throws an Error with one line that names the variable and what it must be, never its value. */
export const readConfig = (env: Env): Config => {
  const stranger = Object.keys(env).find(name => name.startsWith('STOCKHAND_') && !VARIABLES.includes(name))
  if (stranger !== undefined)
    throw new Error(`${stranger} is no setting of Stockhand; docs/stockhand.env lists them all.`)
  const read = v.safeParse(envSchema, env)
  if (!read.success) {
    const name = v.getDotPath(read.issues[0]) ?? ''
    throw new Error(
      `${name} must be ${Object.entries(MEANING).find(([known]) => known === name)?.[1] ?? 'something else'}.`,
    )
  }
  const { HOST, STOCKHAND_DATA, DATABASE_URL, STOCKHAND_URL, STOCKHAND_DEMO, ALLOW_NOT_DURABLE, LOG_LEVEL } =
    read.output
  const { STOCKHAND_FILE_ROOT, STOCKHAND_EXPORT_FOLDER } = read.output
  const tls = tlsOf(read.output)
  const port = read.output.PORT ?? (tls.kind === 'none' ? 8080 : 8443)
  if (tls.kind === 'lan' && tls.helpPort === port && port !== 0) throw wrong('STOCKHAND_HELP_PORT')
  return {
    port,
    host: HOST ?? (tls.kind === 'lan' ? '0.0.0.0' : '127.0.0.1'),
    dataDir: path.resolve(STOCKHAND_DATA),
    databaseUrl: DATABASE_URL ?? null,
    publicUrl: STOCKHAND_URL?.replace(/\/+$/, '') ?? null,
    tls,
    trustedProxies: read.output.STOCKHAND_TRUSTED_PROXIES,
    identity: identityOf(read.output),
    metricsToken: read.output.STOCKHAND_METRICS_TOKEN || null,
    demo: STOCKHAND_DEMO,
    allowNotDurable: ALLOW_NOT_DURABLE,
    secretKeys: read.output.STOCKHAND_SECRET_KEY ?? null,
    fileRoot: STOCKHAND_FILE_ROOT ? path.resolve(STOCKHAND_FILE_ROOT) : null,
    exportFolder: path.resolve(STOCKHAND_EXPORT_FOLDER || path.join(STOCKHAND_DATA, 'exports')),
    logLevel: LOG_LEVEL,
  }
}

const tlsOf = (read: v.InferOutput<typeof envSchema>): Tls => {
  const { STOCKHAND_TLS_CERT: cert, STOCKHAND_TLS_KEY: key } = read
  if (cert === undefined && key === undefined)
    return read.STOCKHAND_LAN ? { kind: 'lan', helpPort: read.STOCKHAND_HELP_PORT } : { kind: 'none' }
  if (cert === undefined || read.STOCKHAND_LAN) throw wrong('STOCKHAND_TLS_CERT')
  if (key === undefined) throw wrong('STOCKHAND_TLS_KEY')
  return { kind: 'own', cert: path.resolve(cert), key: path.resolve(key) }
}

/** The provider sends people back to the configured address and no other. */
const identityOf = (read: v.InferOutput<typeof envSchema>): IdentitySettings | null => {
  const { STOCKHAND_OIDC_ISSUER: issuer, STOCKHAND_OIDC_CLIENT_ID: clientId, STOCKHAND_URL: home } = read
  const clientSecret = read.STOCKHAND_OIDC_CLIENT_SECRET || null
  if (issuer === undefined) {
    if (clientId !== undefined || clientSecret !== null) throw wrong('STOCKHAND_OIDC_ISSUER')
    return null
  }
  if (clientId === undefined) throw wrong('STOCKHAND_OIDC_CLIENT_ID')
  if (home === undefined) throw wrong('STOCKHAND_URL')
  return { issuer: new URL(issuer), clientId, clientSecret, claim: read.STOCKHAND_OIDC_CLAIM, home: new URL(home) }
}

/** What may stand behind `npm start --`: a word for a setting. Throws a line that names what it does not know. */
export const withArguments = (env: Env, args: readonly string[]): Env => {
  const stranger = args.find(arg => arg !== '--lan')
  if (stranger !== undefined)
    throw new Error(`${stranger} is not known. There is only --lan; settings come by environment.`)
  return args.includes('--lan') ? { ...env, STOCKHAND_LAN: '1' } : env
}
