import { INTAKE_KINDS } from '../../../shared/desk/intake.ts'
import type { IntakeAnswer, Problem } from '../../../shared/desk/intake.ts'
import { useDesk } from './context.ts'
import { Table } from './table.tsx'

type Props = {
  answer: IntakeAnswer
  name: string
  onTake: () => void
  onOther: () => void
  onGo: (path: string) => void
}

/** What a file would do, with what is wrong row by row; or what has become of it. */
export const Preview = ({ answer, name, onTake, onOther, onGo }: Props) => {
  const { speaker } = useDesk()
  const isGood = answer.problemCount === 0
  const changes = answer.added + answer.changed
  return (
    <div className="desk-panel" aria-live="polite">
      <h2>{name}</h2>
      <Summary answer={answer} />
      {isGood && answer.outcome === 'shown' && changes > 0 ? <Sample answer={answer} /> : null}
      {isGood ? null : <Problems answer={answer} />}
      <div className="desk-actions">
        {answer.outcome === 'shown' && isGood && changes > 0 ? (
          <button type="button" className="desk-button primary" onClick={onTake}>
            {speaker.say('in.take', { n: answer.rows })}
          </button>
        ) : null}
        {answer.outcome === 'done' || answer.outcome === 'before' ? <Next answer={answer} onGo={onGo} /> : null}
        <button type="button" className="desk-button" onClick={onOther}>
          {speaker.say('in.other')}
        </button>
      </div>
    </div>
  )
}

const Summary = ({ answer }: { answer: IntakeAnswer }) => {
  const { speaker } = useDesk()
  const { rows, added, changed, same, units, problemCount, outcome, before } = answer
  if (outcome === 'before')
    return <p className="desk-big">{speaker.say('in.before', { at: speaker.stamp(before?.at ?? null) })}</p>
  return (
    <>
      {problemCount === 0 ? (
        <p className="desk-big">
          {outcome === 'done'
            ? speaker.say('in.done', { added, changed })
            : speaker.say('in.shown', { rows, added, changed, same })}
        </p>
      ) : (
        <p role="alert" className="desk-alert">
          {speaker.say('in.problems', { n: problemCount })}
        </p>
      )}
      {outcome === 'shown' && problemCount === 0 && added + changed === 0 ? <p>{speaker.say('in.nothing')}</p> : null}
      {units === 0 ? null : <p>{speaker.say('in.units', { n: units })}</p>}
      {answer.clients.length === 0 ? null : (
        <p className="desk-worry">▲ {speaker.say('in.clients', { names: answer.clients.join(', ') })}</p>
      )}
      {answer.ignored.length === 0 ? null : (
        <p className="desk-worry">▲ {speaker.say('in.ignored', { names: answer.ignored.join(', ') })}</p>
      )}
    </>
  )
}

const Sample = ({ answer }: { answer: IntakeAnswer }) => {
  const { speaker } = useDesk()
  const filled = answer.columns.map((head, at) => ({ head, at })).filter(({ at }) => answer.sample.some(row => row[at]))
  return (
    <>
      <h3>{speaker.say('in.sample')}</h3>
      <Table
        caption={speaker.say('in.sample')}
        rows={answer.sample.map((cells, n) => ({ cells, n }))}
        rowKey={row => String(row.n)}
        columns={filled.map(({ head, at }) => ({
          key: head,
          head,
          cell: (row: { cells: readonly string[] }) => row.cells[at] ?? '',
        }))}
      />
    </>
  )
}

const Problems = ({ answer }: { answer: IntakeAnswer }) => {
  const { speaker } = useDesk()
  const { problems, problemCount } = answer
  const words = ({ code, about, value }: Problem): string => speaker.say(`pr.${code}`, { about, value })
  return (
    <>
      {problems.length < problemCount ? <p>{speaker.say('in.first', { n: problems.length })}</p> : null}
      <Table
        caption={speaker.say('in.what')}
        rows={problems.map((problem, n) => ({ ...problem, n }))}
        rowKey={row => String(row.n)}
        columns={[
          {
            key: 'row',
            head: speaker.say('in.row'),
            number: true,
            cell: row => (row.row === 0 ? '–' : String(row.row)),
          },
          { key: 'column', head: speaker.say('in.column'), code: true, cell: row => row.column },
          { key: 'value', head: speaker.say('in.value'), cell: row => row.value },
          { key: 'what', head: speaker.say('in.what'), cell: words },
        ]}
      />
    </>
  )
}

/** Places, then items, then stock, then the other steps. */
const Next = ({ answer, onGo }: { answer: IntakeAnswer; onGo: (path: string) => void }) => {
  const { speaker } = useDesk()
  const next = INTAKE_KINDS[INTAKE_KINDS.indexOf(answer.kind) + 1]
  return (
    <>
      {next === undefined ? null : (
        <button type="button" className="desk-button primary" onClick={() => onGo(`/desk/intake?kind=${next}`)}>
          {speaker.say('in.next', { step: speaker.say(`in.${next}`) })}
        </button>
      )}
      <button type="button" className="desk-button" onClick={() => onGo('/desk/live')}>
        {speaker.say('in.all')}
      </button>
    </>
  )
}
