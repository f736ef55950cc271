import { endLine } from '../../shared/sync/rescue-parts.ts'

/**
 * Everything that this browser holds of the queue, as lines of JSON: every database of that name, opened without a version
 * (that reads even one whose upgrade would throw for ever), and the files beside them. No framework, no schema of the app.
 */
export type Found = {
  /** All lines. */
  text: string
  /** Without what the server has acknowledged and what the worker's screens keep: short enough for codes. */
  waiting: string
  steps: number
  troubles: readonly string[]
}

const DATABASE = /^stockhand-queue(?:-\d+)?$/
const FILE = /^queue-.+\.jsonl(?:\.new)?$/
const STORES = ['cmd', 'meta']

const names = async (): Promise<string[]> => {
  const listed = await indexedDB.databases().catch(() => [])
  const known = listed.flatMap(({ name }) => (name !== undefined && DATABASE.test(name) ? [name] : []))
  return [...new Set(['stockhand-queue', ...known])]
}

const open = (name: string): Promise<IDBDatabase | null> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    let isEmpty = false
    // Without this the look itself would leave an empty database behind, and the app would take it for its own.
    request.addEventListener('upgradeneeded', () => {
      isEmpty = true
      request.transaction?.abort()
    })
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () =>
      isEmpty ? resolve(null) : reject(request.error ?? new Error('not opened')),
    )
  })

const rowsOf = (db: IDBDatabase, store: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    if (!db.objectStoreNames.contains(store)) return resolve([])
    const request = db.transaction(store).objectStore(store).getAll()
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('not read')))
  })

/** The device record holds a key that cannot leave; its place in the text is left empty. */
const lineOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (inner instanceof CryptoKey ? null : inner))

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
const textIn = (value: unknown, name: string): string => {
  const found = field(value, name)
  return typeof found === 'string' ? found : ''
}
const numberIn = (value: unknown, name: string): number => {
  const found = field(value, name)
  return typeof found === 'number' ? found : 0
}

/** What the server has acknowledged of each epoch. */
type Acked = Map<string, number>
const noteAcked = (acked: Acked, mark: unknown): void => {
  const epoch = textIn(mark, 'epoch')
  acked.set(epoch, Math.max(acked.get(epoch) ?? 0, numberIn(mark, 'acked')))
}

type Line = { text: string; step: { epoch: string; seq: number; hash: string } | null; short: boolean }
const stepOf = (row: unknown): Line['step'] => ({
  epoch: textIn(row, 'epoch'),
  seq: numberIn(row, 'seq'),
  hash: textIn(row, 'hash'),
})

const readDatabase = async (name: string, acked: Acked): Promise<Line[]> => {
  const db = await open(name)
  if (db === null) return []
  const lines: Line[] = []
  try {
    for (const store of STORES) {
      for (const row of await rowsOf(db, store)) {
        const k = textIn(row, 'k')
        if (k.startsWith('mark/')) noteAcked(acked, field(row, 'value'))
        lines.push({
          text: lineOf({ database: name, store, row }),
          step: store === 'cmd' ? stepOf(row) : null,
          short: store === 'cmd' || k === 'birth',
        })
      }
    }
  } finally {
    db.close()
  }
  return lines
}

/** A line is one write: commands, marks, or a scan of the emergency. Half a line is kept as it stands. */
const readFile = async (file: File, acked: Acked, known: ReadonlySet<string>): Promise<Line[]> => {
  const lines: Line[] = []
  for (const line of (await file.text()).split('\n')) {
    if (line === '') continue
    const text = lineOf({ file: file.name, line })
    let entry: unknown = null
    try {
      entry = JSON.parse(line)
    } catch {
      lines.push({ text, step: null, short: true })
      continue
    }
    const rows = field(entry, 'rows')
    const marks = field(entry, 'marks')
    if (Array.isArray(marks)) for (const mark of marks) noteAcked(acked, mark)
    const steps = (Array.isArray(rows) ? rows : []).map(stepOf)
    if (field(entry, 'scan') !== undefined) lines.push({ text, step: { epoch: '', seq: 0, hash: text }, short: true })
    else if (steps.length === 0) lines.push({ text, step: null, short: false })
    else if (steps.some(step => !known.has(step?.hash ?? '')))
      lines.push({ text, step: steps.at(-1) ?? null, short: true })
  }
  return lines
}

const files = async (): Promise<File[]> => {
  const found: File[] = []
  const directory = await navigator.storage.getDirectory()
  for await (const handle of directory.values())
    if (handle.kind === 'file' && FILE.test(handle.name)) found.push(await handle.getFile())
  return found
}

/** What cannot be read is said, as a line too; the rest comes all the same. */
export const find = async (): Promise<Found> => {
  const lines: Line[] = []
  const troubles: string[] = []
  const acked: Acked = new Map()
  const trouble = (what: string, error: unknown): void => {
    troubles.push(`${what}: ${String(error)}`)
    lines.push({ text: lineOf({ trouble: what, error: String(error) }), step: null, short: true })
  }
  for (const name of await names()) {
    try {
      lines.push(...(await readDatabase(name, acked)))
    } catch (error) {
      trouble(name, error)
    }
  }
  const known = new Set(lines.flatMap(line => line.step?.hash ?? []))
  try {
    for (const file of await files()) lines.push(...(await readFile(file, acked, known)))
  } catch (error) {
    trouble('files', error)
  }
  const waits = ({ step, short }: Line): boolean =>
    short && (step === null || step.seq === 0 || step.seq > (acked.get(step.epoch) ?? 0))
  const textOf = (some: readonly Line[]): string =>
    some.length === 0 ? '' : [...some.map(line => line.text), endLine(some.length)].join('\n')
  return {
    text: textOf(lines),
    waiting: textOf(lines.filter(waits)),
    steps: lines.filter(line => line.step !== null).length,
    troubles,
  }
}
