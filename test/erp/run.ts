import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * npm run test:erp -- NAME: the contract kit against one ERP. `sim` needs nothing. Every other name is a folder beside this
 * file with `setup.sh DEST`, `start.sh DEST` and `stop.sh DEST`, which bring up a real ERP on loopback and leave
 * `connection.json` in DEST: a temporary folder that is removed in the end, or ERP_FOLDER, which is kept and set up again in
 * seconds. Whatever cannot be had or fails ends with 1 and words: this command never skips.
 */
const here = path.dirname(new URL(import.meta.url).pathname)
const root = path.join(here, '../..')
const name = process.argv[2] ?? ''
const real = readdirSync(here, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && existsSync(path.join(here, entry.name, 'setup.sh')))
  .map(entry => entry.name)

const vitest = (project: string, filter: string, env: Record<string, string> = {}): number =>
  spawnSync(
    path.join(root, 'node_modules/.bin/vitest'),
    ['run', '--project', project, '--reporter', 'verbose', filter],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    },
  ).status ?? 1

const script = (file: string, ...args: string[]): number =>
  spawnSync('bash', [path.join(here, name, file), ...args], { stdio: 'inherit' }).status ?? 1

const inFolder = (folder: string): number => {
  const setup = script('setup.sh', folder)
  if (setup !== 0) {
    console.error(`${name} cannot be set up (its setup ended with ${setup}); see the lines above.`)
    return 1
  }
  try {
    return script('start.sh', folder) === 0 ? vitest('erp', `test/erp/${name}/`, { ERP_FOLDER: folder }) : 1
  } finally {
    script('stop.sh', folder)
  }
}

const againstReal = (): number => {
  const kept = process.env['ERP_FOLDER']
  if (kept !== undefined) return inFolder(path.resolve(kept))
  const folder = mkdtempSync(path.join(tmpdir(), `stockhand-${name}-`))
  try {
    return inFolder(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// Whoever interrupts this interrupts the step under way; the ERP is stopped all the same.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

if (name === 'sim') process.exit(vitest('node', 'test/erp/'))
if (!real.includes(name)) {
  console.error(`Which ERP? ${['sim', ...real].join(', ')}`)
  process.exit(1)
}
process.exit(againstReal())
