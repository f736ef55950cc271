import type { Printer } from '../../shared/desk/print.ts'
import { derivedId } from '../../shared/ids.ts'
import type { PrinterId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import { MAX_WAITING } from '../../shared/desk/print.ts'
import type { CarrierLabelStore, DueLabel, PrintStore } from '../print-ports.ts'

export type CarrierDeps = {
  labels: Pick<CarrierLabelStore, 'due' | 'printed' | 'track'>
  print: Pick<PrintStore, 'printers' | 'add'>
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

/** Labels that one round looks at; one may be a megabyte. */
const AT_ONCE = 20
/** Nobody has asked for it: it comes by itself. */
const NOBODY: WorkerId = derivedId('worker', 'carrier label')

/**
 * A closed box gets the tracking number of its carrier's label, and the label comes out at its station. One that no printer
 * takes stays due; a PDF is not for a label printer: people print it at the desk. Says whether there may be more.
 */
export const carrierRound = async ({ labels, print, now, ring }: CarrierDeps): Promise<boolean> => {
  const due = await labels.due(AT_ONCE)
  let done = 0
  for (const label of due) {
    const { warehouse, carton, tracking } = label
    const isNew = tracking !== null && carton.tracking === null
    if (isNew && (await labels.track({ warehouse, now: now(), carton: carton.id, tracking }))) ring(warehouse)
    if (label.format === 'zpl' && !(await queued({ print, now }, label))) continue
    await labels.printed(label)
    done += 1
  }
  return done > 0 && due.length === AT_ONCE
}

const queued = async (
  { print, now }: Pick<CarrierDeps, 'print' | 'now'>,
  { warehouse, connector, remote, version, content, carton }: DueLabel,
): Promise<boolean> => {
  const printer = printerFor(await print.printers(warehouse), carton.station)
  if (printer === null) return false
  const id = derivedId<'print job'>('print job', connector, remote, version)
  const at = { warehouse, worker: NOBODY, device: null, now: now(), most: MAX_WAITING }
  const body = { zpl: content, code: carton.code }
  return (await print.add(at, [{ id, printer, body, copies: 1 }])) === 'added'
}

/** That of the station, else one of large labels that belongs to no station. */
const printerFor = (printers: readonly Printer[], station: string | null): PrinterId | null => {
  const inUse = printers.filter(printer => printer.active)
  const own = inUse.find(printer => station !== null && printer.station === station)
  return (own ?? inUse.find(printer => printer.station === null && printer.size === '100x150'))?.id ?? null
}
