import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'

/** A PostgreSQL server of the tests' own, in a temporary directory. */
export interface PostgresCluster {
  /** Address of the database `postgres`, with all rights. */
  url: string
  /** Process number of the postmaster. */
  pid: () => number
  /** Ends the postmaster as a power cut would (kill -9); `start` brings it up again on the same files. */
  kill: () => Promise<void>
  start: () => Promise<void>
  /** Ends it and removes its files. */
  stop: () => Promise<void>
}

/** Directory of `initdb` and `postgres`, or undefined: PATH's pg_config first, then the newest of Debian's places. */
export function postgresBinaries(): string | undefined {
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim()
  const root = '/usr/lib/postgresql'
  const versions = fs.existsSync(root) ? fs.readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const candidates = [...(asked ? [asked] : []), ...versions.map(version => path.join(root, version, 'bin'))]
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return candidates.find(place => ['initdb', 'postgres'].every(name => fs.existsSync(path.join(place, name + suffix))))
}

/**
 * Creates and starts a cluster. It listens on a socket in its own directory, so that no port is taken; on Windows on a
 * free loopback port. Commits are not flushed unless asked for: the tests kill processes, never the machine.
 */
export async function startCluster(binaries: string, { flush = false } = {}): Promise<PostgresCluster> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-'))
  const files = path.join(directory, 'files')
  const as = otherThanRoot()
  fs.chmodSync(directory, 0o755)
  if (as.uid !== undefined && as.gid !== undefined) fs.chownSync(directory, as.uid, as.gid)
  execFileSync(
    path.join(binaries, 'initdb'),
    ['-D', files, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...as, cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const port = process.platform === 'win32' ? await freePort() : 5432
  const listen = process.platform === 'win32' ? ['-h', '127.0.0.1'] : ['-h', '', '-k', directory]
  const host = process.platform === 'win32' ? '' : `?host=${encodeURIComponent(directory)}`
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres${host}`
  const options = [
    '-D',
    files,
    '-p',
    String(port),
    ...listen,
    '-c',
    `fsync=${flush ? 'on' : 'off'}`,
    '-c',
    'max_connections=200',
  ]
  const log = fs.openSync(path.join(directory, 'log'), 'a')
  let server: ChildProcess

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill(signal)
    await ended
  }
  const start = async (): Promise<void> => {
    // After a kill -9 the old backends take a moment to leave; until then PostgreSQL refuses to start.
    for (let attempt = 0; attempt < 50; attempt++) {
      server = spawn(path.join(binaries, 'postgres'), options, { ...as, cwd: directory, stdio: ['ignore', log, log] })
      if (await answers(url, server)) return
      await delay(100)
    }
    throw new Error(`PostgreSQL does not start: ${fs.readFileSync(path.join(directory, 'log'), 'utf8').slice(-2_000)}`)
  }
  const onExit = (): boolean => server.kill('SIGQUIT')

  await start()
  process.on('exit', onExit)
  return {
    url,
    pid: () => server.pid ?? 0,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      process.off('exit', onExit)
      await end('SIGQUIT')
      fs.closeSync(log)
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** PostgreSQL refuses to run as root: the user `postgres`, or `nobody`. */
function otherThanRoot(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const number = (kind: '-u' | '-g'): number => Number(spawnSync('id', [kind, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: number('-u') || 65_534, gid: number('-g') || 65_534 }
}

/** Waits until the server answers (true) or ends (false). */
async function answers(url: string, server: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 600 && server.exitCode === null && server.signalCode === null; attempt++) {
    const client = new Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return true
    } catch {
      await delay(50)
    }
  }
  return false
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
