import { toSVG } from 'bwip-js/node'

export const KINDS = ['code128', 'ean13', 'qrcode'] as const
export type BarcodeKind = (typeof KINDS)[number]

/** Texts of the demo page are short; a longer one would only cost time to draw. */
export const MAX_TEXT = 120
const PRINTABLE = /^[\x20-\x7e]+$/

/** Linear codes that shops print are EAN-13; everything else of ours is Code 128. */
export const kindOf = (text: string): BarcodeKind => (isEan13(text) ? 'ean13' : 'code128')

const isEan13 = (text: string): boolean =>
  /^\d{13}$/.test(text) &&
  Array.from(text).reduce((sum, digit, i) => sum + Number(digit) * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0

/** An SVG picture of the code with a quiet zone, or null when the text cannot stand in this kind. */
export const barcodeSvg = (kind: BarcodeKind, text: string): string | null => {
  if (text.length > MAX_TEXT || !PRINTABLE.test(text) || (kind === 'ean13' && !isEan13(text))) return null
  return toSVG({
    bcid: kind,
    text,
    scale: 2,
    ...(kind === 'qrcode' ? {} : { height: 14 }),
    paddingwidth: 10,
    paddingheight: 4,
    backgroundcolor: 'FFFFFF',
  })
}
