import type { Mark } from './drawing.ts'
import { fitSize } from './text-width.ts'

/** From one line to the next, in sizes of the letters. */
export const LEADING = 1.15
/** Millimetres. Below it nobody reads a code at arm's length, so that it is broken instead. */
const LEAST_LETTERS = 2

export const textMark = (x: number, y: number, size: number, bold: boolean, words: string): Mark => ({
  is: 'text',
  x,
  y,
  size,
  bold,
  text: words,
})

/** A code that must not be cut: letters shrink, and below the least size it goes on in the next line. */
export const wholeText = (
  words: string,
  { x, y, width }: { x: number; y: number; width: number },
  most: number,
  bold: boolean,
  least = LEAST_LETTERS,
): { marks: Mark[]; end: number } => {
  const size = fitSize(words, width, most, least)
  const lines: string[] = ['']
  for (const character of words) {
    const longer = `${lines.at(-1) ?? ''}${character}`
    if (lines.at(-1) !== '' && fitSize(longer, width, size, 0) < size) lines.push(character)
    else lines[lines.length - 1] = longer
  }
  return {
    marks: lines.map((line, i) => textMark(x, y + i * size * LEADING, size, bold, line)),
    end: y + lines.length * size * LEADING,
  }
}
