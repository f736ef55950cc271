import { writeDigitalLink } from '../scan/digital-link.ts'
import { writeElements } from '../scan/gs1.ts'
import type { Element } from '../scan/gs1.ts'
import type { Code } from './drawing.ts'
import { gs1Parts, modulesOf, partsOf } from './code128.ts'
import type { Part } from './code128.ts'

/** Millimetres: two dots of a printer with 203 dpi (0.25), three of one with 300 (0.254). Below it handhelds read badly. */
export const LEAST_MODULE = 0.255
/** Wider bars are read no better and only cost room. */
export const MOST_MODULE = 0.5

export const linearParts = (code: Exclude<Code, { symbology: 'qr' }>): Part[] =>
  code.symbology === 'gs1' ? gs1Parts(code.elements) : partsOf(code.text)

/** Millimetres that it takes at least, quiet zones included. */
export const leastWidth = (code: Exclude<Code, { symbology: 'qr' }>): number =>
  modulesOf(linearParts(code)) * LEAST_MODULE

/** Bytes that a QR code of version 1, 2, … holds at level M (ISO/IEC 18004, table 7). */
const QR_BYTES = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412] as const
export const QR_QUIET = 4
export const MAX_QR_BYTES = QR_BYTES[QR_BYTES.length - 1] ?? 0

const bytesIn = (text: string): number =>
  [...text].reduce((sum, character) => {
    const point = character.codePointAt(0) ?? 0
    return sum + (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
  }, 0)

/** Modules of one side with quiet zones; what is digits or capitals only may turn out smaller. */
export const qrModules = (text: string): number => {
  const version = QR_BYTES.findIndex(bytes => bytes >= bytesIn(text))
  if (version < 0) throw new RangeError('too much for a QR code')
  return 21 + 4 * version + 2 * QR_QUIET
}

/** The code as it is where it fits, else the same meaning as a QR code: elements become a GS1 Digital Link. */
export const fitCode = (code: Code, width: number): Code => {
  if (code.symbology === 'qr' || leastWidth(code) <= width) return code
  if (code.symbology === 'code128') return { symbology: 'qr', text: code.text }
  const link = writeDigitalLink(code.elements, 'https://id.gs1.org')
  if (link === null) throw new RangeError('no room for this code')
  return { symbology: 'qr', text: link }
}

/** What stands under a code for people: brackets around what a label's readers know by number. */
export const codeText = (code: Code): string =>
  code.symbology === 'gs1' ? code.elements.map(({ ai, value }) => `(${ai})${value}`).join('') : code.text

/** What a GS1 symbol holds, with GS for each FNC1, the first one too. */
export const gs1Text = (elements: readonly Element[]): string => writeElements(elements).replaceAll('^', '\u001d')
