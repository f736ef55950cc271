import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Child, runChild } from '../../test/support/child.ts'
import { lockDirectory } from './directory-lock.ts'
import { type LockOwner, processOwner } from './lock-owner.ts'

let root: string
let directory: string
const children: Child[] = []

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-'))
  directory = path.join(root, 'database')
})

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill()
    await child.ended
  }
  fs.rmSync(root, { recursive: true, force: true })
})

async function holder(): Promise<Child> {
  const child = runChild('lock-holder.ts', directory)
  children.push(child)
  await child.untilLines(1)
  expect(child.lines).toEqual(['READY'])
  return child
}

function leaveLock(owner: Partial<LockOwner>): void {
  fs.writeFileSync(`${directory}.lock`, JSON.stringify({ ...processOwner('left-behind'), ...owner }))
}

const fast = { beatMs: 20, silentMs: 200 }

test('[D1] a directory is refused while another living process holds it, with that process named', async () => {
  const child = await holder()
  await expect(lockDirectory(directory)).rejects.toMatchObject({
    code: 'in-use',
    message: expect.stringContaining(`in use by process ${child.process.pid} on ${os.hostname()}`),
  })
})

test('[D1] a directory is refused to the process that holds it already, and free again after release', async () => {
  const lock = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'in-use' })
  await lock.release()
  expect(fs.existsSync(lock.file)).toBe(false)
  await (await lockDirectory(directory)).release()
})

test('[D2] the lock of a killed process is taken over at once', async () => {
  const child = await holder()
  child.kill()
  await child.ended
  expect(fs.existsSync(`${directory}.lock`)).toBe(true)
  await (await lockDirectory(directory, { onWait: () => expect.unreachable('it waited') })).release()
})

test.runIf(process.platform === 'linux').each<[string, () => Partial<LockOwner>]>([
  ['a process number that a stranger has now', () => ({ pid: process.ppid, start: '1' })],
  ['this process number in an earlier life', () => ({ start: '1' })],
  ['a living process number from before a restart of the machine', () => ({ pid: process.ppid, boot: 'before' })],
])('[D2] a lock with %s is taken over at once', async (_, owner) => {
  leaveLock({ ...processOwner('left-behind', process.ppid), pid: process.pid, ...owner() })
  await (await lockDirectory(directory, { onWait: () => expect.unreachable('it waited') })).release()
})

test.each<[string, Partial<LockOwner>]>([
  ['another machine', { host: 'elsewhere' }],
  ['another container on this machine', { space: 'pid:[1]', pid: 1 }],
])('[D3] a lock of %s is refused while its heartbeat moves and taken over when it is silent', async (_, owner) => {
  leaveLock(owner)
  let beat = 1
  const beats = setInterval(() => fs.utimesSync(`${directory}.lock`, beat, beat++), 1)
  await expect(lockDirectory(directory, fast)).rejects.toMatchObject({ code: 'in-use' })
  clearInterval(beats)
  await (await lockDirectory(directory, fast)).release()
})

test('[D3] a half written lock is watched like one of another machine', async () => {
  fs.writeFileSync(`${directory}.lock`, '{"pid":')
  const waited: string[] = []
  await (await lockDirectory(directory, { ...fast, onWait: owner => waited.push(owner) })).release()
  expect(waited).toEqual(['an unknown process'])
})

test('[D4] a process whose lock another one has taken is killed before it writes on', async () => {
  const child = await holder()
  leaveLock({ host: 'elsewhere' })
  expect(await child.ended).toBe('SIGKILL')
})

test('[D5] a place that cannot be written is named as such', async () => {
  fs.writeFileSync(directory, 'a file, not a directory')
  await expect(lockDirectory(path.join(directory, 'below'))).rejects.toMatchObject({
    code: 'unusable',
    message: expect.stringContaining('cannot be read or written'),
  })
})
