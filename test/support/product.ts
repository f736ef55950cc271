import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const SECRET = /with this secret: (\S+)\s/

export type Product = {
  url: string
  /** Everything that it printed so far. */
  printed: () => string
  /** The set-up code and the badges, as printed. */
  code: string
  /** What the first administrator proves themselves with, as printed; '' in the demo. */
  secret: string
  badge: (name: string) => string
  dataDir: string
  pid: number
  /** Ctrl-C, and waits until it has ended; gives the exit code. */
  stop: () => Promise<number | null>
  /** The power is gone: SIGKILL for the whole process group. */
  kill: () => Promise<void>
}

/** A port of the loopback interface that is free now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** Starts the product by the README's command in a data folder of its own, and waits until it says that it is ready. */
export const startProduct = async (
  options: {
    dataDir?: string
    port?: number
    env?: Record<string, string>
    /** Another build than the one of these sources. */
    built?: string
  } = {},
): Promise<Product> => {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'stockhand-')))
  const port = options.port ?? (await freePort())
  const { built } = options
  const [run, args] = built === undefined ? ['npm', ['start', '--silent']] : ['node', ['dist/server/main.js']]
  const child = spawn(run, args, {
    cwd: built ?? ROOT,
    detached: true,
    env: { ...process.env, ...options.env, PORT: String(port), STOCKHAND_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString('utf8')
      if (printed.includes(`:${port}`) && (/\bXE[A-Z0-9]{4,}/.test(printed) || SECRET.test(printed))) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', code => reject(new Error(`the product ended with ${code}:\n${printed}`)))
  })
  await ready
  const group = child.pid ?? 0
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-group, name)
    } catch {
      // The group has ended already.
    }
  }
  return {
    url: `http://localhost:${port}`,
    printed: () => printed,
    code: /\bXE[A-Z0-9]{4,}/.exec(printed)?.[0] ?? '',
    secret: SECRET.exec(printed)?.[1] ?? '',
    badge: name => {
      const line = printed.split('\n').find(text => text.includes(name) && /\bXB[A-Z0-9]{3,}/.test(text))
      const found = line === undefined ? null : /\bXB[A-Z0-9]{3,}/.exec(line)
      if (found === null) throw new Error(`no badge of ${name} was printed:\n${printed}`)
      return found[0]
    },
    dataDir,
    pid: group,
    stop: async () => {
      signal('SIGINT')
      return ended
    },
    kill: async () => {
      signal('SIGKILL')
      await ended
    },
  }
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })
