import { useState } from 'react'

/** The rows with the one at the cursor turned over, or with both it and the next one in it. */
export const turned = (selected: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(selected)
  if (!next.delete(id)) next.add(id)
  return next
}

type Row = { id: string }
type Cursor = { at: number; step: (by: number) => void }

/** Rows that somebody has picked out; those that have gone since are forgotten. */
export const useSelection = <R extends Row>(rows: readonly R[], { at, step }: Cursor) => {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const chosen = rows.filter(row => picked.has(row.id))
  const selected: ReadonlySet<string> = new Set(chosen.map(row => row.id))
  const extend = (by: number) => (): void => {
    const ids = [rows[at]?.id, rows[at + by]?.id].filter(id => id !== undefined)
    setPicked(new Set([...selected, ...ids]))
    step(by)
  }
  return {
    selected,
    chosen,
    keys: {
      turn: (): void => {
        const id = rows[at]?.id
        if (id !== undefined) setPicked(turned(selected, id))
      },
      down: extend(1),
      up: extend(-1),
      clear: (): void => setPicked(new Set()),
    },
  }
}
