import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { syncPath, syncTree } from './store/durable-files.ts'

/** Written last into a copy: names every file with its size and hash. Without it a folder is no backup. */
export const LIST = 'stockhand-backup.json'

const listSchema = v.object({
  at: v.string(),
  files: v.array(v.object({ path: v.string(), bytes: v.number(), sha256: v.string() })),
})
type FileEntry = v.InferOutput<typeof listSchema>['files'][number]

/** Where a copy grows before it is whole; what a cut one leaves there is thrown away by the next. */
const growing = (folder: string): string => `${folder}.part`

/**
 * Copies a folder so that the copy is there whole or not at all: it grows aside, is compared with what was read, flushed to
 * the disk, and only then gets its name. `to` must not exist, or be empty.
 */
export const writeWhole = async (from: string, to: string, at: string): Promise<void> => {
  const files = await listed(from)
  await appear(to, async aside => {
    await cp(from, aside, { recursive: true })
    await writeFile(path.join(aside, LIST), `${JSON.stringify({ at, files }, null, 1)}\n`)
    await checkWhole(aside)
  })
}

/** Puts a whole copy in its place, in the same way. Throws words where the copy is not whole. */
export const putWhole = async (copy: string, to: string): Promise<void> => {
  await checkWhole(copy)
  await appear(to, async aside => {
    await cp(copy, aside, { recursive: true })
    await checkWhole(aside)
    await rm(path.join(aside, LIST))
  })
}

/** Throws words for people unless every file is there as it was copied. */
export const checkWhole = async (folder: string): Promise<void> => {
  const text = await readFile(path.join(folder, LIST), 'utf8').catch(() => null)
  if (text === null) throw new Error(`${folder} is no whole backup: ${LIST} is missing`)
  const list = v.safeParse(listSchema, parsed(text))
  if (!list.success) throw new Error(`${folder} is no whole backup: ${LIST} cannot be read`)
  for (const file of list.output.files) {
    const found = await entryOf(folder, file.path).catch(() => null)
    if (found === null) throw new Error(`${folder} is no whole backup: ${file.path} is missing`)
    if (found.bytes !== file.bytes || found.sha256 !== file.sha256)
      throw new Error(`${folder} is no whole backup: ${file.path} is not what was copied`)
  }
}

const appear = async (to: string, fill: (aside: string) => Promise<void>): Promise<void> => {
  const aside = growing(to)
  await mkdir(path.dirname(to), { recursive: true })
  await rm(aside, { recursive: true, force: true })
  await fill(aside)
  syncTree(aside)
  // A rename cannot replace a folder on every system, not even an empty one.
  if (existsSync(to)) await rmdir(to)
  await rename(aside, to)
  syncPath(path.dirname(to))
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Every file below a folder, by its path with slashes, in order. */
const listed = async (folder: string): Promise<readonly FileEntry[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found
    .filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter(name => name !== LIST)
    .sort()
  const files: FileEntry[] = []
  for (const name of paths) files.push(await entryOf(folder, name))
  return files
}

const entryOf = async (folder: string, name: string): Promise<FileEntry> => {
  const file = path.join(folder, ...name.split('/'))
  const { size } = await stat(file)
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { path: name, bytes: size, sha256: hash.digest('hex') }
}
