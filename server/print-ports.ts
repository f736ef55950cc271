import type { PrintBody, Printer, PrintJob, PrintState } from '../shared/desk/print.ts'
import type { DeviceId, DocumentId, LocationId, PrinterId, PrintJobId, WarehouseId, WorkerId } from '../shared/ids.ts'

export type NewJob = { id: PrintJobId; printer: PrinterId; body: PrintBody; copies: number }
/** A job that is being sent; `token` is the lease that everything after names. */
export type ClaimedJob = {
  id: PrintJobId
  printer: Printer
  body: PrintBody | null
  copies: number
  attempts: number
}

/** Label printers and their queue: one job a label, in the order of asking for each printer. */
export interface PrintStore {
  printers(warehouse: WarehouseId): Promise<readonly Printer[]>
  /** On the version that was seen (0 = a new one); null = it is another one by now, or the name of another warehouse. */
  putPrinter(
    at: { warehouse: WarehouseId; worker: WorkerId; now: string },
    printer: Omit<Printer, 'version'>,
    expectedVersion: number,
  ): Promise<Printer | null>
  /** Jobs that are there already (the same id) stay as they are. `full`: more would wait than `most`, nothing was added. */
  add(
    at: { warehouse: WarehouseId; worker: WorkerId; device: DeviceId | null; now: string; most: number },
    jobs: readonly NewJob[],
  ): Promise<'added' | 'full'>
  /** Newest first. */
  jobs(
    warehouse: WarehouseId,
    wanted: { state: PrintState | null; printer: PrinterId | null; before: number | null; limit: number },
  ): Promise<readonly PrintJob[]>
  /**
   * Prints it once more: what never reached the printer goes back into the queue, what did or may have becomes a new job,
   * `as`, that names the first one and counts. The same `as` again gives the same answer.
   */
  again(
    at: { warehouse: WarehouseId; worker: WorkerId; device: DeviceId | null; now: string },
    job: PrintJobId,
    as: PrintJobId,
  ): Promise<{ kind: 'done'; job: PrintJob } | { kind: 'none' } | { kind: 'running' } | { kind: 'secret' }>
  /**
   * The oldest job of each printer, if it is due and nothing is being sent there. Leases that ran out end first: back to
   * `waiting` where no byte had gone out, else `unknown`.
   */
  claim(at: { now: string; token: string; leaseUntil: string; limit: number }): Promise<readonly ClaimedJob[]>
  /** Bytes go out from now on; false = the lease is another's, send nothing. */
  touch(job: PrintJobId, token: string): Promise<boolean>
  /** Writes back only while `token` holds the lease. What opens a door is not kept once it is printed. */
  finish(
    job: PrintJobId,
    token: string,
    to: { state: Exclude<PrintState, 'sending'>; words: string | null; now: string; nextAt: string },
  ): Promise<boolean>
}

/** A carrier's label whose box is closed, and that is no job yet in this version, or was asked for again. */
export type DueLabel = {
  warehouse: WarehouseId
  connector: string
  remote: string
  /** Names the version of the label and the how-manieth time; written back with it. */
  version: string
  format: 'pdf' | 'zpl'
  /** Base64. */
  content: string
  tracking: string | null
  carton: { id: LocationId; code: string; station: LocationId | null; tracking: string | null }
}

/** Labels that the ERP has got from carriers, and the boxes that they are for. */
export interface CarrierLabelStore {
  due(limit: number): Promise<readonly DueLabel[]>
  printed(label: Pick<DueLabel, 'connector' | 'remote' | 'version'>): Promise<void>
  /** The box has this tracking number where it had none; true where that changed something. */
  track(at: { warehouse: WarehouseId; now: string; carton: LocationId; tracking: string }): Promise<boolean>
  /** Of one order, the newest first. */
  of(
    warehouse: WarehouseId,
    document: DocumentId,
  ): Promise<readonly Pick<DueLabel, 'remote' | 'format' | 'content' | 'tracking'>[]>
}
