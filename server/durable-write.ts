import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { syncPath } from './store/durable-files.ts'

/** A file that is there as it was or as it is now, never half, also after a power cut. */
export const writeDurably = (file: string, text: string): void => {
  const aside = `${file}.new`
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(aside, text, { mode: 0o600 })
  syncPath(aside)
  renameSync(aside, file)
  syncPath(path.dirname(file))
}
