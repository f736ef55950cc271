import path from 'node:path'
import * as v from 'valibot'
import { readSecretKeys } from './erp/sealed-secret.ts'
import type { SecretKeys } from './erp/sealed-secret.ts'

const flag = v.optional(
  v.pipe(
    v.picklist(['0', '1', '']),
    v.transform(text => text === '1'),
  ),
)

const envSchema = v.object({
  PORT: v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(65_535)), '8080'),
  HOST: v.optional(v.pipe(v.string(), v.minLength(1)), '127.0.0.1'),
  STOCKHAND_DATA: v.optional(v.pipe(v.string(), v.minLength(1)), './data'),
  DATABASE_URL: v.optional(v.pipe(v.string(), v.regex(/^postgres(ql)?:\/\//))),
  STOCKHAND_URL: v.optional(v.pipe(v.string(), v.url())),
  STOCKHAND_DEMO: v.optional(
    v.pipe(
      v.picklist(['0', '1']),
      v.transform(text => text === '1'),
    ),
    '1',
  ),
  ALLOW_NOT_DURABLE: flag,
  STOCKHAND_SECRET_KEY: v.optional(
    v.pipe(
      v.string(),
      v.check(text => text === '' || readSecretKeys(text) !== null),
      v.transform(text => (text === '' ? null : readSecretKeys(text))),
    ),
  ),
  STOCKHAND_FILE_ROOT: v.optional(v.string()),
  LOG_LEVEL: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
})

const MEANING: Readonly<Record<keyof typeof envSchema.entries, string>> = {
  PORT: 'a port number, 0 to 65535',
  HOST: 'the interface to listen on, such as 127.0.0.1 or 0.0.0.0',
  STOCKHAND_DATA: 'the data folder',
  DATABASE_URL: 'the address of a PostgreSQL database, postgres://…',
  STOCKHAND_URL: 'the address that handhelds reach the server by, https://…',
  STOCKHAND_DEMO: '0 or 1: whether an empty installation is filled with the demo',
  ALLOW_NOT_DURABLE: '0 or 1: whether to run although a power cut may lose work',
  STOCKHAND_SECRET_KEY: 'one or more keys of 32 bytes, base64, separated by commas',
  STOCKHAND_FILE_ROOT: 'the folder below which ERPs exchange files',
  LOG_LEVEL: 'debug, info, warn, error or silent',
}

export type Config = {
  port: number
  host: string
  dataDir: string
  databaseUrl: string | null
  /** Where handhelds reach us; null = derived from host and port. */
  publicUrl: string | null
  demo: boolean
  allowNotDurable: boolean
  /** What secrets of ERP connections are sealed with; null = none can be kept. */
  secretKeys: SecretKeys | null
  /** Files of ERPs are read and written below it only; null = none are. */
  fileRoot: string | null
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** Reads the environment. Throws an Error with one line that names the variable and what it must be, never its value. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const read = v.safeParse(envSchema, env)
  if (!read.success) {
    const name = v.getDotPath(read.issues[0]) ?? ''
    throw new Error(
      `${name} must be ${Object.entries(MEANING).find(([known]) => known === name)?.[1] ?? 'something else'}.`,
    )
  }
  const { PORT, HOST, STOCKHAND_DATA, DATABASE_URL, STOCKHAND_URL, STOCKHAND_DEMO, ALLOW_NOT_DURABLE, LOG_LEVEL } =
    read.output
  const { STOCKHAND_FILE_ROOT } = read.output
  const secretKeys = read.output.STOCKHAND_SECRET_KEY ?? null
  return {
    port: PORT,
    host: HOST,
    dataDir: path.resolve(STOCKHAND_DATA),
    databaseUrl: DATABASE_URL ?? null,
    publicUrl: STOCKHAND_URL?.replace(/\/+$/, '') ?? null,
    demo: STOCKHAND_DEMO,
    allowNotDurable: ALLOW_NOT_DURABLE ?? false,
    secretKeys,
    fileRoot: STOCKHAND_FILE_ROOT ? path.resolve(STOCKHAND_FILE_ROOT) : null,
    logLevel: LOG_LEVEL,
  }
}
