import fs from 'node:fs'
import os from 'node:os'
import * as v from 'valibot'
import { systemCode } from './store-fault.ts'

/** Who holds a data directory. Texts are empty where the operating system does not tell. */
const LockOwner = v.object({
  pid: v.number(),
  /** Start time of the process: tells a living owner from a stranger that got its number. */
  start: v.string(),
  host: v.string(),
  /** One value per start of the machine. */
  boot: v.string(),
  /** The container's own numbering of processes: two containers both have a process 1. */
  space: v.string(),
  nonce: v.string(),
})

export type LockOwner = v.InferOutput<typeof LockOwner>

const LockFile = v.pipe(v.string(), v.parseJson(), LockOwner)

/** Undefined for a half written or foreign file. */
export function ownerFrom(text: string): LockOwner | undefined {
  const parsed = v.safeParse(LockFile, text)
  return parsed.success ? parsed.output : undefined
}

/** A process of this machine as the owner of a lock. */
export function processOwner(nonce: string, pid: number = process.pid): LockOwner {
  return {
    pid,
    start: startOf(pid),
    host: os.hostname(),
    boot: text(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    space: text(() => fs.readlinkSync('/proc/self/ns/pid')),
    nonce,
  }
}

/** True when the owner's process number can be looked up here, or when the machine was restarted since. */
export function isSameMachine(owner: LockOwner, me: LockOwner): boolean {
  return owner.host === me.host && (owner.boot !== me.boot || owner.space === me.space)
}

/** Whether an owner on the same machine still runs. `held` are the nonces that this process itself holds. */
export function lives(owner: LockOwner, me: LockOwner, held: ReadonlySet<string>): boolean {
  if (held.has(owner.nonce)) return true
  if (owner.boot !== me.boot) return false
  // Without a start time an own number is a leftover: process 1 of an earlier life of this container.
  if (owner.pid === me.pid) return owner.start !== '' && owner.start === me.start
  return isAlive(owner.pid) && startOf(owner.pid) === owner.start
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the name in field 2 may hold blanks, so counting starts behind it. */
function startOf(pid: number): string {
  return text(() => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19] ?? '')
}

function text(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
