import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runChild } from '../../test/support/child.ts'
import { openPglite } from './pglite.ts'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-'))
const directory = path.join(root, 'database')
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

test('[D9] kill -9 in the middle of writing loses no acknowledged row and leaves no half transaction', async () => {
  const acknowledged: string[] = []
  for (const rows of [1, 30, 700]) {
    const writer = runChild('pglite-writer.ts', directory)
    await writer.untilLines(1 + rows)
    writer.kill()
    expect(await writer.ended).toBe('SIGKILL')
    expect(writer.lines[0]).toBe('READY')
    acknowledged.push(...writer.lines.slice(1))
  }

  const opened = await openPglite(directory, { onPanic: error => expect.unreachable(error.message) })
  const lines = await opened.pglite.query<{ id: string }>('select id from line')
  const total = await opened.pglite.query<{ n: number }>('select n from total')
  await opened.close()
  const kept = new Set(lines.rows.map(row => row.id))
  expect(acknowledged.length).toBeGreaterThanOrEqual(731)
  expect(acknowledged.filter(id => !kept.has(id))).toEqual([])
  expect(total.rows).toEqual([{ n: kept.size }])
})

test('[D1] a second server on the same directory is refused, and the first one goes on writing', async () => {
  const first = runChild('pglite-writer.ts', directory)
  await first.untilLines(1)
  const second = runChild('pglite-writer.ts', directory)
  expect(await second.ended).toBe(1)
  expect(second.lines).toEqual([expect.stringContaining(`in use by process ${first.process.pid}`)])
  await first.untilLines(first.lines.length + 20)
  expect(first.process.exitCode).toBeNull()
  first.kill()
  await first.ended
})
