import fs from 'node:fs'
import path from 'node:path'

type Entry = { name: string; node: string; isDirectory: boolean }

/** An inode, and when it was born: the number of a deleted file is given to a new one. */
const nodeOf = (file: string): { node: string; isDirectory: boolean } => {
  const stat = fs.lstatSync(file, { bigint: true })
  return { node: `${stat.ino}:${stat.birthtimeNs}`, isDirectory: stat.isDirectory() }
}

const PAGE = 4096

/**
 * What of a folder would still be there after the power was cut now: names that their directory was flushed with, and
 * content as of each file's last flush. `sync` takes the place of fsync in the code under test and notes what it flushes;
 * a file's flush makes its name durable too, as journalling file systems do.
 */
export const powerCut = (root: string) => {
  const entries = new Map<string, Map<string, Entry>>()
  const contents = new Map<string, Buffer>()
  const listed = (node: string): Map<string, Entry> => {
    const known = entries.get(node) ?? new Map<string, Entry>()
    entries.set(node, known)
    return known
  }
  const link = (file: string): void => {
    if (path.resolve(file) === path.resolve(root)) return
    const parent = path.dirname(file)
    const entry = { name: path.basename(file), ...nodeOf(file) }
    listed(nodeOf(parent).node).set(entry.name, entry)
    link(parent)
  }
  const sync = (descriptor: number): void => {
    fs.fsyncSync(descriptor)
    const file = fs.readlinkSync(`/proc/self/fd/${descriptor}`)
    if (!fs.existsSync(file)) return
    const { isDirectory, node } = nodeOf(file)
    if (!isDirectory) {
      contents.set(node, fs.readFileSync(file))
      return link(file)
    }
    const found = fs.readdirSync(file).map(name => ({ name, ...nodeOf(path.join(file, name)) }))
    entries.set(node, new Map(found.map(entry => [entry.name, entry])))
  }
  const write = (node: string, into: string, torn: (file: string, flushed: Buffer) => Buffer): void => {
    fs.mkdirSync(into, { recursive: true })
    for (const entry of listed(node).values()) {
      const to = path.join(into, entry.name)
      if (entry.isDirectory) write(entry.node, to, torn)
      else fs.writeFileSync(to, torn(to, contents.get(entry.node) ?? Buffer.alloc(0)))
    }
  }
  return {
    sync,
    /** Only what was flushed. */
    image: (into: string): void => write(nodeOf(root).node, into, (_, flushed) => flushed),
    /** The disk has taken some of the later pages as well, in no order: every page is the flushed or the present one. */
    tornImage: (into: string, random: () => number): void =>
      write(nodeOf(root).node, into, (to, flushed) => {
        const real = path.join(root, path.relative(into, to))
        if (!fs.existsSync(real)) return flushed
        const now = fs.readFileSync(real)
        const torn = Buffer.alloc(random() < 0.5 ? flushed.length : now.length)
        for (let at = 0; at < torn.length; at += PAGE) {
          const from = at < flushed.length && random() < 0.5 ? flushed : now
          if (at < from.length) from.copy(torn, at, at, Math.min(at + PAGE, from.length, torn.length))
        }
        return torn
      }),
  }
}
