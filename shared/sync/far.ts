import type { Row } from './wire.ts'

/** Kinds of rows that a delivery is made of. */
const OF_DELIVERY: ReadonlySet<string> = new Set(['document', 'line', 'task'])

const documentOf = (row: Row): string | null => {
  if (row.k === 'document') return row.id
  const document = OF_DELIVERY.has(row.k) ? (row.b as { document?: string | null } | null)?.document : null
  return document ?? null
}

export const documentsIn = (rows: readonly Row[]): readonly string[] => [
  ...new Set(rows.flatMap(row => documentOf(row) ?? [])),
]

/** Deliveries that are too far ahead for a handheld are gone for it, with their lines and their task. */
export const leaveOutFar = (rows: readonly Row[], far: ReadonlySet<string>): readonly Row[] =>
  far.size === 0 ? rows : rows.map(row => (far.has(documentOf(row) ?? '') ? { ...row, b: null } : row))
