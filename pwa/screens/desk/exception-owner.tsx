import { useEffect, useState } from 'react'
import { ownedSchema } from '../../../shared/desk/exceptions.ts'
import type { ExceptionsAnswer } from '../../../shared/desk/exceptions.ts'
import { lateness } from '../../../shared/exception-limits.ts'
import { useDesk, whyNot } from './context.ts'
import { useFilter } from './filter.ts'
import { PersonOptions } from './person-options.tsx'
import { Chips } from './table.tsx'

type Row = ExceptionsAnswer['exceptions'][number]
export type OnOwn = (row: Row, owner: string | null) => void

const PARTS = ['all', 'mine', 'none', 'late'] as const
type Part = (typeof PARTS)[number]
const LOOK_MS = 30_000

/** What the clock says, looked at twice a minute: ages grow while nobody does anything. */
export const useNow = (): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** What is over is late no more. */
export const lateOf = ({ limit, state, openedAt }: Pick<Row, 'limit' | 'state' | 'openedAt'>, now: number): 0 | 1 | 2 =>
  state === 'open' ? lateness(limit.minutes, now - Date.parse(openedAt)) : 0

/** By kind, the kinds with the latest rows first, within a kind the oldest row first, as they came. */
export const byKind = (rows: readonly Row[], now: number): readonly (readonly [Row['kind'], readonly Row[]])[] => {
  const groups = new Map<Row['kind'], Row[]>()
  for (const row of rows) groups.set(row.kind, [...(groups.get(row.kind) ?? []), row])
  const worst = (of: readonly Row[]): number => Math.max(...of.map(row => lateOf(row, now)))
  return [...groups].toSorted(([, a], [, b]) => worst(b) - worst(a))
}

/** One's own, nobody's, and the late ones; which is shown stands in the address. */
export const useParts = (rows: readonly Row[]) => {
  const { me } = useDesk()
  const [part, setPart] = useFilter<Part>('part', PARTS, 'all')
  const now = useNow()
  const parts: Readonly<Record<Part, readonly Row[]>> = {
    all: rows,
    mine: rows.filter(row => row.owner === me.worker),
    none: rows.filter(row => row.owner === null),
    late: rows.filter(row => lateOf(row, now) > 0),
  }
  return { part, setPart, parts, now }
}

type ChipsProps = { part: Part; parts: Readonly<Record<Part, readonly Row[]>>; onChoose: (part: Part) => void }

export const PartChips = ({ part, parts, onChoose }: ChipsProps) => {
  const { speaker } = useDesk()
  return (
    <Chips<Part>
      label={speaker.say('xo.owner')}
      value={part}
      choices={PARTS.map(value => ({ value, word: speaker.say(`xo.${value}`, { n: parts[value].length }) }))}
      onChoose={onChoose}
    />
  )
}

/** Says who sees to a row, on who did when it was shown. */
export const useOwner = (reload: () => void): OnOwn => {
  const { api, speaker, names, tell } = useDesk()
  return (row, owner) => {
    const body = { owner, exceptions: [{ exception: row.id, seen: row.owner }] }
    api.post('/api/desk/exceptions/owner', body, ownedSchema).then(
      ({ results: [result] }) => {
        const name = owner === null ? speaker.say('xo.nobody') : names.person(owner)
        const why = result?.code === 'role' ? 'w.why.role' : 'xo.stale'
        tell(result?.outcome === 'done' ? speaker.say('xo.done', { name }) : speaker.say(why))
        reload()
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
}

/** Whose it is, whether it is late, and then whose work it is, in the line of the row. */
export const Whose = ({ row }: { row: Row }) => {
  const { speaker, names } = useDesk()
  const late = lateOf(row, useNow())
  const role = speaker.maybe('role', row.limit.owner)
  return (
    <>
      {row.owner === null ? '' : ` · ${speaker.say('xo.of', { name: names.person(row.owner) })}`}
      {late === 0 ? null : (
        <b className="desk-worry" data-alarm={late === 2}>
          {' '}
          ▲ {speaker.say(late === 2 ? 'xo.isverylate' : 'xo.islate', { role })}
        </b>
      )}
    </>
  )
}

export const OwnerActs = ({ row, onOwn }: { row: Row; onOwn: OnOwn }) => {
  const { speaker, me } = useDesk()
  const isMine = row.owner === me.worker
  return (
    <div className="desk-actions">
      <button type="button" className="desk-button" onClick={() => onOwn(row, isMine ? null : me.worker)}>
        {speaker.say(isMine ? 'xo.drop' : 'xo.take')} <kbd>H</kbd>
      </button>
      <label>
        {speaker.say('xo.owner')}{' '}
        <select
          value={row.owner ?? ''}
          onChange={event => onOwn(row, event.currentTarget.value === '' ? null : event.currentTarget.value)}
        >
          <option value="">{speaker.say('xo.nobody')}</option>
          <PersonOptions />
        </select>
      </label>
    </div>
  )
}
