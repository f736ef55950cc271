import { fieldsOf, META } from './fake-meta.ts'

export type Row = Record<string, unknown> & { name: string; docstatus: number; modified: string; creation: string }
export type Values = Readonly<Record<string, unknown>>

/** What Frappe throws: the name of the exception comes as `exc_type`, its status with it. */
export class Thrown extends Error {
  readonly type: string
  readonly status: number
  constructor(type: string, words: string, status = STATUS[type] ?? 417) {
    super(words)
    this.type = type
    this.status = status
  }
}
const STATUS: Readonly<Record<string, number>> = {
  AuthenticationError: 401,
  PermissionError: 403,
  DoesNotExistError: 404,
  DuplicateEntryError: 409,
  QueryDeadlockError: 500,
}

const STANDARD = ['name', 'modified', 'creation', 'docstatus', 'owner']
const CHILD = [...STANDARD, 'parent', 'parenttype', 'parentfield', 'idx']
export type Query = {
  fields?: readonly string[]
  filters?: readonly (readonly [string, string, unknown])[]
  order_by?: string
  limit_start?: number
  limit_page_length?: number
  parent?: string
}

/** Tables of documents, with Frappe's rules: names, links, unique keys, wall-clock times of the site to the microsecond. */
export const makeDb = (deps: { nowMs: () => number; version: number; offsetMs: number }) => {
  const tables = new Map<string, Map<string, Row>>()
  const series = new Map<string, number>()
  let last = 0
  const now = (): string => {
    last = Math.max(deps.nowMs() * 1000, last + 1)
    const wall = new Date(Math.floor(last / 1000) + deps.offsetMs).toISOString().slice(0, 19).replace('T', ' ')
    return `${wall}.${String(last % 1_000_000).padStart(6, '0')}`
  }
  const count = (name: string): number => {
    const n = (series.get(name) ?? 0) + 1
    series.set(name, n)
    return n
  }
  const hash = (): string => `${((count('hash') * 2654435761) % 4294967296).toString(36)}${count('tail')}`
  const table = (doctype: string): Map<string, Row> => {
    if (META[doctype] === undefined) throw new Thrown('DoesNotExistError', `DocType ${doctype} not found`)
    const known = tables.get(doctype) ?? new Map<string, Row>()
    tables.set(doctype, known)
    return known
  }
  const get = (doctype: string, name: string): Row => {
    const row = table(doctype).get(name)
    if (row === undefined) throw new Thrown('DoesNotExistError', `${doctype} ${name} not found`)
    return row
  }
  const check = (doctype: string, values: Values): void => {
    const { links = {}, mandatory = [] } = META[doctype] ?? {}
    const missing = mandatory.find(field => (values[field] ?? '') === '')
    if (missing !== undefined) throw new Thrown('MandatoryError', `[${doctype}]: ${missing}`)
    for (const [field, target] of Object.entries(links)) {
      const name = values[field]
      if (typeof name === 'string' && name !== '' && !table(target).has(name))
        throw new Thrown('LinkValidationError', `Could not find ${field}: ${name}`)
    }
  }
  const nameFor = (doctype: string, values: Values): string => {
    const naming = META[doctype]?.naming ?? 'hash'
    if (naming === 'hash') return hash()
    if (!naming.startsWith('field:')) return `${naming}${String(count(naming)).padStart(5, '0')}`
    return String(values[naming.slice('field:'.length)])
  }
  /** Only fields that the doctype has are kept; what a caller sends besides is dropped without a word. */
  const kept = (doctype: string, values: Values): Record<string, unknown> =>
    Object.fromEntries(fieldsOf(doctype, deps.version).map(field => [field, values[field] ?? null]))
  const children = (parent: Row, doctype: string, values: Values): void => {
    for (const [field, child] of Object.entries(META[doctype]?.tables ?? {})) {
      const given = values[field]
      if (!Array.isArray(given)) continue
      parent[field] = given.map((row: Values, n): Row => {
        check(child, row)
        const at = { parent: parent.name, parenttype: doctype, parentfield: field, idx: n + 1, docstatus: 0 }
        const own = typeof row['name'] === 'string' ? row['name'] : hash()
        return { ...kept(child, row), ...at, name: own, creation: parent.modified, modified: parent.modified }
      })
    }
  }
  const unique = (doctype: string, values: Values, except: string): void => {
    const key = values['custom_stockhand_key']
    if (typeof key !== 'string' || key === '') return
    for (const row of table(doctype).values())
      if (row['custom_stockhand_key'] === key && row.name !== except)
        throw new Thrown('UniqueValidationError', `${doctype} with this custom_stockhand_key exists: ${row.name}`)
  }
  const rowsOf = (doctype: string): Row[] => {
    const above = META[doctype]?.of
    if (above === undefined) return [...table(doctype).values()]
    const field = Object.entries(META[above]?.tables ?? {}).find(([, child]) => child === doctype)?.[0] ?? ''
    return [...table(above).values()].flatMap(parent =>
      ((parent[field] ?? []) as Row[]).map(row => ({ ...row, docstatus: parent.docstatus })),
    )
  }
  return {
    now,
    get,
    rowsOf,
    has: (doctype: string, name: string): boolean => table(doctype).has(name),
    insert: (doctype: string, values: Values): Row => {
      check(doctype, values)
      const name = nameFor(doctype, values)
      unique(doctype, values, '')
      if (table(doctype).has(name)) throw new Thrown('DuplicateEntryError', `${doctype} ${name} already exists`)
      const at = now()
      const row: Row = { ...kept(doctype, values), name, docstatus: 0, creation: at, modified: at, owner: 'bot' }
      children(row, doctype, values)
      table(doctype).set(name, row)
      return row
    },
    save: (doctype: string, name: string, values: Values): Row => {
      const row = get(doctype, name)
      const changed = Object.fromEntries(
        Object.entries(values).filter(([field]) => fieldsOf(doctype, deps.version).includes(field)),
      )
      const next = { ...row, ...changed, modified: now() }
      check(doctype, next)
      unique(doctype, next, name)
      children(next, doctype, values)
      table(doctype).set(name, next)
      return next
    },
    remove: (doctype: string, name: string): void => void table(doctype).delete(name),
    /** ERPNext gives its ledger numbers by night; nothing else of a row changes. */
    rename: (doctype: string, to: (row: Row) => string): void => {
      const rows = [...table(doctype).values()].map(row => ({ ...row, name: to(row) }))
      tables.set(doctype, new Map(rows.map(row => [row.name, row])))
    },
    list: (doctype: string, query: Query): Values[] => {
      const { of } = META[doctype] ?? {}
      if (of !== undefined && query.parent !== of) throw new Thrown('PermissionError', `no permission for ${doctype}`)
      const fields = query.fields ?? ['name']
      const there = new Set([...(of === undefined ? STANDARD : CHILD), ...fieldsOf(doctype, deps.version)])
      const strange = [...fields, ...(query.filters ?? []).map(([field]) => field)].find(field => !there.has(field))
      if (strange !== undefined) throw new Thrown('DataError', `Field not permitted in query: ${strange}`)
      const found = rowsOf(doctype).filter(row => (query.filters ?? []).every(filter => fits(row, filter)))
      return sorted(found, query.order_by ?? 'modified desc')
        .slice(query.limit_start ?? 0, (query.limit_start ?? 0) + (query.limit_page_length ?? 20))
        .map(row => Object.fromEntries(fields.map(field => [field, row[field] ?? null])))
    },
  }
}
export type Db = ReturnType<typeof makeDb>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
/** MariaDB compares texts without regard to their case. */
const folded = (value: unknown): string | number => (typeof value === 'number' ? value : textOf(value).toLowerCase())
const compared = (a: unknown, b: unknown): number => {
  const [one, two] = typeof a === 'number' || typeof b === 'number' ? [Number(a), Number(b)] : [folded(a), folded(b)]
  return one < two ? -1 : one > two ? 1 : 0
}
const fits = (row: Row, [field, operator, wanted]: readonly [string, string, unknown]): boolean => {
  const value = row[field] ?? (typeof wanted === 'number' ? 0 : '')
  const among = (): boolean => (wanted as unknown[]).some(one => compared(value, one) === 0)
  switch (operator) {
    case '=':
      return compared(value, wanted) === 0
    case '!=':
      return compared(value, wanted) !== 0
    case 'in':
      return among()
    case 'not in':
      return !among()
    case '>':
      return compared(value, wanted) > 0
    case '>=':
      return compared(value, wanted) >= 0
    default:
      throw new Thrown('DataError', `no operator ${operator}`)
  }
}
const sorted = (rows: readonly Row[], by: string): Row[] => {
  const keys = by.split(',').map(part => part.trim().split(' '))
  return [...rows].sort((a, b) => {
    for (const [field = '', way] of keys) {
      const order = compared(a[field] ?? '', b[field] ?? '') * (way === 'desc' ? -1 : 1)
      if (order !== 0) return order
    }
    return 0
  })
}
