/** A queue that goes to the rescue door in parts: lines of JSON, cut between lines, put together there again. */

/** Well below what the door takes, so that a slow network gets one through. */
export const RESCUE_PART_BYTES = 1024 * 1024
export const MAX_RESCUE_PARTS = 64

/** The last line says how many are before it: a queue that was cut off is not taken for a whole one. */
export const endLine = (lines: number): string => JSON.stringify({ end: lines })

/** UTF-8 has at most three bytes for each unit of a string. */
const roughBytes = (text: string): number => text.length * 3

/** Joined by line feeds they are the text again. One line that is longer than a part is a part by itself. */
export const partsOf = (text: string, size = RESCUE_PART_BYTES): readonly string[] => {
  const parts: string[] = []
  let lines: string[] = []
  let bytes = 0
  for (const line of text.split('\n')) {
    const more = roughBytes(line) + 1
    if (lines.length > 0 && bytes + more > size) {
      parts.push(lines.join('\n'))
      lines = []
      bytes = 0
    }
    lines.push(line)
    bytes += more
  }
  return [...parts, lines.join('\n')]
}
