/**
 * Append-only files in the origin's private file system, one an epoch of the queue. They live beside IndexedDB, not in it:
 * what breaks its database leaves them alone. Quota and eviction take both.
 */
export interface JournalFiles {
  names(): Promise<readonly string[]>
  read(name: string): Promise<string>
  /** Adds lines at the end. Resolves when they are flushed to the disk; a failed append leaves the file as it was. */
  append(name: string, lines: readonly string[]): Promise<void>
  /** Puts a whole new content in place of the old one. A crash in between leaves one of the two. */
  replace(name: string, lines: readonly string[]): Promise<void>
  remove(name: string): Promise<void>
  /** Lets go of every file, for the tab that is the active one now. */
  release(): Promise<void>
}

export const PREFIX = 'queue-'
export const SUFFIX = '.jsonl'
export const fileOf = (epoch: string): string => `${PREFIX}${epoch}${SUFFIX}`
export const isJournal = (name: string): boolean => name.startsWith(PREFIX) && name.endsWith(SUFFIX)

export type ToJournal = { id: number } & (
  | { op: 'append' | 'replace'; name: string; text: string }
  | { op: 'remove'; name: string }
  | { op: 'release' }
)
export type FromJournal = { id: number; error: { name: string; message: string } | null }

/** Only a worker may write synchronously and flush; reading is done here, of a file that may be open there. */
export const journalFiles = (storage: StorageManager = navigator.storage): JournalFiles => {
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  let worker: Worker | null = null
  let id = 0
  const started = (): Worker => {
    if (worker !== null) return worker
    worker = new Worker(new URL('./journal.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<FromJournal>) => {
      const asked = waiting.get(data.id)
      waiting.delete(data.id)
      if (data.error === null) asked?.resolve()
      else asked?.reject(Object.assign(new Error(data.error.message), { name: data.error.name }))
    })
    worker.addEventListener('error', () => {
      for (const asked of waiting.values()) asked.reject(new Error('the worker of the files has ended'))
      waiting.clear()
      worker = null
    })
    return worker
  }
  const ask = (what: ToJournal extends infer T ? (T extends { id: number } ? Omit<T, 'id'> : never) : never) =>
    new Promise<void>((resolve, reject) => {
      id += 1
      waiting.set(id, { resolve, reject })
      started().postMessage({ ...what, id })
    })
  const textOf = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('')
  return {
    names: async () => {
      const found: string[] = []
      for await (const name of (await storage.getDirectory()).keys()) if (isJournal(name)) found.push(name)
      return found.sort()
    },
    read: async name => (await (await (await storage.getDirectory()).getFileHandle(name)).getFile()).text(),
    append: (name, lines) => ask({ op: 'append', name, text: textOf(lines) }),
    replace: (name, lines) => ask({ op: 'replace', name, text: textOf(lines) }),
    remove: name => ask({ op: 'remove', name }),
    release: () => (worker === null ? Promise.resolve() : ask({ op: 'release' })),
  }
}
