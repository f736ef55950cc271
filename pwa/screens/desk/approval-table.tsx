import { countedBefore } from '../../../shared/desk/variances.ts'
import type { ShownVariance } from '../../../shared/desk/variances.ts'
import { useState } from 'react'
import { useDesk } from './context.ts'
import { useNow } from './exception-owner.tsx'
import { MoreButton } from './more.tsx'
import { Table } from './table.tsx'
import type { Column } from './table.tsx'

type Props = {
  rows: readonly ShownVariance[]
  cursor: number
  selected: ReadonlySet<string>
  onOpen: (index: number) => void
}

/** Rows that are drawn beyond the one under the cursor: ten thousand would take seconds. */
const DRAWN = 200

export const ApprovalTable = ({ rows: all, cursor, selected, onOpen }: Props) => {
  const { speaker, names } = useDesk()
  const now = useNow()
  const [asked, setAsked] = useState(DRAWN)
  const drawn = Math.max(asked, cursor + DRAWN / 2)
  const rows = all.slice(0, drawn)
  const selection: Column<ShownVariance> = {
    key: 'selected',
    head: speaker.say('a.selected'),
    cell: one => (selected.has(one.id) ? '▣' : '□'),
  }
  const columns: readonly Column<ShownVariance>[] = [
    // What is selected is said by more than a colour.
    ...(selected.size === 0 ? [] : [selection]),
    { key: 'item', head: speaker.say('a.item'), cell: one => names.item(one.item)?.name ?? '…' },
    { key: 'place', head: speaker.say('a.place'), code: true, cell: one => names.place(one.location) },
    { key: 'lot', head: speaker.say('a.lot'), code: true, cell: one => one.serial || one.lot || '–' },
    { key: 'book', head: speaker.say('a.book'), number: true, cell: one => speaker.number(one.book) },
    { key: 'counted', head: speaker.say('a.counted'), number: true, cell: one => speaker.number(one.counted) },
    { key: 'delta', head: speaker.say('a.delta'), number: true, cell: one => speaker.signed(one.delta) },
    {
      key: 'value',
      head: speaker.say('a.value'),
      number: true,
      cell: one => (one.value === null ? '–' : speaker.money(one.value)),
    },
    { key: 'by', head: speaker.say('a.by'), cell: one => names.person(one.worker) },
    { key: 'when', head: speaker.say('a.when'), cell: one => speaker.stamp(one.countedAt) },
    {
      key: 'flags',
      head: speaker.say('a.flags'),
      cell: one =>
        [
          ...(one.two ? [speaker.say('flag.two')] : []),
          ...(one.over ? [[speaker.say('flag.over'), ...one.approvers.map(names.person)].join(' → ')] : []),
          ...(one.opposites.length > 0 ? [speaker.say('flag.opposite')] : []),
          ...(countedBefore(one) ? [speaker.say('flag.again')] : []),
          ...one.flags.map(flag => speaker.maybe('flag', flag)),
        ].join(', ') || '–',
    },
    { key: 'age', head: speaker.say('a.age'), number: true, cell: one => speaker.age(now - Date.parse(one.openedAt)) },
  ]
  return (
    <>
      <Table
        caption={speaker.say('s.approvals')}
        columns={columns}
        rows={rows}
        rowKey={one => one.id}
        cursor={cursor}
        marked={one => selected.has(one.id)}
        onOpen={onOpen}
      />
      <MoreButton more={drawn >= all.length ? null : () => setAsked(drawn + DRAWN)} />
    </>
  )
}
