import type { KeyOffer, Prompt } from '../../shared/process/process.ts'
import type { Band, Question } from './state.ts'

const UNDO: KeyOffer = { command: 'XCUND', word: 'key.undo' }
const BACK: KeyOffer = { command: 'XCBAK', word: 'key.back' }
const TYPE: KeyOffer = { command: 'XCKEY', word: 'key.type' }
const NO: KeyOffer = { command: 'XCNAY', word: 'key.no' }
const YES: KeyOffer = { command: 'XCYES', word: 'key.yes' }

/** The three buttons below the prompt: undo where there is something to take back, the likeliest key, then the next one or Type. A question has two answers. */
export const barOf = (prompt: Prompt, canUndo: boolean): readonly KeyOffer[] => {
  if (prompt.confirm !== null) return [NO, YES]
  // Inside a half done step the way back is out of it; the step before is taken back from where it ended.
  const left = canUndo && !prompt.keys.some(key => key.command === BACK.command) ? UNDO : BACK
  const keys = prompt.keys.filter(key => ![UNDO.command, BACK.command, TYPE.command].includes(key.command))
  return [left, keys[0] ?? { command: 'XCLKP', word: 'key.lookup' }, keys.length > 1 ? (keys[1] ?? TYPE) : TYPE]
}

export const QUESTION_BAR: readonly KeyOffer[] = [NO, YES]

/** Under Home: the next work, or whom to ask about a code that nobody knows. */
export const homeBar = (band: Pick<Band, 'event'> | null): readonly KeyOffer[] => [
  band?.event === 'unknown' ? { command: 'XCPRB', word: 'key.problem' } : { command: 'XCNXT', word: 'key.next' },
  { command: 'XCLKP', word: 'key.lookup' },
  TYPE,
]

/** Whose goods they are is answered by a tile, or not at all. */
export const barFor = (question: Question | null, prompt: Prompt, canUndo: boolean): readonly KeyOffer[] => {
  if (question === null) return barOf(prompt, canUndo)
  return question.kind === 'whose' ? [NO] : QUESTION_BAR
}
