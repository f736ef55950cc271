import { documentAnswerSchema } from '../../../shared/desk/view.ts'
import type { DocumentAnswer } from '../../../shared/desk/view.ts'
import { mayDo } from '../../../shared/roles.ts'
import type { Role } from '../../../shared/roles.ts'
import { Code } from '../../ui/code.tsx'
import { CarrierLabels } from './carrier-labels.tsx'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { savePdf } from './print-out.tsx'
import { useLoaded } from './query.ts'
import { Table } from './table.tsx'
import { DocumentActs, TaskActs } from './work-acts.tsx'

const PRINTERS: readonly Role[] = ['supervisor', 'administrator']
const MOST_SLIP_ROWS = 300

/** The packing slip: what has left or is about to, else what was ordered. */
const saveSlip = (desk: Desk, { document, lines }: DocumentAnswer): Promise<void> => {
  const { speaker } = desk
  const rows = lines.slice(0, MOST_SLIP_ROWS).map(({ sku, name, unit, wanted, done }) => ({
    sku,
    name,
    quantity: `${speaker.number(lines.some(line => line.done > 0) ? done : wanted)} ${unit}`.trim(),
  }))
  const left = lines.length - rows.length
  const note = left === 0 ? '' : speaker.say('pr.andMore', { n: left })
  const slip = {
    kind: 'slip',
    title: speaker.say('pr.slip'),
    number: document.number,
    to: [document.partner],
    rows,
    note,
  }
  return savePdf(desk, document.number, { what: 'slips', size: 'a4', slips: [slip] })
}

type Props = { id: string; kind: 'order' | 'receipt' | 'return'; onClose: () => void; onChanged: () => void }

/** One document with its lines, who is at it, and what the ERP was told. */
export const DocumentPanel = ({ id, kind, onClose, onChanged }: Props) => {
  const { speaker, names, api, me } = useDesk()
  const found = useLoaded(id, () => api.get('/api/desk/document', { id }, documentAnswerSchema))
  if (found.value === null) return <p className="desk-panel">{found.error ?? speaker.say('loading')}</p>
  const { document, lines, tasks, parcels, messages } = found.value
  const isSupervisor = mayDo(me.roles, ['supervisor'])
  const changed = (): void => {
    found.reload()
    onChanged()
  }
  return (
    <aside className="desk-panel" aria-label={document.number}>
      <h2>
        <Code>{document.number}</Code> · {document.partner} · {names.client(document.client)} ·{' '}
        {speaker.maybe('state', document.state)}
      </h2>
      {document.hold === null ? null : (
        <p className="desk-worry">▲ {speaker.say('w.heldWhy', { why: document.hold })}</p>
      )}
      <Table
        caption={document.number}
        rows={lines}
        rowKey={line => line.id}
        columns={[
          { key: 'no', head: '#', number: true, cell: line => line.no },
          { key: 'sku', head: 'SKU', code: true, cell: line => line.sku },
          { key: 'name', head: speaker.say('a.item'), cell: line => line.name },
          { key: 'wanted', head: speaker.say('d.wanted'), number: true, cell: line => speaker.number(line.wanted) },
          { key: 'done', head: speaker.say('d.done'), number: true, cell: line => speaker.number(line.done) },
          { key: 'left', head: speaker.say('d.left'), number: true, cell: line => speaker.number(line.shipped) },
          { key: 'state', head: speaker.say('d.state'), cell: line => speaker.maybe('state', line.state) },
          {
            key: 'where',
            head: speaker.say('d.where'),
            code: true,
            cell: line =>
              line.claims.map(({ place, lot, qty }) => `${speaker.figure(qty)} ${place}${lot && ` ${lot}`}`).join(', '),
          },
        ]}
      />
      <Tasks tasks={tasks} onChanged={changed} />
      <Parcels parcels={parcels} />
      <Told messages={messages} />
      <div className="desk-actions">
        {isSupervisor ? (
          <DocumentActs
            key={document.version}
            document={document}
            isOrder={kind === 'order'}
            isReceipt={kind === 'receipt'}
            onChanged={changed}
          />
        ) : null}
        {kind === 'order' ? <SlipButton found={found.value} /> : null}
        {kind === 'order' ? <CarrierLabels id={id} number={document.number} /> : null}
        <button type="button" className="desk-button" onClick={onClose}>
          {speaker.say('close')}
        </button>
      </div>
    </aside>
  )
}

/** Who is at it, and what a supervisor may change of that. */
const Tasks = ({ tasks, onChanged }: { tasks: DocumentAnswer['tasks']; onChanged: () => void }) => {
  const { speaker, names, me } = useDesk()
  return (
    <>
      {tasks.length === 0 ? null : <h3>{speaker.say('d.tasks')}</h3>}
      <ul>
        {tasks.map(task => (
          <li key={`${task.id} ${task.version}`} className="desk-actions">
            {speaker.maybe('task', task.kind)} {speaker.maybe('state', task.state)}{' '}
            {task.worker === null ? '' : names.person(task.worker)}
            {mayDo(me.roles, ['supervisor']) ? <TaskActs row={task} onChanged={onChanged} /> : null}
          </li>
        ))}
      </ul>
    </>
  )
}

/** Its cartons, and what carriers say of them. */
const Parcels = ({ parcels }: Pick<DocumentAnswer, 'parcels'>) => {
  const { speaker } = useDesk()
  if (parcels.length === 0) return null
  return (
    <>
      <h3>{speaker.say('d.parcels')}</h3>
      <ul>
        {parcels.map(({ carton, carrier, tracking, state, at }) => (
          <li key={`${carton} ${tracking}`}>
            <Code>{carton ?? '–'}</Code> · {speaker.maybe('parcel', state)} {at === null ? '' : speaker.stamp(at)}
            {tracking === null ? null : (
              <>
                {' · '}
                {carrier} <Code>{tracking}</Code>
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

/** What the ERP was told of it. */
const Told = ({ messages }: Pick<DocumentAnswer, 'messages'>) => {
  const { speaker } = useDesk()
  if (messages.length === 0) return null
  return (
    <>
      <h3>{speaker.say('d.erp')}</h3>
      <ul>
        {messages.map((one, n) => (
          <li key={`${one.type} ${n}`}>
            {speaker.maybe('m', one.type)} {speaker.maybe('state', one.state)} {speaker.stamp(one.postedAt ?? one.at)}
            {one.records.map(record => (
              <span key={record.name}>
                {' · '}
                <RecordName {...record} />
              </span>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}

/** Opened in the ERP where it has said how. */
const RecordName = ({ name, url }: DocumentAnswer['messages'][number]['records'][number]) =>
  url === null ? (
    <Code>{name}</Code>
  ) : (
    <a href={url} target="_blank" rel="noopener noreferrer">
      <Code>{name}</Code>
    </a>
  )

const SlipButton = ({ found }: { found: DocumentAnswer }) => {
  const desk = useDesk()
  const { speaker, me } = desk
  if (!mayDo(me.roles, PRINTERS)) return null
  return (
    <button
      type="button"
      className="desk-button"
      onClick={() =>
        void saveSlip(desk, found).then(
          () => desk.tell(speaker.say('pr.saved')),
          (error: unknown) => desk.tell(whyNot(speaker, error)),
        )
      }
    >
      {speaker.say('pr.slip')}
    </button>
  )
}
