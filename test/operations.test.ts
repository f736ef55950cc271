import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readConfig, VARIABLES } from '../server/config.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

/** Lines that set a variable, switched off by a # before them or not. */
const settings = (text: string) =>
  [...text.matchAll(/^(#?)([A-Z_]+)=(.*)$/gm)].map(([, off = '', name = '', value = '']) => ({
    off: off !== '',
    name,
    value,
  }))

test('[OP30] docs/stockhand.env holds every variable that is read, once, and no other; as it is it changes nothing', () => {
  const all = settings(read('docs/stockhand.env'))
  expect(all.map(one => one.name).sort()).toEqual([...VARIABLES].sort())
  expect(all.filter(one => !one.off)).toEqual([])
})

test('[OP30] what the file says a variable is unless set is what it is, and its examples are taken', () => {
  const all = settings(read('docs/stockhand.env'))
  const examples = new Set([
    'STOCKHAND_URL',
    'STOCKHAND_TLS_CERT',
    'STOCKHAND_TLS_KEY',
    'STOCKHAND_TRUSTED_PROXIES',
    'DATABASE_URL',
    'STOCKHAND_FILE_ROOT',
    'STOCKHAND_EXPORT_FOLDER',
    'STOCKHAND_OIDC_ISSUER',
    'STOCKHAND_OIDC_CLIENT_ID',
  ])
  const envOf = (list: typeof all) => Object.fromEntries(list.map(({ name, value }) => [name, value]))
  expect(readConfig(envOf(all.filter(({ name }) => !examples.has(name))))).toEqual(readConfig({}))
  expect(readConfig(envOf(all))).toMatchObject({
    publicUrl: 'https://stockhand.example.org',
    trustedProxies: ['127.0.0.1', '10.0.0.0/24'],
    tls: { kind: 'own' },
    fileRoot: '/srv/erp',
    exportFolder: '/srv/stockhand/exports',
    identity: { clientId: 'stockhand', clientSecret: null, claim: 'email' },
  })
})

test('[OP30] the manual names every variable, every metric and every argument', async () => {
  const manual = read('docs/operations.md')
  for (const name of VARIABLES) expect(manual).toContain(`\`${name}\``)
  const metrics = [...read('server/metrics.ts').matchAll(/name: 'stockhand_(\w+)'|gauge\('(\w+)'/g)].map(
    ([, one, two]) => `stockhand_${one ?? two}`,
  )
  expect(metrics.length).toBeGreaterThan(10)
  for (const name of metrics) expect(manual).toContain(`\`${name}\``)
  expect(manual).toContain('--lan')
})

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
if (!hasSystemd) console.warn('SKIPPED: systemd-analyze is not on this machine, the unit is not verified.')

test.skipIf(!hasSystemd)('[OP31] systemd finds nothing wrong with the unit', () => {
  const unit = path.join(ROOT, 'docs/systemd/stockhand.service')
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  // It looks at the units of this machine as well: only what it says of ours counts.
  const ours = stderr.split('\n').filter(line => line.includes('stockhand.service'))
  expect([status, ours]).toEqual([0, []])
})

test('[OP31] the unit and the container start what is built, as a user of their own, and wait as long as a stop may take', () => {
  const [unit, container] = [read('docs/systemd/stockhand.service'), read('Containerfile')]
  const main = 'dist/server/main.js'
  expect(unit).toContain(`ExecStart=/usr/bin/env node ${main}`)
  expect(container).toContain(`CMD ["node", "${main}"]`)
  const stopS = Number(/STOP_MS = ([\d_]+)/.exec(read('server/main.ts'))?.[1]?.replaceAll('_', '')) / 1000
  expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)?.[1])).toBeGreaterThan(stopS)
  expect([/^User=stockhand$/m.test(unit), /^USER node$/m.test(container)]).toEqual([true, true])
  const copied = [...container.matchAll(/COPY --from=build \/app\/(\S+)/g)].map(([, name]) => name)
  expect(copied).toEqual(['package.json', 'node_modules', 'dist'])
})

test('[OP8] a word that is not known ends the start with one line', () => {
  const start = (...args: string[]): string => {
    try {
      return execFileSync(process.execPath, ['--import', '@oxc-node/core/register', 'server/main.ts', ...args], {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '', STOCKHAND_DTAA: 'x' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    } catch (error) {
      return (error as { stderr: string }).stderr
    }
  }
  expect(start('--wan')).toBe(
    'Stockhand does not start: --wan is not known. There is only --lan; settings come by environment.\n',
  )
  expect(start()).toBe(
    'Stockhand does not start: STOCKHAND_DTAA is no setting of Stockhand; docs/stockhand.env lists them all.\n',
  )
})
