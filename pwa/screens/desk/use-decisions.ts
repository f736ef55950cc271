import { useState } from 'react'
import type { ShownVariance } from '../../../shared/desk/variances.ts'
import type { DecisionAnswer, DecisionKind } from '../../../shared/sync/decision.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk, whyNot } from './context.ts'
import { decide } from './decide.ts'
import type { Decided } from './decide.ts'

/** An approval posts so long after it; until then it can be taken back. */
const UNDO_S = 10

const WITH_WAY_BACK: ReadonlySet<DecisionKind> = new Set(['count.approve', 'count.move'])

const WHY: Readonly<Record<string, DeskKey>> = {
  own_count: 'a.own',
  provisional: 'a.provisional',
  second: 'a.second',
  not_opposite: 'a.stale',
  over_bulk: 'a.overBulk',
  over_limit: 'a.overLimit',
}

/** Decides, says what came of it, and keeps the way back of the last approval. */
export const useDecisions = (
  all: readonly ShownVariance[],
  reasonOf: (row: Pick<ShownVariance, 'id' | 'delta'>) => string,
  reload: () => void,
) => {
  const desk = useDesk()
  const { speaker } = desk
  const [undo, setUndo] = useState<(() => void) | null>(null)
  const refresh = (): void => {
    reload()
    desk.changed()
  }
  // Of many decisions the first ones may have been taken before the network went.
  const failed = (error: unknown): void => {
    desk.tell(whyNot(speaker, error))
    refresh()
  }
  const why = (answers: readonly DecisionAnswer[], missed: readonly DecisionAnswer[]): string => {
    const words = missed.map(({ code }) => WHY[code ?? ''] ?? 'a.stale')
    if (answers.length === 1) return speaker.say(words[0] ?? 'a.stale')
    const each = [...new Set(words)].map(key => `${words.filter(one => one === key).length} × ${speaker.say(key)}`)
    return [speaker.say('a.done', { n: answers.length - missed.length }), ...each].join(' · ')
  }
  const takeBack = (good: readonly DecisionAnswer[]): void => {
    setUndo(null)
    const rows = good.flatMap(({ id, version }) =>
      all.filter(one => one.id === id).map(one => ({ ...one, version: version ?? 0 })),
    )
    decide(desk, rows, 'count.undo', () => '').then(answers => {
      const missed = answers.filter(one => one.outcome !== 'done')
      desk.tell(missed.length === 0 ? speaker.say('a.undone') : why(answers, missed))
      refresh()
    }, failed)
  }
  const after = (answers: readonly DecisionAnswer[], kind: DecisionKind, done: string): void => {
    const good = answers.filter(one => one.outcome === 'done')
    const missed = answers.filter(one => one.outcome !== 'done')
    const back = WITH_WAY_BACK.has(kind) && good.some(one => one.state === 'approved') ? () => takeBack(good) : null
    setUndo(() => back)
    // The first of two approvals leaves the row where it is.
    const isFirst = kind === 'count.approve' && good.length === 1 && good[0]?.state !== 'approved'
    const words = missed.length > 0 ? why(answers, missed) : isFirst ? speaker.say('a.second') : done
    desk.tell(words, back === null ? undefined : { label: speaker.say('a.undo', { s: UNDO_S }), run: back })
    refresh()
  }
  return {
    undo,
    act: (rows: readonly Decided[], kind: DecisionKind, done: string, words?: string): void => {
      decide(desk, rows, kind, one => words ?? reasonOf(one)).then(answers => after(answers, kind, done), failed)
    },
  }
}
