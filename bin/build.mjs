// Builds what is not built or older than its sources. Imported by start and test.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const vite = path.join(root, 'node_modules/vite/bin/vite.js')

/** What is built, by which configuration, out of which folders, and a file that is there when it is. */
const PARTS = [
  { name: 'pwa', config: 'vite.config.ts', from: ['pwa', 'shared'], made: 'dist/pwa/index.html' },
  { name: 'server', config: 'vite.server.config.ts', from: ['server', 'shared'], made: 'dist/server/main.js' },
]

/** Names, sizes and times of all sources: enough to see a change, and a thousand files take some milliseconds. */
const fingerprint = part => {
  const hash = createHash('sha256')
  const add = file => {
    const { size, mtimeMs } = statSync(path.join(root, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  const walk = folder => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) walk(file)
      else if (!/\.test\.tsx?$/.test(entry.name)) add(file)
    }
  }
  part.from.forEach(walk)
  for (const file of [part.config, 'package-lock.json']) add(file)
  return hash.digest('hex')
}

/** Exit code of the first build that failed, or 0. */
export const build = () => {
  if (!existsSync(vite)) {
    console.error('The packages are not installed. Run: npm ci')
    return 1
  }
  mkdirSync(path.join(root, 'dist'), { recursive: true })
  for (const part of PARTS) {
    const stamp = path.join(root, 'dist', `.${part.name}-built-from`)
    const now = fingerprint(part)
    if (existsSync(path.join(root, part.made)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) continue
    console.log(`Building ${part.name} …`)
    const { status } = spawnSync(process.execPath, [vite, 'build', '--config', part.config, '--logLevel', 'warn'], {
      cwd: root,
      stdio: 'inherit',
      // A test that starts the product runs under NODE_ENV=test, which would make it build React for developers.
      env: { ...process.env, NODE_ENV: 'production' },
    })
    if (status !== 0) {
      console.error(`The build of ${part.name} failed.`)
      return status ?? 1
    }
    writeFileSync(stamp, now)
  }
  return 0
}

// npm run build
if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(build())
