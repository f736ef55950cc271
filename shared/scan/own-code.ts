import { COMMAND_CODES } from './command-code.ts'
import { readLabel } from './own-label.ts'
import type { Reading } from './scan.ts'

/** A code that says the same on every screen, with or without a log-in: a command, a badge, a set-up code. */
export const ownCode = (text: string): Reading | null => {
  if (COMMAND_CODES.has(text)) return { kind: 'command', code: text }
  const label = readLabel(text)
  if (label?.prefix === 'XB') return { kind: 'badge', text }
  if (label?.prefix === 'XE') return { kind: 'enrolment', token: text }
  const link = /^https?:\/\/[^/]+\/enrol#t=([A-Za-z0-9_-]{4,80})$/.exec(text)
  return link?.[1] === undefined ? null : { kind: 'enrolment', token: link[1] }
}
