import type { View } from '../ledger/world.ts'
import type { Command, CommandOf } from '../sync/command.ts'
import { unknownMove } from './move-decide.ts'
import { isMobile } from './pick-lines.ts'

export const unknownPick = (view: View, command: Command): 'target' | 'other' | null => {
  switch (command.type) {
    case 'pick':
      return isWork(view, command) && view.location(command.to.location) !== undefined ? null : 'target'
    case 'short':
      return isWork(view, command) ? null : 'other'
    case 'tote.bind': {
      const isTote = command.tote === null || isMobile(view, command.tote)
      return isTote && view.task(command.task)?.document === command.document ? null : 'other'
    }
    case 'count.request': {
      const isItem = command.only === null || view.item(command.only)?.client === command.client
      return isItem && view.location(command.place) !== undefined ? null : 'other'
    }
    case 'lpn.move':
    case 'park':
      return unknownMove(view, command)
    default:
      return null
  }
}

/** Task, document and line belong together, and the line wants this item of this client. */
const isWork = (view: View, c: CommandOf<'pick' | 'short'>): boolean => {
  const line = c.line === null ? undefined : view.line(c.line)
  return (
    c.document !== null &&
    c.task !== null &&
    view.document(c.document) !== undefined &&
    view.task(c.task)?.document === c.document &&
    line?.document === c.document &&
    line.item === c.item &&
    line.client === c.client
  )
}
