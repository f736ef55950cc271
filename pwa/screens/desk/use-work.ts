import { useState } from 'react'
import { workDoneSchema } from '../../../shared/desk/work.ts'
import type { WorkAct } from '../../../shared/desk/work.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { v7 } from './id.ts'

const WHY: Readonly<Record<string, DeskKey>> = {
  nobody: 'w.why.nobody',
  role: 'w.why.role',
  held: 'w.why.held',
  gone: 'w.why.gone',
}

/** What is decided, without what every decision has. */
type Asked<A> = A extends unknown ? Omit<A, 'id' | 'sure'> : never
export type WorkAsked = Asked<WorkAct>

/** Decides of an order, a delivery or somebody's work; where steps may be missing it is asked for twice. */
export const useWork = (onChanged: () => void) => {
  const { api, speaker, tell, changed } = useDesk()
  const [asked, setAsked] = useState('')
  return (act: WorkAsked): void => {
    const name = JSON.stringify(act)
    api.post('/api/desk/work', { ...act, id: v7(), sure: asked === name }, workDoneSchema).then(
      ({ outcome, code = '' }) => {
        setAsked(code === 'unsent' ? name : '')
        tell(speaker.say(outcome === 'done' ? 'w.done' : code === 'unsent' ? 'w.sure' : (WHY[code] ?? 'w.why.stale')))
        if (code === 'unsent') return
        onChanged()
        changed()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
}
