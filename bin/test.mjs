// npm test: everything that must hold, in the order of how fast it fails. Ends with 1 when anything does not.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { build, root } from './build.mjs'
import { findChromium } from './chromium.mjs'

const bin = name => path.join(root, 'node_modules/.bin', name)

const chromium = await findChromium()
if (chromium === null) {
  console.error('The tests need Chromium. Install it, or set CHROMIUM to its path.')
  process.exit(1)
}
const postgres = '/usr/lib/postgresql'
const hasPostgres =
  (existsSync(postgres) && readdirSync(postgres).some(v => existsSync(path.join(postgres, v, 'bin/postgres')))) ||
  (process.env.PATH ?? '').split(path.delimiter).some(folder => existsSync(path.join(folder, 'postgres')))
if (!hasPostgres && process.env.CI === 'true') {
  console.error('CI needs PostgreSQL 15 or newer: the statements where a mistake costs stock are tested on it.')
  process.exit(1)
}

const env = { ...process.env, CHROMIUM: chromium }
const failed = []
const step = (name, run) => {
  const from = Date.now()
  const good = run()
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - from) / 1000).toFixed(0)} s)`)
  if (!good) failed.push(name)
}
const call = (command, ...args) => spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status === 0

step('format', () => call(bin('oxfmt'), '--check', '.'))
step('lint', () => call(bin('oxlint'), '--deny-warnings'))
step('types', () => call(bin('tsc'), '--build'))
step('build', () => build() === 0)
if (!hasPostgres) console.log('skipped: tests on PostgreSQL, none is installed (CI would fail)')
step('tests', () => call(bin('vitest'), 'run', ...(hasPostgres ? [] : ['--project', '!pg'])))
step('simulation', () => call('npm', 'run', '--silent', 'sim', '--', '--seeds', '200'))

if (failed.length > 0) console.error(`Not good: ${failed.join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
