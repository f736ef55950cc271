import { constants } from 'node:fs'
import { access, lstat, mkdir, open, readdir, realpath, rename } from 'node:fs/promises'
import path from 'node:path'
import { ErpError } from './erp-error.ts'

/** Of one file: its size, and when it was last written or moved (ms). */
export type FileState = { size: number; changedMs: number; writtenMs: number }

/**
 * A folder that an ERP shares with us. Names are relative, with `/`; only regular files count, links are not followed.
 * Whatever goes wrong is thrown as an error with a `code` as Node gives it.
 */
export interface Folder {
  /** Names in one folder of it; one below `in` or `out` that nobody has made yet is empty. */
  list(folder: string): Promise<readonly string[]>
  state(names: readonly string[]): Promise<readonly (FileState | null)[]>
  /** Refuses what is larger (`EFBIG`). */
  read(name: string, maxBytes: number): Promise<Uint8Array>
  /** Whole and on the disk when it returns, but not atomic: for names that nobody reads. */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Atomic, and on the disk when it returns. What has this name already is replaced. */
  move(from: string, to: string): Promise<void>
  /** Null = may be read and written. */
  trouble(folder: string): Promise<string | null>
}

const MAX_NAMES = 100_000
const NAME = /^[^/\\\0]+(\/[^/\\\0]+)*$/
const isPlain = (name: string): boolean =>
  NAME.test(name) && name.split('/').every(part => part !== '.' && part !== '..')

export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
const fault = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** Where names are, after it was made sure that their folder lies below the root. */
const placing = (root: string, folder: string) => {
  const placeOf = async (name: string): Promise<string> => {
    if (!isPlain(name)) throw fault('EINVAL', 'not a name of a file here')
    const base = await realpath(root)
    const own = await realpath(path.join(base, ...(folder === '' ? [] : folder.split('/'))))
    const parent = await realpath(path.join(own, path.dirname(name)))
    for (const one of [own, parent])
      if (one !== base && !one.startsWith(base + path.sep)) throw fault('EACCES', 'the folder leads out of its root')
    return path.join(parent, path.basename(name))
  }
  return {
    placeOf,
    /** Folders below `in` and `out` are made by whoever needs them first. */
    madePlaceOf: async (name: string): Promise<string> => {
      const parent = path.posix.dirname(name)
      if (parent.includes('/')) await mkdir(await placeOf(parent)).catch(isThere)
      return placeOf(name)
    },
  }
}

/** States of many files; each folder is made sure of once. */
const statesOf = async (
  placeOf: (name: string) => Promise<string>,
  names: readonly string[],
): Promise<(FileState | null)[]> => {
  const parents = new Map<string, Promise<string | null>>()
  const parentOf = (name: string): Promise<string | null> => {
    const known = parents.get(path.posix.dirname(name))
    if (known !== undefined) return known
    const folder = path.posix.dirname(name)
    const found = placeOf(name)
      .then(place => path.dirname(place))
      .catch(async (error: unknown) => {
        // What is below `out` may not have been made yet; `out` itself is there, or nothing can be said of its files.
        if (codeOf(error) !== 'ENOENT' || !folder.includes('/')) throw error
        await placeOf(folder)
        return null
      })
    parents.set(folder, found)
    return found
  }
  const stateOf = async (name: string): Promise<FileState | null> => {
    const parent = await parentOf(name)
    if (parent === null || !isPlain(name)) return null
    const found = await lstat(path.join(parent, path.posix.basename(name))).catch(absent(null))
    if (found === null || !found.isFile()) return null
    const writtenMs = Math.floor(found.mtimeMs)
    return { size: found.size, changedMs: Math.max(Math.floor(found.ctimeMs), writtenMs), writtenMs }
  }
  return Promise.all(names.map(stateOf))
}

/** A folder on disk below `root`; a link that leads out of it is refused at every use. */
export const diskFolder = (root: string, folder: string): Folder => {
  const { placeOf, madePlaceOf } = placing(root, folder)
  return {
    list: async name => {
      // A share that is not mounted is no empty folder.
      const found = await readdir(await placeOf(name), { withFileTypes: true }).catch(
        name.includes('/') ? absent([]) : thrown,
      )
      if (found.length > MAX_NAMES) throw fault('EFBIG', 'the folder has too many files')
      return found.filter(entry => entry.isFile()).map(entry => entry.name)
    },
    state: names => statesOf(placeOf, names),
    read: async (name, maxBytes) => {
      const file = await open(await placeOf(name), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
      try {
        if ((await file.stat()).size > maxBytes) throw fault('EFBIG', 'the file is too large')
        return await file.readFile()
      } finally {
        await file.close()
      }
    },
    write: async (name, bytes) => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)
      const file = await open(await madePlaceOf(name), flags, 0o640)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
    },
    move: async (from, to) => {
      const [source, target] = [await placeOf(from), await madePlaceOf(to)]
      await rename(source, target)
      for (const one of new Set([path.dirname(source), path.dirname(target)])) await keep(one)
    },
    trouble: async name => {
      try {
        await access(await placeOf(name), constants.R_OK | constants.W_OK | constants.X_OK)
        return null
      } catch (error) {
        return codeOf(error) || 'EIO'
      }
    },
  }
}

const thrown = (error: unknown): never => {
  throw error
}
const isThere = (error: unknown): void => {
  if (codeOf(error) !== 'EEXIST') throw error
}
const absent =
  <T>(none: T) =>
  (error: unknown): T => {
    if (codeOf(error) === 'ENOENT') return none
    throw error
  }

/** A rename is kept by its folder; systems that cannot open one keep it by themselves. */
const keep = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

const RIGHTS = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ELOOP', 'ENOTDIR'])

/**
 * One use of the folder, its failure as an ErpError. `move` alone has an effect that others see: on a share of the network
 * it may have happened although the answer was lost.
 */
export const folderCall = async <T>(what: 'read' | 'move', words: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    const code = codeOf(error)
    const errorClass = RIGHTS.has(code)
      ? 'config'
      : what === 'move' && code !== 'ENOSPC' && code !== 'EDQUOT'
        ? 'unknownOutcome'
        : 'transient'
    throw new ErpError(errorClass, `${words}: ${code === '' ? 'the folder did not answer' : code}`, {
      exchange: { request: words, answer: code },
    })
  }
}
