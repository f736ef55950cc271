import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type LockOwner, isSameMachine, lives, ownerFrom, processOwner } from './lock-owner.ts'
import { type StoreFault, storeFault, systemCode } from './store-fault.ts'

/** PGlite takes no lock of its own: two processes that open one directory silently lose each other's rows. */
export interface DirectoryLock {
  file: string
  release: () => Promise<void>
}

export interface DirectoryLockOptions {
  beatMs?: number
  /** So long a lock of another machine must be silent before it is taken over. */
  silentMs?: number
  onWait?: (owner: string) => void
}

/** Nonces of the locks that this process holds: tells an own second opening from a reused process number. */
const held = new Set<string>()

/**
 * Locks `directory` by the file `<directory>.lock` beside it (initdb wants the directory itself empty).
 *
 * - Same machine: process number and start time decide at once.
 * - Another machine or container on a shared volume, or an unreadable owner: process numbers mean nothing there, so
 *   the heartbeat is watched by the own monotonic clock; two wall clocks are never compared.
 *
 * Throws `in-use` while another process holds it, `unusable` when the place cannot be read or written.
 */
export async function lockDirectory(directory: string, options: DirectoryLockOptions = {}): Promise<DirectoryLock> {
  const { beatMs = 2_000, silentMs = 30_000, onWait } = options
  const file = `${path.resolve(directory)}.lock`
  const me = processOwner(randomUUID())
  while (!created(file, me)) {
    const owner = await readOwner(file)
    if (owner && isSameMachine(owner, me)) {
      if (lives(owner, me, held)) throw inUse(directory, file, owner)
    } else {
      onWait?.(owner ? `process ${owner.pid} on ${owner.host}` : 'an unknown process')
      if (await beats(file, beatMs, silentMs)) throw inUse(directory, file, owner)
    }
    takeAway(file, owner, me)
  }
  // A starter that judged the old lock at the same moment may have taken this one away.
  await delay(50)
  const owner = await readOwner(file)
  if (owner?.nonce !== me.nonce) throw inUse(directory, file, owner)
  held.add(me.nonce)
  const stop = startHeartbeat(file, me.nonce, beatMs)
  return {
    file,
    release: async () => {
      if (!held.delete(me.nonce)) return
      await stop()
      if (parseOwner(file)?.nonce === me.nonce) fs.unlinkSync(file)
    },
  }
}

function inUse(directory: string, file: string, owner: LockOwner | undefined): StoreFault {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
  return storeFault('in-use', `data directory ${directory} is in use by ${who} (${file})`)
}

function unusable(file: string, cause: unknown): StoreFault {
  const place = path.dirname(file)
  return storeFault('unusable', `data directory ${place} cannot be read or written (${systemCode(cause)})`, cause)
}

/** True when the lock file is ours now, false when there is one already. */
function created(file: string, me: LockOwner): boolean {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, JSON.stringify(me), { flag: 'wx' })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && fs.statSync(path.dirname(file)).isDirectory()) return false
    throw unusable(file, error)
  }
}

function parseOwner(file: string): LockOwner | undefined {
  try {
    return ownerFrom(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw unusable(file, error)
  }
}

/** Undefined when the file is gone or unreadable. The owner may be about to write it, so this looks twice. */
async function readOwner(file: string): Promise<LockOwner | undefined> {
  const owner = parseOwner(file)
  if (owner) return owner
  await delay(200)
  return parseOwner(file)
}

/** Watches until the heartbeat moves (true) or was silent for long enough (false). */
async function beats(file: string, beatMs: number, silentMs: number): Promise<boolean> {
  const start = performance.now()
  const first = touchedAt(file)
  while (performance.now() - start < silentMs) {
    await delay(beatMs)
    const now = touchedAt(file)
    // Gone: its owner has just closed in good order.
    if (now === undefined) return false
    if (now !== first) return true
  }
  return false
}

function touchedAt(file: string): number | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

/** Removes a stale lock by renaming it: of two starters only one succeeds. */
function takeAway(file: string, stale: LockOwner | undefined, me: LockOwner): void {
  const grave = `${file}.${me.nonce}`
  try {
    if (parseOwner(file)?.nonce !== stale?.nonce) return
    fs.renameSync(file, grave)
    const taken = parseOwner(grave)
    // Another starter was faster and this is its living lock: give it back.
    if (taken && taken.nonce !== stale?.nonce && !fs.existsSync(file)) fs.renameSync(grave, file)
    else fs.unlinkSync(grave)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw unusable(file, error)
  }
}

/**
 * Runs in a thread of its own because a long statement blocks the main one. A lock that is no longer ours means a
 * second owner: the process kills itself rather than write beside it. A disk that is unreadable for a moment is not
 * that, so a few beats may fail. The throw at the end is for process 1 of a container, which no SIGKILL of its own ends.
 */
const heartbeat = `
  const { workerData: { file, nonce, beatMs } } = require('node:worker_threads'), fs = require('node:fs')
  let missed = 0
  setInterval(() => {
    try {
      const text = fs.readFileSync(file, 'utf8')
      if (text.includes(nonce)) { const now = new Date(); fs.utimesSync(file, now, now); missed = 0; return }
      missed = 5
    } catch { missed++ }
    if (missed < 5) return
    fs.writeSync(2, 'data directory lock lost, stopping at once: ' + file + '\\n')
    process.kill(process.pid, 'SIGKILL')
    throw new Error('data directory lock lost: ' + file)
  }, beatMs)`

function startHeartbeat(file: string, nonce: string, beatMs: number): () => Promise<void> {
  const worker = new Worker(heartbeat, { eval: true, workerData: { file, nonce, beatMs }, execArgv: [] })
  worker.on('error', () => process.abort())
  worker.unref()
  return async () => {
    await worker.terminate()
  }
}
