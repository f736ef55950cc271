import type { Draft } from '../sync/command.ts'
import { go, stay } from './answer.ts'
import { photosIn, withPhoto } from './photo.ts'
import type { Parked, ReceiveNext, ReceiveState } from './receive-state.ts'

/** An unknown code as it was read, with the photos that were taken of it so far. */
export const unmatched = ({ client, document, dock }: ReceiveState, { scan, photos }: Parked): Draft => ({
  type: 'unmatched',
  process: 'receive',
  client,
  document,
  place: dock,
  scan,
  ...photosIn(photos),
})

/**
 * A photo belongs to the code that was kept last, which is told again with it, else to the goods that are booked next: a
 * damaged box is photographed, then scanned.
 */
export const stepPhoto = (state: ReceiveState, sha: string): ReceiveNext => {
  const { parked } = state
  const photos = withPhoto(parked?.photos ?? state.photos, sha)
  if (photos === null || state.at === 'document') return stay(state, 'wrong', 'no.key')
  const values = { n: photos.length }
  if (parked === null) return go({ ...state, photos }, 'ok', 'photo.kept', values)
  const told = { scan: parked.scan, photos }
  return go({ ...state, parked: told }, 'ok', 'photo.kept', values, [unmatched(state, told)])
}
