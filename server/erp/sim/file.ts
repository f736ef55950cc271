import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { numbered } from './numbered.ts'
import type { SimState } from './state.ts'

/** The state as one file that is whole at every instant: written beside, flushed, renamed. */
export const openStateFile = (
  file: string,
): { read: () => SimState | null; save: (state: SimState) => Promise<void> } => ({
  read: () => (existsSync(file) ? numbered(JSON.parse(readFileSync(file, 'utf8')) as SimState) : null),
  save: async state => {
    const beside = `${file}.new`
    const handle = openSync(beside, 'w')
    writeSync(handle, JSON.stringify(state))
    fsyncSync(handle)
    closeSync(handle)
    renameSync(beside, file)
  },
})
