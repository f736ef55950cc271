import { auditAnswerSchema } from '../../../shared/desk/view.ts'
import { useDesk } from './context.ts'
import { Exports } from './exports.tsx'
import { useKeys } from './keys.ts'
import { MoreButton } from './more.tsx'
import { usePaged } from './query.ts'
import { Listed, Table } from './table.tsx'

/** Who decided and changed what. Only looked at: nothing is ever taken out. */
export const Audit = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker, names, api } = useDesk()
  const list = usePaged('audit', after => api.get('/api/desk/audit', { after, limit: '100' }, auditAnswerSchema))
  useKeys({}, onScan)
  return (
    <section aria-label={speaker.say('s.audit')}>
      <Exports list="audit" />
      <Listed loaded={list} empty={speaker.say('none')}>
        <Table
          caption={speaker.say('s.audit')}
          rows={list.value ?? []}
          rowKey={row => row.key}
          columns={[
            { key: 'at', head: speaker.say('a.when'), cell: row => speaker.stamp(row.at) },
            { key: 'by', head: speaker.say('a.by'), cell: row => names.person(row.worker) },
            { key: 'kind', head: speaker.say('u.kind'), code: true, cell: row => row.kind },
            { key: 'subject', head: speaker.say('u.subject'), code: true, cell: row => row.subject },
            { key: 'outcome', head: speaker.say('u.outcome'), code: true, cell: row => row.outcome },
          ]}
        />
        <MoreButton more={list.more} />
      </Listed>
    </section>
  )
}
