/**
 * Two megabytes in the origin's private file system that are there to be thrown away. After a full disk even a one-row
 * append fails and deleting rows brings no room back, deleting a file does, at once.
 */
export interface Ballast {
  /** Writes the file where it is missing and the disk has room to spare. Returns whether it is there. */
  ensure(): Promise<boolean>
  /** Returns whether there was something to throw. */
  drop(): Promise<boolean>
}

export const BALLAST_BYTES = 2 * 1024 * 1024
/** Free room that must be left after the ballast is written, so that it never causes what it cures. */
const SPARE_BYTES = 8 * 1024 * 1024

export const makeBallast = (storage: StorageManager = navigator.storage, name = 'ballast'): Ballast => {
  const size = async (): Promise<number> => {
    try {
      const directory = await storage.getDirectory()
      return (await (await directory.getFileHandle(name)).getFile()).size
    } catch {
      return 0
    }
  }
  return {
    ensure: async () => {
      if ((await size()) >= BALLAST_BYTES) return true
      const { quota = 0, usage = 0 } = await storage.estimate()
      if (quota - usage < BALLAST_BYTES + SPARE_BYTES) return false
      try {
        const directory = await storage.getDirectory()
        const writable = await (await directory.getFileHandle(name, { create: true })).createWritable()
        // Random bytes: a file system that compresses would keep zeros in no room at all.
        const bytes = new Uint8Array(BALLAST_BYTES)
        for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
        await writable.write(bytes)
        await writable.close()
        return true
      } catch {
        return false
      }
    },
    drop: async () => {
      if ((await size()) === 0) return false
      try {
        await (await storage.getDirectory()).removeEntry(name)
        return true
      } catch {
        return false
      }
    },
  }
}
