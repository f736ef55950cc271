import { createHash } from 'node:crypto'
import path from 'node:path'
import { isoOf, msOf } from '../../shared/time.ts'
import type { Naming } from './file-cells.ts'
import { columnName, decodeText, readCsv } from './file-csv.ts'
import type { Encoding, Separator } from './file-csv.ts'
import { IN_FILES, recordsOf } from './file-records.ts'
import type { FileRecords, InFile } from './file-records.ts'
import type { Decimal } from './file-value.ts'
import { codeOf, folderCall } from './folder.ts'
import type { Folder } from './folder.ts'
import type { Flaw } from './inbound.ts'

export type InboxSettings = {
  encoding: Encoding
  separator: Separator
  decimal: Decimal
  columns: Readonly<Record<string, string>>
  checksums: 'optional' | 'required'
}
export const MAX_BYTES = 20_000_000
export const MAX_ROWS = 200_000
/** A checksum that does not fit belongs to a file that is still on its way, for so long. */
const ARRIVING_MS = 300_000
/** A full file with less than this share of the rows of the last one was cut, or the export was. */
const SHRINKS_TO = 0.8
const SMALL = 50
const DONE = 'in/done'
const REFUSED = 'in/refused'

/** "items-full-2027.csv": the kind, and whether what it does not name is gone. */
const NAME = new RegExp(
  `^(${Object.values(IN_FILES)
    .map(file => file.name)
    .join('|')})(-full)?([-_.].*)?\\.csv$`,
  'i',
)
const DONE_NAME = /^\d{17}-[0-9a-f]{12}-(.+)$/
const KINDS = new Map(Object.entries(IN_FILES).map(([kind, { name }]) => [name as string, kind as InFile]))
export const kindOfFile = (name: string): InFile | null => KINDS.get(NAME.exec(name)?.[1]?.toLowerCase() ?? '') ?? null
export const isFull = (name: string): boolean => NAME.exec(DONE_NAME.exec(name)?.[1] ?? name)?.[2] !== undefined

const stampOf = (iso: string): string => iso.replace(/\D/g, '').slice(0, 17)
const isoOfStamp = (s: string): string =>
  `${s.slice(0, 4)}-${s.slice(4, 6)}-${s.slice(6, 8)}T${s.slice(8, 10)}:${s.slice(10, 12)}:${s.slice(12, 14)}.${s.slice(14, 17)}Z`
/** A stamp behind `last`, whatever the clock says: the order of `done` is the order in which files were taken. */
const nextStamp = (now: string, last: string): string => {
  const stamp = stampOf(now)
  return stamp > last ? stamp : stampOf(isoOf(msOf(isoOfStamp(last)) + 1))
}

type Read = FileRecords & { problem: null }
type Unread = { problem: string }

/** What is in `in/done`: a log that only grows, in the order in which files were taken. */
const makeLog = (folder: Folder, settings: InboxSettings) => {
  const namings = new Map(Object.keys(IN_FILES).map(kind => [kind, namingOf(kind as InFile, settings.columns)]))
  let kept: { name: string; records: FileRecords } | null = null
  const list = (where: string): Promise<readonly string[]> =>
    folderCall('read', `list ${where}`, () => folder.list(where))
  const readBytes = (name: string): Promise<Uint8Array> =>
    folderCall('read', `read ${name}`, () => folder.read(name, MAX_BYTES))
  const parse = (kind: InFile, name: string, bytes: Uint8Array): Read | Unread => {
    const text = decodeText(bytes, settings.encoding)
    if (text === null) return { problem: 'its letters cannot be read in this encoding' }
    const table = readCsv(text, settings.separator, MAX_ROWS)
    if ('problem' in table) return table
    const naming = namings.get(kind) ?? new Map<string, string>()
    const missing = IN_FILES[kind].columns.filter(column => !table.columns.includes(naming.get(column) ?? column))
    if (missing.length > 0) return { problem: `it has no column ${missing.join(', ')}` }
    const records = recordsOf(kind, table, { file: name, naming, decimal: settings.decimal })
    // A picture with a hole would be a difference of stock that nobody has made.
    if ((kind === 'stock' || kind === 'movement') && records.wrong > 0)
      return { problem: records.flaws.map(flaw => `${flaw.field} ${flaw.problem}`.trim()).join('; ') }
    return { ...records, problem: null }
  }
  return {
    list,
    readBytes,
    parse,
    done: async (kind: InFile): Promise<readonly string[]> =>
      (await list(DONE)).filter(name => kindOfFile(DONE_NAME.exec(name)?.[1] ?? '') === kind).sort(),
    records: async (kind: InFile, done: string): Promise<FileRecords> => {
      if (kept?.name === done) return kept.records
      const read = parse(kind, DONE_NAME.exec(done)?.[1] ?? done, await readBytes(`${DONE}/${done}`))
      const flaw = (problem: string): Flaw => ({ id: done, field: '', problem, value: '' })
      const records = read.problem === null ? read : { raw: [], flaws: [flaw(read.problem)] }
      kept = { name: done, records }
      return records
    },
  }
}
type Log = ReturnType<typeof makeLog>

