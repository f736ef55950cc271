import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface Child {
  process: ChildProcess
  /** Every whole line that the child has printed so far. */
  lines: string[]
  /** Resolves when `count` lines were printed or the child has ended. */
  untilLines: (count: number) => Promise<void>
  /** Resolves when the child has ended and all its lines are here; the signal that ended it, or its exit code. */
  ended: Promise<string | number>
  kill: () => void
}

/** Runs a TypeScript file of this folder as a process of its own. */
export function runChild(file: string, ...args: string[]): Child {
  const script = path.join(import.meta.dirname, file)
  const child = spawn(process.execPath, ['--import', '@oxc-node/core/register', script, ...args], {
    cwd: path.join(import.meta.dirname, '../..'),
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => child.signalCode ?? child.exitCode)
  reader.on('line', line => lines.push(line))
  return {
    process: child,
    lines,
    untilLines: count =>
      new Promise(resolve => {
        const look = (): void => {
          if (lines.length >= count) resolve()
        }
        reader.on('line', look)
        reader.once('close', resolve)
        look()
      }),
    ended: ended.then(end => end ?? 'unknown'),
    kill: () => child.kill('SIGKILL'),
  }
}
