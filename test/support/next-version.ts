import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex')

/** The version that the built app says of itself. */
export const builtVersion = async (): Promise<string> => {
  const { version } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }
  return version
}

/**
 * The built product once more, in a folder of its own, as another version: as after a build of changed sources the file that
 * says it has another name, whatever names that file has changed as well, and the service worker lists all of that.
 */
export const nextVersion = async (version: string): Promise<string> => {
  const built = await mkdtemp(path.join(tmpdir(), 'stockhand-next-'))
  await cp(path.join(ROOT, 'dist'), path.join(built, 'dist'), { recursive: true })
  await symlink(path.join(ROOT, 'node_modules'), path.join(built, 'node_modules'))
  await mkdir(path.join(built, 'data'))
  const pwa = path.join(built, 'dist', 'pwa')
  const said = `\`${await builtVersion()}\``
  const texts = (await readdir(pwa, { recursive: true })).filter(name => /\.(js|html)$/.test(name))
  const read = (name: string): Promise<string> => readFile(path.join(pwa, name), 'utf8')
  const changed = await Promise.all(texts.map(async name => [name, await read(name)] as const))
  const [speaker, ...more] = changed.filter(([, text]) => text.includes(`VITE_APP_VERSION:${said}`))
  if (speaker === undefined || more.length > 0) throw new Error('one file says which version is built')
  const before = path.basename(speaker[0], '.js')
  const after = `${before}-next`
  for (const [name, text] of changed) {
    const next = text
      .replaceAll(`${before}.js`, `${after}.js`)
      .replaceAll(`VITE_APP_VERSION:${said}`, `VITE_APP_VERSION:\`${version}\``)
    if (next !== text) await writeFile(path.join(pwa, name), next)
  }
  await rename(path.join(pwa, speaker[0]), path.join(pwa, path.dirname(speaker[0]), `${after}.js`))
  const worker = path.join(pwa, 'sw.js')
  const entries = /\{"revision":"[0-9a-f]{32}","url":"([^"]+)"\}/g
  const listed = await readFile(worker, 'utf8')
  const revisions = new Map<string, string>()
  for (const [, url = ''] of listed.matchAll(entries)) revisions.set(url, md5(await readFile(path.join(pwa, url))))
  await writeFile(
    worker,
    listed.replace(entries, (_, url: string) => JSON.stringify({ revision: revisions.get(url), url })),
  )
  return built
}
