import type { DocumentId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { go, stay } from './answer.ts'
import type { MessageKey } from './message.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Moment } from './process.ts'

type Gone = { document: DocumentId; key: MessageKey }

const goneOf = (document: DocumentId, view: View, { device }: Moment): Gone[] => {
  const task = view.taskOf(document, 'pick')
  if (view.document(document)?.state === 'cancelled') return [{ document, key: 'cancelled' }]
  const isOthers = task?.lease != null && task.lease.device !== device
  return isOthers ? [{ document, key: 'pick.taken' }] : []
}

/**
 * An order that was cancelled or taken over meanwhile leaves the walk; the picker is told before anything else happens.
 * With the last order the walk is over.
 */
export const leftTheWalk = (state: PickState, view: View, moment: Moment): PickNext | null => {
  const walking = state.documents.filter(id => !state.left.includes(id))
  const [first, ...more] = walking.flatMap(id => goneOf(id, view, moment))
  if (first === undefined) return null
  const gone = [first, ...more].map(({ document }) => document)
  const no = view.document(first.document)?.number ?? ''
  if (gone.length === walking.length) return { ...stay(state, 'wrong', first.key, { no }), finished: true }
  return go(
    { ...state, left: [...state.left, ...gone] },
    'warn',
    first.key === 'cancelled' ? 'order.left' : first.key,
    { no },
  )
}
