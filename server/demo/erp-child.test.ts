import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startErp } from './erp-child.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stockhand-erp-'))
})
afterAll(() => rm(folder, { recursive: true }))

const run = async (source: string, onExit: (code: number | null) => void = () => {}) => {
  const script = path.join(folder, `${Math.abs(source.length)}.mjs`)
  await writeFile(script, source)
  return startErp({ script, stateFolder: folder, token: 'secret', onExit })
}
const READY = `console.log(JSON.stringify({ url: 'http://127.0.0.1:1/' + process.argv[3].length + process.env.STOCKHAND_ERP_TOKEN }));`

test('[O11] the demo ERP says its address, gets folder and secret, and ends at the stop without a report', async () => {
  let reported = 0
  const erp = await run(`${READY} process.stdin.resume()`, () => (reported += 1))
  expect(erp.url).toBe(`http://127.0.0.1:1/${folder.length}secret`)
  await erp.stop()
  expect(reported).toBe(0)
})

test('[O11] a demo ERP that ends by itself is reported with its code', async () => {
  const code = await new Promise<number | null>(resolve => {
    void run(`${READY} setImmediate(() => process.exit(3))`, resolve)
  })
  expect(code).toBe(3)
})

test('[O11] a demo ERP that does not come up is an error of the start, not a wait for ever', async () => {
  await expect(run('process.exit(1)')).rejects.toThrow('the demo ERP ended')
  await expect(run('console.log("hello"); process.stdin.resume()')).rejects.toThrow('said something else')
})
