import type { Act } from './act.ts'
import type { Draft } from './command.ts'

/** Kinds of commands that no undo can take back. The compiler holds both lists together. */
const FINAL: Record<Exclude<Draft['type'], Act['type']>, true> = {
  close: true,
  ship: true,
  'carton.print': true,
  note: true,
  undo: true,
}

export const isUndoable = (draft: Draft): draft is Draft & Act => !(draft.type in FINAL)
