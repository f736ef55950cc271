import fs from 'node:fs'
import path from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { systemCode } from './store-fault.ts'

/** What has reached the disk so far. `wal` counts files of the write-ahead log, which `files` includes. */
export interface SyncCount {
  files: number
  wal: number
  directories: number
  errors: number
  lastError: string
}

export interface SyncHooks {
  /** Flushes one open file. Throws when the disk refuses. */
  sync: (fileDescriptor: number) => void
  onError: (error: unknown) => void
}

interface NodeFsStream {
  nfd?: number
  path?: string
  node: { mode: number }
}

interface NodeFsDriver {
  stream_ops: { fsync?: (stream: NodeFsStream) => number }
  realPath: (node: NodeFsStream['node']) => string
}

type Init = Awaited<ReturnType<NodeFS['init']>>
type InitOptions = Parameters<NodeFS['init']>[1]

/** `EIO` in the numbering of emscripten (WASI). */
const EIO = 29

/**
 * PGlite's file system with an fsync. Emscripten's own has none, so PostgreSQL's fsync returns success and does
 * nothing: every commit of a plain PGlite is lost in a power cut (electric-sql/pglite #1107).
 *
 * The hook relies on emscripten internals, so PGlite's version is pinned and `durability-check.ts` proves it at start.
 */
export class DurableFiles extends NodeFS {
  readonly count: SyncCount = { files: 0, wal: 0, directories: 0, errors: 0, lastError: '' }
  readonly #hooks: SyncHooks

  constructor(directory: string, hooks: SyncHooks) {
    super(directory)
    this.#hooks = hooks
  }

  override async init(pglite: PGlite, options: InitOptions): Promise<Init> {
    const { emscriptenOpts } = await super.init(pglite, options)
    const preRun = [
      ...(emscriptenOpts.preRun ?? []),
      (module: unknown) => {
        const driver = nodeFsDriver(module)
        driver.stream_ops.fsync = stream => this.#fsync(stream, driver)
      },
    ]
    return { emscriptenOpts: { ...emscriptenOpts, preRun } }
  }

  /** Returns an error number and never throws: a JavaScript exception that crosses WASM corrupts the instance. */
  #fsync(stream: NodeFsStream, driver: NodeFsDriver): number {
    try {
      const isDirectory = (stream.node.mode & fs.constants.S_IFMT) === fs.constants.S_IFDIR
      if (stream.nfd === undefined) syncPath(driver.realPath(stream.node), this.#hooks.sync)
      else if (isDirectory) ignoringDirectoryRefusal(() => this.#hooks.sync(Number(stream.nfd)))
      else this.#hooks.sync(stream.nfd)
      if (isDirectory) this.count.directories++
      else this.count.files++
      if (!isDirectory && stream.path?.includes('/pg_wal/')) this.count.wal++
      return 0
    } catch (error) {
      this.count.errors++
      this.count.lastError = String(error)
      this.#hooks.onError(error)
      return EIO
    }
  }
}

function nodeFsDriver(module: unknown): NodeFsDriver {
  const driver = field(field(field(module, 'FS'), 'filesystems'), 'NODEFS') ?? field(module, 'NODEFS')
  if (!isNodeFsDriver(driver)) throw new Error('PGlite keeps its files in another way: wrong version')
  return driver
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function isNodeFsDriver(value: unknown): value is NodeFsDriver {
  return typeof field(value, 'stream_ops') === 'object' && typeof field(value, 'realPath') === 'function'
}

/** Windows refuses to open or flush a directory; there the file system journals names by itself. */
function ignoringDirectoryRefusal(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (process.platform !== 'win32' || !['EPERM', 'EISDIR', 'EACCES'].includes(systemCode(error))) throw error
  }
}

/** Flushes one file or directory by its path. */
export function syncPath(file: string, sync: (fileDescriptor: number) => void = fs.fsyncSync): void {
  ignoringDirectoryRefusal(() => {
    // Windows flushes a file only through a descriptor that may write.
    const isFile = process.platform === 'win32' && fs.statSync(file).isFile()
    const descriptor = fs.openSync(file, isFile ? 'r+' : 'r')
    try {
      sync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
  })
}

/** Flushes a directory and everything below it: initdb leaves nearly all its files in the cache. */
export function syncTree(directory: string, sync: (fileDescriptor: number) => void = fs.fsyncSync): void {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name)
    if (entry.isDirectory()) syncTree(file, sync)
    else if (entry.isFile()) syncPath(file, sync)
  }
  syncPath(directory, sync)
}
