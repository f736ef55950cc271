import type { DocumentKind, DocumentState } from '../../shared/catalogue.ts'

export type DemoItem = {
  sku: string
  name: string
  client: string
  /** What stands on the goods: a GTIN where the item has one, else the SKU. Packagings have codes of their own. */
  code: string
  packagings: readonly { name: string; quantity: number; code: string }[]
  /** "lot", "serial", "expiry": what the handheld will ask for. */
  asks: readonly string[]
  /** Codes of the places where there is some, and how much. */
  places: readonly { code: string; onHand: number }[]
}

export type DemoDocument = {
  kind: DocumentKind
  number: string
  client: string
  partner: string
  state: DocumentState
  lines: readonly { item: string; sku: string; wanted: number; done: number }[]
}

/** What the demo page shows of the running warehouse. */
export type DemoView = {
  items: readonly DemoItem[]
  /** Open ones first, at most a hundred of each kind. */
  documents: readonly DemoDocument[]
  places: readonly { code: string; kind: string; zone: string | null }[]
}

export type DemoData = {
  /** Read afresh for each page view, from one snapshot. */
  read(): Promise<DemoView>
  /** The set-up code of this run; it works until the server stops. */
  enrolment(): { code: string; url: string }
}
