import { useState } from 'react'
import { isOwn } from '../../../shared/desk/tolerance.ts'
import type { Opposite, ShownVariance } from '../../../shared/desk/variances.ts'
import { useDesk } from './context.ts'
import { reasonFor } from './decide.ts'
import type { useDecisions } from './use-decisions.ts'

type Wanted = {
  /** The one that keys act on. */
  row: ShownVariance | undefined
  isOpen: boolean
  /** Empty = it has to be chosen. */
  reasonOf: (row: ShownVariance) => string
  act: ReturnType<typeof useDecisions>['act']
  onOpen: () => void
}

/** One key, one row: what it does, and what is said where it may not. */
export const useRowDecisions = ({ row, isOpen, reasonOf, act, onOpen }: Wanted) => {
  const { speaker, me, tell } = useDesk()
  const [asked, setAsked] = useState<string | null>(null)
  const withRow = (run: (row: ShownVariance) => void) => () => void (row !== undefined && run(row))
  /** Handhelds have not reported since the count: asked once, then it is meant. */
  const isSure = (one: ShownVariance, early: boolean): boolean => {
    if (!early || asked === one.id) return true
    setAsked(one.id)
    tell(speaker.say('a.early'))
    return false
  }
  const approve = withRow(one => {
    if (isOwn(one, me.worker)) tell(speaker.say(one.first === me.worker ? 'a.second' : 'a.own'))
    else if (reasonOf(one) === '') {
      tell(speaker.say('a.reason.choose'))
      onOpen()
    } else if (isSure(one, one.state === 'provisional')) act([one], 'count.approve', speaker.say('a.done', { n: 1 }))
  })
  const makeMove = (opposite: Opposite): void =>
    withRow(one => {
      const { id: target, version: expectedVersion } = opposite
      const early = [one, opposite].some(({ state }) => state !== 'review')
      if ([one, opposite].some(({ counters }) => counters.includes(me.worker))) tell(speaker.say('a.own'))
      else if (isSure(one, early))
        act(
          [{ ...one, early, with: { target, expectedVersion } }],
          'count.move',
          speaker.say('a.moved'),
          reasonOf(one) || reasonFor(one.delta),
        )
    })()
  /** Which of several is meant has to be seen. */
  const move = withRow(({ opposites: [opposite, ...more] }) => {
    if (opposite === undefined) return
    if (more.length > 0 && !isOpen) onOpen()
    else if (more.length === 0) makeMove(opposite)
  })
  const recount = withRow(one => act([one], 'count.recount', speaker.say('a.recounted')))
  return { approve, move, makeMove, recount }
}
