// npm start: builds what is not built and runs the server in this very process, so that signals reach it without a relay.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, root } from './build.mjs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node 20.19 or newer is needed; this is ${process.versions.node}.`)
  process.exit(1)
}
const failed = build()
if (failed !== 0) process.exit(failed)
await import(pathToFileURL(path.join(root, 'dist/server/main.js')).href)
