import type { Call, LogRequest } from '../../shared/sync/calls.ts'
import type { Timer } from '../sync/ports.ts'
import { PAUSE_MS, TICK_MS } from './call-bell.ts'
import type { Calls } from './calls.ts'

export type DutiesOf = {
  calls: Calls
  timer: Timer
  /** Since the last scan, key or touch of the work. */
  idleMs: () => number
  /** When whoever is logged in came; null = nobody is. */
  since: () => string | null
  logOut: () => Promise<void>
  /** False = nobody could be told; asked again with the next sign of a network. */
  sendLog: (call: LogRequest['call']) => Promise<boolean>
  /** The desk has logged somebody out with this call. */
  onOut: (call: Call) => void
}

/**
 * What the desk wants of the handheld itself: no person answers it. Somebody is logged out at a pause, never between two
 * scans; whoever came after the call is not meant by it.
 */
export const makeDuties = ({ calls, timer, idleMs, since, logOut, sendLog, onOut }: DutiesOf) => {
  let cancel: (() => void) | null = null
  let isOver = false
  const busy = new Set<Call['id']>()
  const alone = (id: Call['id'], run: () => Promise<boolean>): void => {
    if (busy.has(id)) return
    busy.add(id)
    const end = (isDone: boolean): void => {
      busy.delete(id)
      if (isDone && !isOver) calls.answer([id])
    }
    run().then(end, () => end(false))
  }
  const out = (call: Call): void => {
    const came = since()
    if (came === null || came > call.at) return calls.answer([call.id])
    if (idleMs() < PAUSE_MS) return
    alone(call.id, async () => {
      await logOut()
      if (since() !== null) return false
      onOut(call)
      return true
    })
  }
  const look = (): void => {
    cancel?.()
    cancel = null
    for (const call of calls.waiting()) {
      if (call.kind === 'out') out(call)
      if (call.kind === 'logs') alone(call.id, () => sendLog(call.id))
    }
    // Only a pause is waited for by the clock.
    if (!isOver && calls.waiting().some(({ kind }) => kind === 'out')) cancel = timer.after(TICK_MS, look)
  }
  const unsubscribe = calls.subscribe(look)
  look()
  return {
    /** The network may be back. */
    wake: look,
    stop: () => {
      isOver = true
      unsubscribe()
      cancel?.()
    },
  }
}
