import { useState } from 'react'
import { inOneGo } from '../../../shared/desk/approver.ts'
import { atStake } from '../../../shared/desk/tolerance.ts'
import { variancesAnswerSchema } from '../../../shared/desk/variances.ts'
import type { ShownVariance } from '../../../shared/desk/variances.ts'
import { ApprovalPanel } from './approval-panel.tsx'
import { ApprovalTable } from './approval-table.tsx'
import { BulkFoot } from './bulk-foot.tsx'
import { useDesk } from './context.ts'
import type { Desk } from './context.ts'
import { reasonFor } from './decide.ts'
import { Exports } from './exports.tsx'
import { useFilter } from './filter.ts'
import { useKeys } from './keys.ts'
import { useLive, useLoaded } from './query.ts'
import { Chips, Listed } from './table.tsx'
import { useSelection } from './selection.ts'
import { useRowDecisions } from './row-decisions.ts'
import { useDecisions } from './use-decisions.ts'

const PARTS = ['all', 'within', 'eyes', 'waiting'] as const
type Part = (typeof PARTS)[number]
const PAGES = 50

/** All that wait, page after page: the sums at the top are over all of them. */
const readAll = async (
  { api, me, names }: Desk,
  grow: (rows: readonly ShownVariance[]) => void,
): Promise<readonly ShownVariance[]> => {
  const rows: ShownVariance[] = []
  for (const state of ['review', 'provisional']) {
    let after = ''
    for (let page = 0; page < PAGES; page += 1) {
      const query = { worker: me.worker, state, limit: '200', ...(after === '' ? {} : { after }) }
      const answer = await api.get('/api/variances', query, variancesAnswerSchema)
      rows.push(...answer.variances)
      await names.learn(answer.variances.map(row => row.item))
      grow([...rows])
      if (answer.next === null) break
      after = answer.next
    }
  }
  return rows
}

const partOf = (row: ShownVariance): Part => (row.state === 'provisional' ? 'waiting' : row.within ? 'within' : 'eyes')

/** The row that keys act on, and whether it is open. */
const useCursor = (rows: readonly ShownVariance[]) => {
  // By its id: rows come and go above it. Where it has gone itself, the one that has taken its place is next.
  const [cursor, setCursor] = useState<{ id: string; at: number }>({ id: '', at: 0 })
  const [open, setOpen] = useState<{ id: string; isRejecting: boolean } | null>(null)
  const found = rows.findIndex(one => one.id === cursor.id)
  const at = found >= 0 ? found : Math.min(cursor.at, Math.max(0, rows.length - 1))
  const put = (index: number): void => setCursor({ id: rows[index]?.id ?? '', at: Math.max(0, index) })
  return {
    at,
    row: rows[at],
    open,
    show: (index: number, isRejecting = false): void => {
      const one = rows[index]
      put(index)
      setOpen(one === undefined ? null : { id: one.id, isRejecting })
    },
    step: (by: number): void => {
      put(Math.max(0, Math.min(rows.length - 1, at + by)))
      setOpen(null)
    },
    close: (): void => setOpen(null),
  }
}

/** Differences that wait for a person: one key a row, in bulk what is small. */
export const Approvals = ({ onScan }: { onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker, me } = desk
  const loaded = useLoaded<readonly ShownVariance[]>('approvals', grow => readAll(desk, grow))
  useLive(loaded.reload)
  const [part, setPart] = useFilter<Part>('part', PARTS, 'all')
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({})
  const [isSure, setSure] = useState(false)
  const all = loaded.value ?? []
  const rows = all.filter(row => part === 'all' || part === partOf(row))
  const { at, row, open, show, step, close } = useCursor(rows)
  const { selected, chosen, keys } = useSelection(rows, { at, step })
  const bulk = inOneGo(chosen.length > 0 ? chosen : rows, me.worker)
  // What has to be looked at gets its reason from whoever has looked.
  const reasonOf = (one: Pick<ShownVariance, 'id' | 'delta'>): string =>
    reasons[one.id] ?? (all.find(({ id }) => id === one.id)?.within === true ? reasonFor(one.delta) : '')
  const { act, undo } = useDecisions(all, reasonOf, loaded.reload)
  const { approve, move, makeMove, recount } = useRowDecisions({
    row,
    isOpen: open?.id === row?.id,
    reasonOf,
    act,
    onOpen: () => show(at),
  })
  const steps = { j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1) }
  const looks = {
    Enter: () => show(at),
    Escape: () => {
      close()
      keys.clear()
    },
    n: () => show(at, true),
    b: () => setSure(bulk.taken.length > 0),
  }
  useKeys(
    { ...steps, ...looks, x: keys.turn, J: keys.down, K: keys.up, a: approve, m: move, r: recount, u: () => undo?.() },
    onScan,
  )
  return (
    <section aria-label={speaker.say('s.approvals')}>
      <Tools part={part} all={all} onChoose={value => (setPart(value), show(-1))} />
      <Listed loaded={{ ...loaded, isEmpty: rows.length === 0 }} empty={speaker.say('a.empty')}>
        <ApprovalTable rows={rows} cursor={at} selected={selected} onOpen={show} />
      </Listed>
      {row === undefined || open?.id !== row.id ? null : (
        <ApprovalPanel
          key={`${row.id} ${open.isRejecting}`}
          variance={row}
          isRejecting={open.isRejecting}
          reason={reasonOf(row)}
          onReason={reason => setReasons({ ...reasons, [row.id]: reason })}
          onApprove={approve}
          onMove={makeMove}
          onRecount={recount}
          onReject={words => act([row], 'count.reject', speaker.say('a.rejected'), words)}
          onClose={close}
        />
      )}
      <BulkFoot
        bulk={bulk}
        all={chosen.length > 0 ? chosen.length : rows.length}
        isSure={isSure}
        onSure={setSure}
        onApprove={() => act(bulk.taken, 'count.approve', speaker.say('a.done', { n: bulk.taken.length }))}
      />
    </section>
  )
}

type ToolsProps = { part: Part; all: readonly ShownVariance[]; onChoose: (part: Part) => void }

const Tools = ({ part, all, onChoose }: ToolsProps) => {
  const { speaker } = useDesk()
  const stake = atStake(all)
  const n = (of: Part): number => all.filter(row => partOf(row) === of).length
  return (
    <div className="desk-tools">
      <Chips<Part>
        label={speaker.say('s.approvals')}
        value={part}
        choices={[
          { value: 'all', word: speaker.say('a.all', { n: all.length }) },
          { value: 'within', word: speaker.say('a.within', { n: n('within') }) },
          { value: 'eyes', word: speaker.say('a.eyes', { n: n('eyes') }) },
          { value: 'waiting', word: speaker.say('a.waiting', { n: n('waiting') }) },
        ]}
        onChoose={onChoose}
      />
      <Exports list="approvals" />
      <p className="desk-sum">
        {speaker.say('a.stake')} <b>{speaker.say('a.net', { net: speaker.money(stake.net) })}</b>{' '}
        <b>{speaker.say('a.gross', { gross: speaker.money(stake.gross) })}</b>
      </p>
    </div>
  )
}
