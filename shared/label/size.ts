/** Where one label stands: a roll, one of 2 × 7 on a sheet of A4, a card of the size of a bank card. Millimetres. */
export type Frame = {
  width: number
  height: number
  margin: number
  /** Heights of the letters of name, details and of what stands under the code. */
  title: number
  detail: number
  human: number
  /** Height of a linear code. */
  bars: number
}

export const FRAMES = {
  '50x30': { width: 50, height: 30, margin: 2, title: 4.2, detail: 3, human: 3, bars: 10 },
  '100x150': { width: 100, height: 150, margin: 4, title: 11, detail: 6, human: 6, bars: 38 },
  'a4-2x7': { width: 99.1, height: 38.1, margin: 3.5, title: 6, detail: 4, human: 3.8, bars: 13 },
  card: { width: 85.6, height: 54, margin: 4, title: 8, detail: 4.5, human: 4, bars: 16 },
} as const satisfies Record<string, Frame>
export type LabelSize = keyof typeof FRAMES
export const LABEL_SIZES = Object.keys(FRAMES) as LabelSize[]

/** How finely label printers draw. */
export const DPIS = [203, 300] as const
export type Dpi = (typeof DPIS)[number]

/** What label printers have loaded. */
export const ROLL_SIZES = ['50x30', '100x150'] as const
export type RollSize = (typeof ROLL_SIZES)[number]

export const A4 = { width: 210, height: 297 } as const
/** Where slips and sheets stand: pages of A4, slips on the label of a parcel, too. */
export const PAGE_SIZES = ['a4', '100x150'] as const
export type PageSize = (typeof PAGE_SIZES)[number]
