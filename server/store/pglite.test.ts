import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDurable } from './durability-check.ts'
import { durableStartParams, openPglite } from './pglite.ts'

let root: string
let directory: string
const onPanic = (error: Error): void => expect.unreachable(error.message)

beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'pglite-'))
  directory = path.join(root, 'database')
  // What a power cut in the middle of the very first start leaves behind.
  fs.mkdirSync(`${directory}.new`)
  fs.writeFileSync(path.join(`${directory}.new`, 'PG_VERSION'), '18\n')
  const first = await openPglite(directory, { onPanic })
  await first.pglite.exec('create table t (n int)')
  await first.close()
})

afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

test('[D6] every commit flushes the write-ahead log', async () => {
  const opened = await openPglite(directory, { onPanic })
  const before = opened.syncs.wal
  for (let n = 0; n < 10; n++) await opened.pglite.query('insert into t values ($1)', [n])
  expect(opened.durable).toBe(true)
  expect(opened.syncs.wal - before).toBeGreaterThanOrEqual(10)
  await opened.close()
})

test('[D6] a first start that broke off half way leaves nothing that the next one takes for a database', () => {
  expect(fs.readdirSync(root)).toEqual(['database'])
})

test('[D7] a plain PGlite fails the self-check', async () => {
  const plain = await PGlite.create(directory)
  await expect(checkDurable(plain, () => 0)).rejects.toMatchObject({ code: 'not-durable', message: /fsync is off/ })
  await plain.close()
})

test('[D7] a PGlite with the right settings but without the flush fails the self-check', async () => {
  const unhooked = await PGlite.create({ fs: new NodeFS(directory), startParams: durableStartParams })
  await expect(checkDurable(unhooked, () => 0)).rejects.toMatchObject({ message: /did not flush/ })
  await unhooked.close()
})

test('[D7] with the flush method that does nothing here, the store refuses, or opens marked when that is allowed', async () => {
  const startParams = durableStartParams.map(text => text.replace('wal_sync_method=fsync', 'wal_sync_method=fdatasync'))
  await expect(openPglite(directory, { onPanic, startParams })).rejects.toMatchObject({ code: 'not-durable' })
  const warnings: string[] = []
  const onWarning = (message: string): void => void warnings.push(message)
  const opened = await openPglite(directory, { onPanic, onWarning, startParams, allowNotDurable: true })
  expect(opened.durable).toBe(false)
  expect(warnings).toEqual([expect.stringContaining('wal_sync_method')])
  await opened.close()
})

test('[D8] a disk that refuses to flush ends the server and no commit is acknowledged', async () => {
  const panics: string[] = []
  let broken = false
  const opened = await openPglite(directory, {
    onPanic: error => panics.push(error.message),
    sync: descriptor => {
      if (broken) throw new Error('the disk is gone')
      fs.fsyncSync(descriptor)
    },
  })
  broken = true
  await expect(opened.pglite.query('insert into t values (99)')).rejects.toThrow('could not fsync')
  expect(panics).toEqual(['the disk is gone'])
  broken = false
  await expect(opened.pglite.query('select 1')).rejects.toThrow('the disk is gone')
  await opened.close()
  expect(fs.existsSync(`${directory}.lock`)).toBe(false)
})

test('[D5] a directory that holds something else is refused and left alone', async () => {
  const other = path.join(root, 'photos')
  fs.mkdirSync(other)
  fs.writeFileSync(path.join(other, 'a.jpg'), '')
  await expect(openPglite(other, { onPanic })).rejects.toMatchObject({ code: 'unusable' })
  expect(fs.readdirSync(other)).toEqual(['a.jpg'])
  expect(fs.existsSync(`${other}.lock`)).toBe(false)
})
