/** A camera as the browser lists it, after it was allowed. */
export type Listed = { id: string; label: string; facing: readonly string[] }

const BACK = /back|rear|environment|arka/i

/** The cameras that a worker may turn through: those that look away from the person; all where none says so. */
export const choosable = (cameras: readonly Listed[]): readonly string[] => {
  const known = cameras.filter(({ id }) => id !== '')
  const back = known.filter(({ label, facing }) => facing.includes('environment') || BACK.test(label))
  return [...new Set((back.length > 0 ? back : known).map(({ id }) => id))]
}

/** The one after the present one; the first where that is none of them. */
export const after = (cameras: readonly string[], now: string | null): string | null =>
  cameras[(cameras.indexOf(now ?? '') + 1) % cameras.length] ?? null

/** So many reads with a camera and it is the one of this handheld. */
const KEPT_AFTER = 3
const KEY = 'stockhand-camera-id'

export type Choice = {
  /** Which camera is asked for; null = whichever looks away from the person. */
  wanted(): string | null
  /** Another one, for now. */
  choose(id: string): void
  /** A code was read by this camera. */
  read(id: string | null): void
}

/** Which camera this handheld uses. One that was only tried out is forgotten with the page. */
export const openChoice = (storage: Pick<Storage, 'getItem' | 'setItem'>): Choice => {
  let wanted = storage.getItem(KEY)
  let proven = { id: wanted, reads: 0 }
  return {
    wanted: () => wanted,
    choose: id => {
      wanted = id
    },
    read: id => {
      if (id === null || id === storage.getItem(KEY)) return
      proven = { id, reads: proven.id === id ? proven.reads + 1 : 1 }
      if (proven.reads >= KEPT_AFTER) storage.setItem(KEY, id)
    },
  }
}
