import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as v from 'valibot'

const schema = v.object({ url: v.string(), pin: v.nullable(v.string()), origin: v.string(), secret: v.string() })
export type AdminFile = v.InferOutput<typeof schema>

const fileIn = (dataDir: string): string => path.join(dataDir, 'running.json')

/** Where the running server is and how to prove that one may read the data folder. Only its owner can read the file. */
export const writeAdminFile = async (dataDir: string, content: AdminFile): Promise<void> => {
  await mkdir(dataDir, { recursive: true })
  // A file of before keeps its own mode when it is written over.
  await rm(fileIn(dataDir), { force: true })
  await writeFile(fileIn(dataDir), JSON.stringify(content), { mode: 0o600 })
}

export const removeAdminFile = (dataDir: string): Promise<void> => rm(fileIn(dataDir), { force: true })

/** Null when no server has left one. */
export const readAdminFile = async (dataDir: string): Promise<AdminFile | null> => {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(() => null)
  return text === null ? null : v.parse(schema, JSON.parse(text))
}
