// Finds a Chromium for the tests, or brings one.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from './build.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const onPath = () => {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter))
    for (const name of NAMES) if (existsSync(path.join(folder, name))) return path.join(folder, name)
  return null
}

const ofPlaywright = async () => {
  const { chromium } = await import('playwright')
  const file = chromium.executablePath()
  return existsSync(file) ? file : null
}

const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0

/** Path of an executable, or null after everything was tried. */
export const findChromium = async () => {
  const named = process.env.CHROMIUM
  if (named) return existsSync(named) ? named : null
  const present = onPath() ?? (await ofPlaywright())
  if (present) return present
  console.log('No Chromium here; fetching one …')
  const cli = path.join(root, 'node_modules/playwright/cli.js')
  if (run(process.execPath, [cli, 'install', 'chromium'])) {
    const fetched = await ofPlaywright()
    if (fetched) return fetched
  }
  if (process.getuid?.() === 0 && run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']))
    return onPath()
  return null
}
