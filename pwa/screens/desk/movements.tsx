import type { MovementsAnswer } from '../../../shared/desk/view.ts'
import { useDesk } from './context.ts'
import { Table } from './table.tsx'

/** Movements, the newest first: from where to where, who, with which handheld, and when it was done and received. */
export const Movements = ({ rows, caption }: { rows: MovementsAnswer['rows']; caption: string }) => {
  const { speaker, names } = useDesk()
  if (rows.length === 0) return <p className="desk-quiet">{speaker.say('none')}</p>
  const place = (code: string, status: string): string =>
    status === 'available' ? code : `${code} ${speaker.maybe('st', status)}`
  return (
    <Table
      caption={caption}
      rows={rows}
      rowKey={row => row.key}
      columns={[
        { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.at) },
        { key: 'qty', head: speaker.say('t.qty'), number: true, cell: row => speaker.figure(row.qty) },
        { key: 'from', head: speaker.say('t.from'), code: true, cell: row => place(row.from, row.fromStatus) },
        { key: 'to', head: speaker.say('t.to'), code: true, cell: row => place(row.to, row.toStatus) },
        { key: 'lot', head: speaker.say('a.lot'), code: true, cell: row => row.serial || row.lot || '–' },
        { key: 'by', head: speaker.say('a.by'), cell: row => names.person(row.worker) },
        {
          key: 'device',
          head: speaker.say('t.device'),
          cell: row => (row.device === 0 ? speaker.say('t.server') : speaker.number(row.device)),
        },
        { key: 'received', head: speaker.say('t.received'), cell: row => speaker.stamp(row.receivedAt) },
      ]}
    />
  )
}
