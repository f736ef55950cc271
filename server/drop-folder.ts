import { createReadStream } from 'node:fs'
import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { codeOf } from './erp/folder.ts'

/** Where files are put for others to fetch. Names are ours: letters, digits, `-` and `.` only. */
export interface DropFolder {
  /** Whole and on the disk under its name when it returns, in place of one of that name; nobody sees half of it. */
  put(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void>
  /** Null = it is not there any more. */
  read(name: string): Promise<ReadableStream<Uint8Array> | null>
  /** Takes away all but the last (by name) of those that end like this. */
  prune(ending: string, keep: number): Promise<void>
}

const NAME = /^[a-z0-9][a-z0-9.-]{0,120}$/
const placeIn = (folder: string, name: string): string => {
  if (!NAME.test(name)) throw new Error('no name of a file of ours')
  return path.join(folder, name)
}

export const diskDrop = (folder: string): DropFolder => ({
  put: async (name, chunks) => {
    const place = placeIn(folder, name)
    const growing = path.join(folder, `.${name}.part`)
    await mkdir(folder, { recursive: true, mode: 0o750 })
    const file = await open(growing, 'w', 0o640)
    try {
      for await (const chunk of chunks) await file.writeFile(chunk)
      await file.sync()
    } catch (error) {
      // On a full disk it would be in the way of everything.
      await rm(growing, { force: true })
      throw error
    } finally {
      await file.close()
    }
    await rename(growing, place)
  },
  read: async name => {
    const place = placeIn(folder, name)
    try {
      if (!(await stat(place)).isFile()) return null
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return Readable.toWeb(createReadStream(place)) as ReadableStream<Uint8Array>
  },
  prune: async (ending, keep) => {
    const all = await readdir(folder)
    const names = all.filter(name => NAME.test(name) && name.endsWith(ending)).sort()
    // What a server that died has left of one is nobody's.
    const left = all.filter(name => name.startsWith('.') && name.endsWith(`${ending}.part`))
    for (const name of [...names.slice(0, -keep), ...left]) await rm(path.join(folder, name), { force: true })
  },
})

/** Makes the folder where it is missing; throws a line for the person who starts the server. */
export const writableFolder = async (folder: string, setting: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o750 })
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(`${setting} must be a folder that this server may write (${codeOf(error)}).`, { cause: error })
  }
}
