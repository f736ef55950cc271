import { MAX_STRANGER_STEPS } from '../../shared/desk/strangers.ts'
import type { StrangerStep } from '../../shared/desk/strangers.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { readBody } from './prepare.ts'
import type { RescuedRow } from './rescue-text.ts'

/** What was found of one handheld that is not known here. `warehouse`: where its steps say that they were done. */
export type FoundStranger = {
  device: string
  warehouse: WarehouseId | null
  steps: number
  shown: readonly StrangerStep[]
}

/** One for each handheld, and one for all steps that say none. */
export const strangersIn = (rows: readonly RescuedRow[]): readonly FoundStranger[] => {
  const found = new Map<string, RescuedRow[]>()
  for (const row of rows) {
    const same = found.get(row.device ?? '')
    if (same === undefined) found.set(row.device ?? '', [row])
    else same.push(row)
  }
  return [...found].map(([device, theirs]) => {
    // The database and the file beside it hold the same steps.
    const once = [...new Map(theirs.map(row => [`${row.epoch}/${row.sealed.seq}/${row.sealed.hash}`, row])).values()]
    const read = once.map(row => ({ ...row, command: readBody(row.sealed).command }))
    return {
      device,
      warehouse: read.find(({ command }) => command !== null)?.command?.warehouse ?? null,
      steps: once.length,
      shown: read.slice(0, MAX_STRANGER_STEPS).map(saidBy),
    }
  })
}

const saidBy = ({
  epoch,
  sealed,
  command,
}: RescuedRow & { command: ReturnType<typeof readBody>['command'] }): StrangerStep => {
  const { seq } = sealed
  if (command === null)
    return { epoch, seq, type: null, worker: null, at: null, item: null, qty: null, from: null, to: null }
  return {
    epoch,
    seq,
    type: command.type,
    worker: command.worker,
    at: command.at,
    item: 'item' in command ? command.item : null,
    qty: 'qty' in command ? command.qty : null,
    from: 'from' in command ? placeOf(command.from) : null,
    to: 'to' in command ? placeOf(command.to) : null,
  }
}

const placeOf = (address: unknown): string | null => {
  if (typeof address === 'string') return address
  const { location } = (address ?? {}) as { location?: unknown }
  return typeof location === 'string' ? location : null
}
