import type { FromJournal, ToJournal } from './journal-files.ts'

/** The part of the standard's handle that is used here; the DOM types leave it to workers. */
type SyncHandle = {
  getSize(): number
  read(into: Uint8Array, options: { at: number }): number
  write(from: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}
type SyncFile = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<SyncHandle>
  move(name: string): Promise<void>
}

const NEW = '.new'
const LINE_FEED = 10
const encoder = new TextEncoder()
const open = new Map<string, SyncHandle>()

const directory = (): Promise<FileSystemDirectoryHandle> => navigator.storage.getDirectory()
const fileAt = async (name: string): Promise<SyncFile> =>
  (await (await directory()).getFileHandle(name, { create: true })) as SyncFile

const handleOf = async (name: string): Promise<SyncHandle> => {
  const known = open.get(name)
  if (known !== undefined) return known
  const handle = await (await fileAt(name)).createSyncAccessHandle()
  open.set(name, handle)
  return handle
}
const close = (name: string): void => {
  open.get(name)?.close()
  open.delete(name)
}

/** Whole or not at all: a line that a full disk cut in two would swallow the next one. */
const append = (handle: SyncHandle, text: string): void => {
  const size = handle.getSize()
  const last = new Uint8Array(1)
  // A power cut may have left half a line: the next one begins on a line of its own.
  if (size > 0) handle.read(last, { at: size - 1 })
  const bytes = encoder.encode(size > 0 && last[0] !== LINE_FEED ? `\n${text}` : text)
  try {
    if (handle.write(bytes, { at: size }) < bytes.length) throw new DOMException('no room', 'QuotaExceededError')
    handle.flush()
  } catch (error) {
    handle.truncate(size)
    throw error
  }
}

const replace = async (name: string, text: string): Promise<void> => {
  close(name)
  const beside = await fileAt(name + NEW)
  const handle = await beside.createSyncAccessHandle()
  try {
    handle.truncate(0)
    append(handle, text)
  } finally {
    handle.close()
  }
  await beside.move(name)
}

const run = async (asked: ToJournal): Promise<void> => {
  switch (asked.op) {
    case 'append':
      return append(await handleOf(asked.name), asked.text)
    case 'replace':
      return replace(asked.name, asked.text)
    case 'remove':
      close(asked.name)
      return (await directory()).removeEntry(asked.name)
    case 'release':
      for (const name of open.keys()) close(name)
  }
}

const answer = async (asked: ToJournal): Promise<void> => {
  let error: FromJournal['error'] = null
  try {
    await run(asked)
  } catch (cause) {
    error = cause instanceof Error ? { name: cause.name, message: cause.message } : { name: 'Error', message: '' }
  }
  self.postMessage({ id: asked.id, error } satisfies FromJournal)
}

let last: Promise<void> = Promise.resolve()
self.addEventListener('message', ({ data }: MessageEvent<ToJournal>) => {
  last = last.then(() => answer(data))
})
