import type { ClientId, DocumentId, ItemId, LocationId, LpnId, TaskId } from '../ids.ts'

/** ISO/IEC 15424 carriers that we tell apart; null = a wedge that sends no AIM identifier. */
export type Symbology =
  | 'ean13'
  | 'ean8'
  | 'upca'
  | 'upce'
  | 'code128'
  | 'gs1-128'
  | 'code39'
  | 'itf'
  | 'qr'
  | 'gs1-qr'
  | 'datamatrix'
  | 'gs1-datamatrix'
  | 'databar'
  | 'pdf417'
  | 'aztec'

/** One read of one code, from whatever source. Camera, wedge and typing are equal citizens. */
export type Scan = {
  source: 'camera' | 'wedge' | 'typed'
  /** Exactly what arrived, AIM identifier and substitutes included; it goes into the command. At most MAX_SCAN characters. */
  raw: string
  /** AIM identifier cut off, GS mapped to \x1d, ends trimmed. */
  text: string
  /** ']C1', ']d2', ']E0' … */
  aim: string | null
  symbology: Symbology | null
  /** event.timeStamp of the last key, or of the frame that was read (ms, monotonic). */
  t0: number
  /** Camera: 1 or 2. Wedge and typed: 1. */
  equalReads: number
  /** Wedge only. */
  gapMsP95?: number
}

export const MAX_SCAN = 8192
export const GS = '\u001d'

/** What a prompt can ask for; the resolver tries them in the order given (flows: resolving a scan). */
export type CodeKind = 'document' | 'task' | 'location' | 'lpn' | 'tote' | 'carton' | 'cart' | 'serial' | 'lot' | 'item'

/** What the local catalogue knows about one code. The same code may have several hits. */
export type CodeHit =
  | { kind: 'item'; client: ClientId; item: ItemId; packaging: string | null; quantity: number }
  | { kind: 'location' | 'tote' | 'carton' | 'cart'; location: LocationId }
  | { kind: 'lpn'; lpn: LpnId; client: ClientId }
  | { kind: 'document'; document: DocumentId; client: ClientId }
  | { kind: 'task'; task: TaskId; client: ClientId }

/**
 * Synchronous look-up by `codeKey` (shared/scan/code-key.ts). The caller fetches the keys of `keysOf(scan)` first, so that
 * the resolver itself never waits.
 */
export interface CodeLookup {
  find(key: string): readonly CodeHit[]
}

/** What a GS1 label says besides the thing it names. Quantities are whole base units. */
export type ScanFields = {
  lot?: string
  serial?: string
  /** ISO date; (17), or (15) where there is no (17). */
  expiry?: string
  bestBefore?: string
  produced?: string
  /** AI (30) or (37): how many of the packaging. */
  count?: number
  /** Net measure in grams, millilitres or millimetres, where the label has one and it loses no digits. */
  measure?: { value: number; unit: 'g' | 'ml' | 'mm' }
  sscc?: string
}

/** One meaning of a scan. */
export type Reading =
  | CodeHit
  | { kind: 'command'; code: string }
  | { kind: 'badge'; text: string }
  | { kind: 'enrolment'; token: string }

export type ScanProblem =
  /** A GS1 label that needs a separator came without one, from a scanner that has never sent one. */
  | 'separatorLost'
  /** The same field twice with different values. */
  | 'contradiction'
  /** A check digit does not hold: never a near match. */
  | 'checkDigit'
  /** Longer than MAX_SCAN, control characters inside, or a label whose count is cut off. */
  | 'unreadable'

export type Resolved = {
  scan: Scan
  /** Candidates of equal rank. One = clear, several = ask for a more precise code, none = unknown. */
  readings: readonly Reading[]
  /** False: the code is known, but not of a kind that the prompt asks for. */
  wanted: boolean
  fields: ScanFields
  /** Bad elements, unknown AIs and broken relations of the label, for the supplier report. */
  notes: readonly string[]
  problem: ScanProblem | null
}