/** What keeps a file of `in/` from being used; null = it is good, `wait` = it is still on its way. */
const judging = (log: Log, settings: InboxSettings, now: () => string) => {
  const sumOf = async (name: string): Promise<string> =>
    (/[0-9a-f]{64}/i.exec(Buffer.from(await log.readBytes(name)).toString('latin1'))?.[0] ?? '').toLowerCase()
  return async (file: Arrived, done: readonly string[]): Promise<string | null> => {
    const { kind, name, bytes, hasSum, changedMs } = file
    const late = msOf(now()) - changedMs > ARRIVING_MS
    if (!hasSum && settings.checksums === 'required') return late ? 'its .sha256 is missing' : 'wait'
    if (hasSum && (await sumOf(`in/${name}.sha256`)) !== sha256(bytes))
      return late ? 'its content is not what its .sha256 says' : 'wait'
    const read = log.parse(kind, name, bytes)
    if (read.problem !== null) return read.problem
    const isWhole = (one: string): boolean => kind === 'stock' || isFull(one)
    const last = done.findLast(isWhole)
    if (!isWhole(name) || last === undefined || /forced/i.test(name)) return null
    const before = (await log.records(kind, last)).raw.length
    return before >= SMALL && read.raw.length < before * SHRINKS_TO
      ? `it has ${read.raw.length} records, the one before had ${before}; say "forced" in its name if that is right`
      : null
  }
}
type Arrived = { kind: InFile; name: string; bytes: Uint8Array; hasSum: boolean; changedMs: number }

/** Takes files out of `in/`. */
const leading = (folder: Folder) => {
  /** Somebody else may have taken it between two looks; that is no fault. */
  const move = async (from: string, to: string): Promise<boolean> => {
    try {
      await folder.move(from, to)
      return true
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false
      return folderCall('read', `move ${from}`, () => Promise.reject(error))
    }
  }
  return {
    move,
    refuse: async (name: string, stamp: string, problem: string): Promise<Flaw> => {
      const to = `${REFUSED}/${stamp}-${name}`
      const words = new TextEncoder().encode(`${problem}\r\n`)
      await folderCall('read', `write ${to}.reason.txt`, () => folder.write(`${to}.reason.txt`, words))
      await move(`in/${name}`, to)
      return { id: name, field: '', problem: problem.slice(0, 200), value: '' }
    },
  }
}

/**
 * Files come to `in/`, are looked at whole and are moved to `in/done/` under the time at which they were taken and the hash
 * of their content: from then on a cursor is a place in that log. What cannot be used goes to `in/refused/` with the reason
 * beside it.
 */
export const makeInbox = (folder: Folder, settings: InboxSettings, now: () => string) => {
  const log = makeLog(folder, settings)
  const troubleOf = judging(log, settings, now)
  const { move, refuse } = leading(folder)
  /** Takes what has come of a kind. `after` is a cursor that was given out: what comes now stands behind it. */
  const take = async (kind: InFile, after: string): Promise<Flaw[]> => {
    const names = await log.list('in')
    const mine = names.filter(one => kindOfFile(one) === kind).sort()
    if (mine.length === 0) return []
    const flaws: Flaw[] = []
    // Listed once: with what is taken here it stays what the folder holds.
    const done = [...(await log.done(kind))]
    const newest = done.at(-1)?.slice(0, 17) ?? ''
    let last = after.slice(0, 17) > newest ? after.slice(0, 17) : newest
    for (const name of mine) {
      const [state = null] = await folderCall('read', `look at in/${name}`, () => folder.state([`in/${name}`]))
      if (state === null) continue
      const stamp = nextStamp(now(), last)
      if (state.size > MAX_BYTES) {
        flaws.push(await refuse(name, stamp, `it has more than ${MAX_BYTES} bytes`))
        continue
      }
      const bytes = await log.readBytes(`in/${name}`)
      const hasSum = names.includes(`${name}.sha256`)
      const trouble = await troubleOf({ kind, name, bytes, hasSum, changedMs: state.changedMs }, done)
      // The ones behind it wait too: an older file must not come after a newer one.
      if (trouble === 'wait') break
      const to = `${DONE}/${stamp}-${sha256(bytes).slice(0, 12)}-${name}`
      if (trouble !== null) flaws.push(await refuse(name, stamp, trouble))
      else if (await move(`in/${name}`, to)) {
        last = stamp
        done.push(path.posix.basename(to))
      }
      if (hasSum) await move(`in/${name}.sha256`, `${trouble === null ? to : `${REFUSED}/${stamp}-${name}`}.sha256`)
    }
    return flaws
  }
  return { take, done: log.done, records: log.records }
}
export type Inbox = ReturnType<typeof makeInbox>

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const namingOf = (kind: InFile, columns: Readonly<Record<string, string>>): Naming => {
  const prefix = `${IN_FILES[kind].name}.`
  const own = Object.entries(columns).filter(([name]) => name.startsWith(prefix) || !name.includes('.'))
  // A name for this kind of file goes before one for all of them.
  const sorted = own.sort(([a], [b]) => Number(a.includes('.')) - Number(b.includes('.')))
  return new Map(sorted.map(([name, theirs]) => [name.replace(prefix, ''), columnName(theirs)]))
}
