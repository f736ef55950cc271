import type { View } from '../ledger/world.ts'
import type { Command } from '../sync/command.ts'

/** A receipt without document is made by its first command; every other one must be here, and a place for the goods too. */
export const unknownReceive = (view: View, command: Command): 'target' | 'other' | null => {
  switch (command.type) {
    case 'receive':
    case 'reject': {
      const document = view.document(command.document)
      const isKnown = document === undefined ? command.type === 'receive' && command.blind : document.kind === 'receipt'
      return isKnown && (command.type === 'reject' || view.location(command.to.location) !== undefined) ? null : 'other'
    }
    case 'move':
      return view.location(command.to.location) === undefined ? 'target' : null
    case 'close':
      return command.document !== null && view.document(command.document) !== undefined ? null : 'other'
    default:
      return null
  }
}
