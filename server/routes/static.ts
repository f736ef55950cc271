import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context } from 'hono'
import { bytesOf, takesGzip } from './answer.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.txt': 'text/plain; charset=utf-8',
}
const COMPRESSIBLE = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/
/** Vite names what lies here by content, so it never changes. */
const HASHED = /^\/assets\//

type File = { type: string; etag: string; body: Buffer; zipped: Promise<Buffer> | null }

/** Files of one folder, read at the start: a request can name nothing that was not there, so no path leads outside. */
export type StaticFiles = ReadonlyMap<string, File>

/** Null when there is no such folder. */
export const loadFiles = async (root: string): Promise<StaticFiles | null> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => null)
  if (entries === null) return null
  const files = new Map<string, File>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const full = path.join(entry.parentPath, entry.name)
    const type = TYPES[path.extname(entry.name)] ?? 'application/octet-stream'
    const body = await readFile(full)
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
    files.set(`/${path.relative(root, full).split(path.sep).join('/')}`, { type, etag, body, zipped: null })
  }
  return files
}

const zip = promisify(gzip)
/** Compressed at the first request for it and kept. */
const zipped = (file: File): Promise<Buffer> => (file.zipped ??= zip(file.body))

/** Answers a file, or null when there is none. Only hashed names may be kept; all others are asked for again by their tag. */
export const sendFile = async (c: Context, files: StaticFiles, name: string): Promise<Response | null> => {
  const file = files.get(name)
  if (!file) return null
  c.header('cache-control', HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache')
  c.header('etag', file.etag)
  c.header('vary', 'accept-encoding')
  if (c.req.header('if-none-match') === file.etag) return c.body(null, 304)
  c.header('content-type', file.type)
  if (!COMPRESSIBLE.test(file.type) || !takesGzip(c)) return c.body(bytesOf(file.body))
  c.header('content-encoding', 'gzip')
  return c.body(bytesOf(await zipped(file)))
}

/** The app, with its one page for every address that has no file and does not look like one. */
export const sendApp = async (c: Context, files: StaticFiles): Promise<Response | null> => {
  const name = decoded(c.req.path)
  const page = path.posix.extname(name) === ''
  return (await sendFile(c, files, name)) ?? (page ? sendFile(c, files, '/index.html') : null)
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
