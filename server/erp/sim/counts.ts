import type { SimBooks } from './books.ts'
import type { Profile } from './profile.ts'
import { SimQuestion, SimRefusal } from './refusal.ts'

type Place = { item: string; place: string; lot: string }
export type SimCount = Place & { id: string; counted: number; expected: number; applied: boolean }

/** The ERP's own counts, for whoever would use them: a difference that was sent as a document is not undone by them. */
export const makeCounts = (profile: Profile, { onHand, setLevel }: SimBooks) => {
  const counts = new Map<string, SimCount>()
  const known = (id: string): SimCount => {
    const found = counts.get(id)
    if (found === undefined || profile.counts === 'none') throw new SimRefusal(404, `no count ${id}`)
    return found
  }
  return {
    count: (at: Place, counted: number): SimCount => {
      if (profile.counts === 'none') throw new SimRefusal(404, 'no counts here')
      const id = `count,${counts.size + 1}`
      const made = { ...at, id, counted, expected: onHand(at.item, at.place, at.lot), applied: false }
      counts.set(id, made)
      return made
    },
    applyCount: (id: string): SimCount => {
      const found = known(id)
      const now = onHand(found.item, found.place, found.lot)
      if (profile.counts === 'frozen') {
        // Against what was expected when it was opened, whatever has moved since; once.
        if (!found.applied) setLevel(found, now + found.counted - found.expected, null)
      } else {
        if (!found.applied && now !== found.expected) throw new SimQuestion('is_outdated', 'The figure has changed.')
        // What was counted is forgotten with the first time: the second counts nothing.
        setLevel(found, found.applied ? 0 : found.counted, null)
      }
      const applied = { ...found, applied: true }
      counts.set(id, applied)
      return applied
    },
  }
}
