import barcodes from 'bwip-js/node'
import { gs1Text } from '../../shared/label/code.ts'
import type { Code } from '../../shared/label/drawing.ts'

/** Widths of bars and spaces in turn, in modules, without quiet zones; or rows of dark and light squares. */
export type Symbol =
  | { is: 'bars'; widths: readonly number[] }
  | { is: 'squares'; side: number; dark: (x: number, y: number) => boolean }

/** FNC1 as this library names it in Code 128; no element of GS1 holds a ^. */
const fnc1 = (text: string): string => text.replaceAll('\u001d', '^FNC1')

/** The same code as the label printers draw by themselves, for paper. */
export const symbolOf = (code: Code): Symbol => {
  if (code.symbology === 'qr') {
    const [found] = barcodes.raw('qrcode', code.text, 'eclevel=M')
    if (found === undefined || !('pixs' in found)) throw new Error('no QR code')
    const { pixs, pixx } = found
    return { is: 'squares', side: pixx, dark: (x, y) => pixs[y * pixx + x] === 1 }
  }
  const isGs1 = code.symbology === 'gs1'
  const text = isGs1 ? fnc1(gs1Text(code.elements)) : code.text
  const [found] = barcodes.raw({ bcid: 'code128', text, parsefnc: isGs1 })
  if (found === undefined || !('sbs' in found)) throw new Error('no bars')
  return { is: 'bars', widths: found.sbs }
}
