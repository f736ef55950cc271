import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { destination } from 'pino'
import { readConfig, withArguments } from './config.ts'
import type { Config } from './config.ts'
import { companions } from './companions.ts'
import { greeting } from './greeting.ts'
import { makeLog } from './log.ts'
import { start } from './start.ts'
import type { Running } from './start.ts'

/** A stop that hangs longer than this is ended; everything acknowledged is on the disk already. */
const STOP_MS = 15_000

/** `dist/server` once built. */
const here = path.dirname(fileURLToPath(import.meta.url))

const run = async (config: Config): Promise<Running> => {
  const running = await start(config, {
    // Logs are for machines and go to the error output; what people read goes to the other one.
    log: makeLog(config.logLevel, destination({ dest: 2, sync: true })),
    pwaDir: path.join(here, '..', 'pwa'),
    demoDir: path.join(here, 'demo'),
    companions: companions(path.join(here, 'erp-sim.js')),
  })
  console.log(await greeting(running))
  return running
}

const main = async (): Promise<void> => {
  let ending = false
  const starting = run(readConfig(withArguments(process.env, process.argv.slice(2))))
  const end = async (signal: string): Promise<void> => {
    // npm and the terminal both pass a Ctrl-C on: the second one must not cut the stop short.
    if (ending) return
    ending = true
    console.log(`Stopping (${signal}) …`)
    setTimeout(() => process.exit(1), STOP_MS).unref()
    await (await starting).stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal))
  await starting
}

main().catch((error: unknown) => {
  console.error(`Stockhand does not start: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
