import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openStateFile } from './file.ts'
import { seedErp } from './seed.ts'
import { serveSimErp } from './serve.ts'

/**
 * The demo ERP as a process of its own: `--state FOLDER`. Prints one line `{"url":…,"token":…}` when it is ready and ends
 * when its input ends, so that it never outlives the server.
 */
const { values } = parseArgs({ options: { state: { type: 'string' } } })
const folder = values.state ?? 'erp'
mkdirSync(folder, { recursive: true })
const file = openStateFile(path.join(folder, 'erp.json'))
const state = file.read() ?? seedErp()
await file.save(state)
const token = process.env['STOCKHAND_ERP_TOKEN'] ?? 'demo'
const erp = await serveSimErp({ state, save: file.save, now: () => new Date().toISOString(), token })
// For the demo's own tools and tests, readable by the owner only; the token is new at every start.
writeFileSync(path.join(folder, 'address.json'), JSON.stringify({ url: erp.url, token }), { mode: 0o600 })
console.log(JSON.stringify({ url: erp.url }))

const stop = (): void => void erp.close().then(() => process.exit(0))
process.once('SIGTERM', stop)
// Ctrl-C reaches the whole group; the server ends this process when it is done with it.
process.on('SIGINT', () => {})
process.stdin.resume()
process.stdin.once('end', stop)
