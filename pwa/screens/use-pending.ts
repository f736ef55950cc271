import { useEffect, useState } from 'react'
import type { Command } from '../../shared/sync/command.ts'
import type { App } from '../app/services.ts'

/** What waits to be sent; read again when its number has changed. */
export const usePending = ({ handheld, state }: Pick<App, 'handheld' | 'state'>): readonly Command[] => {
  const [seen, setSeen] = useState<{ waiting: number; commands: readonly Command[] }>({ waiting: -1, commands: [] })
  const { waiting } = state.status
  useEffect(() => {
    let gone = false
    if (seen.waiting === waiting) return undefined
    void handheld.pending().then(commands => {
      if (!gone) setSeen({ waiting, commands })
    })
    return () => {
      gone = true
    }
  }, [handheld, waiting, seen.waiting])
  return seen.commands
}
