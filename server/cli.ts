import { parse } from 'valibot'
import { readAdminFile } from './admin-file.ts'
import { CODE_MINUTES, enrolUrl } from './auth/code.ts'
import { backUp, backUpPostgres, renewFeeds, restore } from './backup.ts'
import { readConfig } from './config.ts'
import type { Config } from './config.ts'
import { qrOf } from './greeting.ts'
import { pinnedAsk } from './pinned-ask.ts'
import type { Ask } from './pinned-ask.ts'
import { codeAnswerSchema } from './routes/admin.ts'
import { audit } from './store/audit.ts'
import { migrate } from './store/migrate.ts'
import { openDatabase } from './store/open.ts'
import type { OpenDatabase } from './store/open.ts'

const now = (): string => new Date().toISOString()
const QUIET = { info: () => {}, warn: console.error, error: console.error }

const withDatabase = async <T>(config: Config, run: (opened: OpenDatabase) => Promise<T>): Promise<T> => {
  const { databaseUrl, dataDir, allowNotDurable } = config
  const opened = await openDatabase({
    ...(databaseUrl === null ? {} : { databaseUrl }),
    dataDir,
    allowNotDurable,
    log: QUIET,
  })
  try {
    return await run(opened)
  } finally {
    await opened.close()
  }
}

/** Asks the running server, because an embedded database is open in one process only. */
const askServer = async (config: Config, path: string, how: Ask): Promise<{ origin: string; answer: Response }> => {
  const admin = await readAdminFile(config.dataDir)
  if (admin === null) throw new Error('the server does not run on this data folder. Start it first: npm start')
  const url = `${admin.url}${path}`
  const ask = { ...how, headers: { ...how.headers, authorization: `Bearer ${admin.secret}` } }
  const asked = admin.pin === null ? fetch(url, ask) : pinnedAsk(url, admin.pin, ask)
  const answer = await asked.catch(() => null)
  if (answer === null) throw new Error(`the server does not answer at ${admin.url}. Start it first: npm start`)
  return { origin: admin.origin, answer }
}

/** Exit code 1 when the server may not be sent work, for supervisors of containers. */
const ready = async (config: Config): Promise<number> => {
  const { answer } = await askServer(config, '/api/ready', { method: 'GET', headers: {} })
  console.log(await answer.text())
  return answer.ok ? 0 : 1
}

const enrol = async (config: Config): Promise<number> => {
  const { origin, answer } = await askServer(config, '/api/admin/code', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!answer.ok) throw new Error(`the server refuses: ${await answer.text()}`)
  const { code, warehouse } = parse(codeAnswerSchema, await answer.json())
  const page = enrolUrl(config.publicUrl ?? origin, code)
  console.log(`Set-up code for one handheld of ${warehouse}, good for ${CODE_MINUTES} minutes: ${code}`)
  console.log(`Open ${page} on the handheld, or scan:\n${await qrOf(page)}`)
  return 0
}

const COMMANDS: Readonly<Record<string, (config: Config, args: readonly string[]) => Promise<number>>> = {
  enrol,
  ready,
  audit: config =>
    withDatabase(config, async ({ db }) => {
      const findings = await audit(db)
      for (const { rule, meaning, rows } of findings) {
        console.log(`${rule} does not hold: ${meaning}`)
        for (const row of rows) console.log(`  ${JSON.stringify(row)}`)
      }
      if (findings.length === 0) console.log('ok')
      return findings.length === 0 ? 0 : 1
    }),
  migrate: config =>
    withDatabase(config, async ({ db }) => {
      const done = await migrate(db)
      console.log(done.length === 0 ? 'The schema is up to date.' : `Migrated: ${done.join(', ')}`)
      return 0
    }),
  backup: async (config, args) => {
    const copied = await withDatabase(config, opened =>
      opened.engine === 'postgres' ? backUpPostgres(opened, args, now) : backUp(opened, config.dataDir, args[0], now),
    )
    console.log(copied)
    return 0
  },
  restore: async (config, [folder]) => {
    await restore(config, folder)
    const renewed = await withDatabase(config, async opened => {
      await migrate(opened.db)
      return renewFeeds(opened, config.dataDir, now)
    })
    console.log(
      `Restored. ${renewed} feed(s) renewed: handhelds will send again what this copy does not have. Messages to ERPs are held until somebody lets them go (Integrations).`,
    )
    return 0
  },
}

const main = async ([name = '', ...args]: readonly string[]): Promise<number> => {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) throw new Error(`say one of: ${Object.keys(COMMANDS).join(', ')}`)
  return command(readConfig(process.env), args)
}

main(process.argv.slice(2)).then(
  code => process.exit(code),
  (error: unknown) => {
    console.error(`Not done: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  },
)
