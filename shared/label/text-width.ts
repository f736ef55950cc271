/**
 * Widths of the characters from blank to ~ in hundredths of the letter size: DejaVu Sans Condensed, the wider of regular and
 * bold, rounded up. Font 0 of label printers is narrower, so that what fits by this table fits there.
 */
const ASCII = [
  32, 42, 47, 76, 63, 91, 79, 28, 42, 42, 48, 76, 35, 38, 35, 33, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 36, 36, 76,
  76, 76, 53, 90, 70, 69, 67, 75, 62, 62, 74, 76, 34, 34, 70, 58, 90, 76, 77, 66, 77, 70, 65, 62, 74, 70, 100, 70, 66,
  66, 42, 33, 42, 76, 45, 45, 61, 65, 54, 65, 62, 40, 65, 65, 31, 31, 60, 31, 94, 65, 62, 65, 65, 45, 54, 44, 65, 59,
  84, 59, 59, 53, 65, 33, 65, 76,
]
const OTHER = 100
const DOTLESS = 31

const widthOf = (character: string): number => {
  if (character === 'ı') return DOTLESS
  // An accent adds no width: Ş is as wide as S.
  const base = character.normalize('NFD').codePointAt(0) ?? 0
  return ASCII[base - 32] ?? OTHER
}

/** Millimetres of one line, rather too many than too few. */
export const textWidth = (text: string, size: number): number =>
  ([...text].reduce((sum, character) => sum + widthOf(character), 0) * size) / 100

const MARK = '…'

/** The longest beginning that fits, with … where something is left out. */
const cut = (text: string, width: number, size: number): string => {
  if (textWidth(text, size) <= width) return text
  const kept = [...text]
  while (kept.length > 0 && textWidth(`${kept.join('')}${MARK}`, size) > width) kept.pop()
  return `${kept.join('').trimEnd()}${MARK}`
}

/** How many of the words stand in one line, at least one. */
const fitting = (words: readonly string[], width: number, size: number): number => {
  let n = 1
  while (n < words.length && textWidth(words.slice(0, n + 1).join(' '), size) <= width) n += 1
  return n
}

/** Lines that end with words. What is too long ends with … after a whole word; only a word wider than a line is cut inside. */
export const wrapWords = (text: string, width: number, size: number, maxLines: number): string[] => {
  let words = text.split(/\s+/).filter(word => word !== '')
  const lines: string[] = []
  while (words.length > 0 && lines.length < maxLines) {
    const isLast = lines.length === maxLines - 1
    let n = fitting(words, width, size)
    if (isLast && n < words.length) {
      while (n > 1 && textWidth(`${words.slice(0, n).join(' ')}${MARK}`, size) > width) n -= 1
      lines.push(cut(`${words.slice(0, n).join(' ')}${MARK}`, width, size))
    } else lines.push(cut(words.slice(0, n).join(' '), width, size))
    words = words.slice(n)
  }
  return lines
}

/** One line, cut at a word's end. */
export const oneLine = (text: string, width: number, size: number): string => wrapWords(text, width, size, 1)[0] ?? ''

/** The largest letters in which a text that must not be cut stands in one line; below `least` it is for the caller to break it. */
export const fitSize = (text: string, width: number, most: number, least: number): number =>
  Math.max(least, Math.min(most, width / Math.max(textWidth(text, 1), 0.01)))
