import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import * as v from 'valibot'

const helloSchema = v.object({ url: v.pipe(v.string(), v.url()) })

export type ErpChild = { url: string; stop(): Promise<void> }

/**
 * Starts the demo ERP as a process of its own, as a real one would be. It says its address in one line of JSON and ends
 * when its input ends, so that it never outlives us. `onExit` is called when it ends by itself.
 */
export const startErp = async (options: {
  script: string
  stateFolder: string
  /** What we prove ourselves to it with. */
  token: string
  onExit: (code: number | null) => void
}): Promise<ErpChild> => {
  const child = spawn(process.execPath, [options.script, '--state', options.stateFolder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { STOCKHAND_ERP_TOKEN: options.token },
  })
  const ended = new Promise<number | null>(resolve => {
    child.once('error', () => resolve(null))
    child.once('exit', code => resolve(code))
  })
  let stopping = false
  void ended.then(code => stopping || options.onExit(code))
  const stop = async (): Promise<void> => {
    stopping = true
    child.stdin.end()
    child.kill('SIGTERM')
    await ended
  }
  const first = once(createInterface({ input: child.stdout }), 'line').then(([line]) => addressIn(String(line)))
  const url = await Promise.race([first, ended.then(() => null)])
  if (url === null) {
    await stop()
    throw new Error('the demo ERP ended, or said something else, before it was ready')
  }
  child.stdout.resume()
  return { url, stop }
}

const addressIn = (line: string): string | null => {
  try {
    return v.parse(helloSchema, JSON.parse(line)).url
  } catch {
    return null
  }
}
