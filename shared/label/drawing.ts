import type { Element } from '../scan/gs1.ts'

/** What a code says: plain text in Code 128, elements in GS1-128, or a QR code where neither fits or a camera reads it. */
export type Code =
  | { symbology: 'code128'; text: string }
  | { symbology: 'gs1'; elements: readonly Element[] }
  | { symbology: 'qr'; text: string }

/** All measures in millimetres, from the left upper corner. */
export type Mark =
  /** One line; `size` is the height of its letters with room above and below. */
  | { is: 'text'; x: number; y: number; size: number; bold: boolean; text: string }
  /** Quiet zones lie inside of the area. */
  | { is: 'code'; x: number; y: number; width: number; height: number; code: Code }
  /** A filled rectangle. */
  | { is: 'bar'; x: number; y: number; width: number; height: number }

/** One label or one page. The writers (ZPL, PDF) know marks only, never what a label is about. */
export type Drawing = { width: number; height: number; marks: readonly Mark[] }
