import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second. */
const TICK_MS = 10

type Times = { parent: number; ms: number }

/** Of one process, with the children that have ended; null = there is none, or no /proc. */
const timesOf = (pid: string): Times | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in brackets and may hold anything.
    const [, parent = 0, ...rest] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = rest.slice(9)
    return { parent, ms: (user + system + childUser + childSystem) * TICK_MS }
  } catch {
    return null
  }
}

/** Milliseconds of processor time of a process and of its children; null where the system does not say. */
export const processorMs = (pid: number): number | null => {
  const own = timesOf(String(pid))
  if (own === null) return null
  const all = readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? [timesOf(name)] : []))
  return all.reduce((sum, one) => sum + (one?.parent === pid ? one.ms : 0), own.ms)
}
