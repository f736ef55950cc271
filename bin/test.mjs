// npm test: everything that must hold, in the order of how fast it fails. Ends with 1 when anything does not.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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
  Boolean(process.env.TEST_DATABASE_URL) ||
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
const totals = { passed: 0, failed: 0, skipped: 0 }
/** One project after the other: a browser beside a loaded database would only make both slow. */
const tests = project => {
  const report = path.join(root, 'dist', `tests-${project}.json`)
  const good = call(
    bin('vitest'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  )
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    totals.passed += numPassedTests
    totals.failed += numFailedTests
    totals.skipped += numPendingTests
  }
  return good
}
for (const project of ['node', ...(hasPostgres ? ['pg'] : []), 'browser', 'e2e'])
  step(`tests: ${project}`, () => tests(project))
step('simulation', () => call('npm', 'run', '--silent', 'sim', '--', '--seeds', '200'))

console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
if (failed.length > 0) console.error(`Not good: ${failed.join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
