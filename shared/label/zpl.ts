import { LEAST_MODULE, linearParts, MOST_MODULE, QR_QUIET, qrModules } from './code.ts'
import { modulesOf, QUIET_MODULES, startOf } from './code128.ts'
import type { Part } from './code128.ts'
import type { Drawing, Mark } from './drawing.ts'
import type { Dpi } from './size.ts'

/** Printers are made in dots to the millimetre: "203 dpi" are 8, "300 dpi" 11.8. */
const DOTS_PER_MM: Readonly<Record<Dpi, number>> = { 203: 8, 300: 11.8 }

/** Text of a field under ^FH: the two command characters and the escape itself as hex, everything else as UTF-8 (^CI28). */
export const fieldText = (text: string): string =>
  text.replaceAll(/[\^~_]/g, c => `_${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** Characters that a ^BC field names by invocation codes. */
const INVOKED: Readonly<Record<string, string>> = { '>': '>0', '^': '><', '~': '>=' }
const CHANGE = { B: '>6', C: '>5' } as const
const START = { B: '>:', C: '>;' } as const

/** Data of ^BC in mode N, where we choose the sets: every printer then prints the same bars, and FNC1 is in our hand. */
export const barField = (parts: readonly Part[]): string => {
  let set = startOf(parts)
  let field: string = START[set]
  for (const part of parts) {
    if (part === 'FNC1') field += '>8'
    else {
      if (part.set !== set) field += CHANGE[part.set]
      set = part.set
      field += part.text.replaceAll(/[>^~]/g, c => INVOKED[c] ?? c)
    }
  }
  return field
}

type Dots = (mm: number) => number

const bar = ({ x, y, width, height }: Extract<Mark, { is: 'bar' }>, dots: Dots): string => {
  // From edge to edge, so that no gap of rounding stays between two that touch.
  const [w, h] = [Math.max(1, dots(x + width) - dots(x)), Math.max(1, dots(y + height) - dots(y))]
  return `^FO${dots(x)},${dots(y)}^GB${w},${h},${Math.min(w, h)}^FS`
}

const text = (mark: Extract<Mark, { is: 'text' }>, dots: Dots): string =>
  `^FO${dots(mark.x)},${dots(mark.y)}^A0N,${dots(mark.size)}^FH^FD${fieldText(mark.text)}^FS`

const code = (mark: Extract<Mark, { is: 'code' }>, dots: Dots, perMm: number): string => {
  const { x, y, width, height } = mark
  if (mark.code.symbology === 'qr') {
    const modules = qrModules(mark.code.text)
    const most = 10 // of ^BQ
    const module = Math.max(2, Math.min(most, Math.floor((Math.min(width, height) * perMm) / modules)))
    const at = QR_QUIET * module
    return `^FO${dots(x) + at},${dots(y) + at}^BQN,2,${module}^FH^FDMA,${fieldText(mark.code.text)}^FS`
  }
  const parts = linearParts(mark.code)
  const least = Math.round(LEAST_MODULE * perMm)
  const fits = Math.floor((width * perMm) / modulesOf(parts))
  const module = Math.max(least, Math.min(Math.floor(MOST_MODULE * perMm), fits))
  return `^FO${dots(x) + QUIET_MODULES * module},${dots(y)}^BY${module}^BCN,${dots(height)},N,N,N^FD${barField(parts)}^FS`
}

/** One format: the same drawing and number of copies give the same text. Its lines are for people; printers ignore them. */
export const zplOf = (drawing: Drawing, dpi: Dpi, copies = 1): string => {
  const perMm = DOTS_PER_MM[dpi]
  const dots: Dots = mm => Math.round(mm * perMm)
  const lineOf = (mark: Mark): string => {
    switch (mark.is) {
      case 'bar':
        return bar(mark, dots)
      case 'text':
        return text(mark, dots)
      case 'code':
        return code(mark, dots, perMm)
    }
  }
  return [
    '^XA',
    '^CI28',
    `^PW${dots(drawing.width)}^LL${dots(drawing.height)}^LH0,0`,
    ...drawing.marks.map(lineOf),
    `^PQ${copies}`,
    '^XZ',
    '',
  ].join('\n')
}
