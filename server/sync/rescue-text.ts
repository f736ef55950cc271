import * as v from 'valibot'
import { isUuid } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { endLine } from '../../shared/sync/rescue-parts.ts'
import { sealedSchema } from '../../shared/sync/wire.ts'
import type { Sealed } from '../../shared/sync/wire.ts'

/** A step as the queue of a handheld holds it. */
const rowSchema = v.object({ ...sealedSchema.entries, epoch: v.pipe(v.string(), v.regex(/^[a-z0-9]{12}$/)) })
export type RescuedRow = { device: DeviceId | null; epoch: string; sealed: Sealed }

export type Rescued = {
  rows: readonly RescuedRow[]
  scans: number
  /** Everything that the page found could be read by it, and all of that is here. */
  isWhole: boolean
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined

const deviceIn = (body: string): DeviceId | null => {
  const device = field(parsed(body), 'device')
  return typeof device === 'string' && isUuid(device) ? (device as DeviceId) : null
}

/** Reads what the rescue page wrote: rows of databases, lines of files, and what it could not read. */
export const readRescue = (text: string): Rescued => {
  const lines = text.split('\n').filter(line => line !== '')
  const rows: RescuedRow[] = []
  let scans = 0
  let isTroubled = false
  const take = (row: unknown): void => {
    const found = v.safeParse(rowSchema, row)
    if (!found.success) return
    const { epoch, ...sealed } = found.output
    rows.push({ device: deviceIn(sealed.body), epoch, sealed })
  }
  for (const line of lines) {
    const value = parsed(line)
    if (field(value, 'trouble') !== undefined) isTroubled = true
    const written = field(value, 'line')
    const entry = typeof written === 'string' ? parsed(written) : undefined
    if (field(entry, 'scan') !== undefined) scans += 1
    const several = field(entry, 'rows')
    for (const row of Array.isArray(several) ? several : []) take(row)
    if (field(value, 'store') !== 'meta') take(field(value, 'row'))
  }
  const isWhole = !isTroubled && lines.at(-1) === endLine(lines.length - 1)
  return { rows: withDevices(rows), scans, isWhole }
}

/** What cannot be read says not whose it is; the others of its epoch do. */
const withDevices = (rows: readonly RescuedRow[]): readonly RescuedRow[] => {
  const owners = new Map(rows.flatMap(row => (row.device === null ? [] : [[row.epoch, row.device] as const])))
  return rows.map(row => ({ ...row, device: row.device ?? owners.get(row.epoch) ?? null }))
}

export const byDevice = (rows: readonly RescuedRow[]): ReadonlyMap<DeviceId, readonly RescuedRow[]> => {
  const found = new Map<DeviceId, RescuedRow[]>()
  for (const row of rows) if (row.device !== null) found.set(row.device, [...(found.get(row.device) ?? []), row])
  return found
}

/** Databases and the files beside them hold the same steps: each counts once. */
export const byEpoch = (rows: readonly RescuedRow[]): ReadonlyMap<string, readonly Sealed[]> => {
  const once = new Map(rows.map(row => [`${row.epoch}/${row.sealed.seq}/${row.sealed.hash}/${row.sealed.sig}`, row]))
  const found = new Map<string, Sealed[]>()
  for (const { epoch, sealed } of once.values()) {
    const same = found.get(epoch)
    if (same === undefined) found.set(epoch, [sealed])
    else same.push(sealed)
  }
  for (const same of found.values()) same.sort((a, b) => a.seq - b.seq)
  return found
}
