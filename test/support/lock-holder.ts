import fs from 'node:fs'
import { lockDirectory } from '../../server/store/directory-lock.ts'

// A process that locks the directory of its argument and lives until it is killed.
const [directory = ''] = process.argv.slice(2)
await lockDirectory(directory, { beatMs: 20 })
fs.writeSync(1, 'READY\n')
setInterval(() => {}, 1_000)
