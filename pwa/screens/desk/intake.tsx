import { useState } from 'react'
import {
  INTAKE_COLUMNS,
  INTAKE_KINDS,
  intakeAnswerSchema,
  MAX_FILE_BYTES,
  MAX_ROWS,
} from '../../../shared/desk/intake.ts'
import type { IntakeAnswer, IntakeKind } from '../../../shared/desk/intake.ts'
import { useDesk, whyNot } from './context.ts'
import { Preview } from './intake-preview.tsx'
import { useKeys } from './keys.ts'
import { Chips } from './table.tsx'

const MB = MAX_FILE_BYTES / 1024 / 1024

type At =
  | { kind: 'choose'; error: string | null }
  | { kind: 'looking' }
  | { kind: 'shown'; file: File; answer: IntakeAnswer }
  | { kind: 'taking'; rows: number }
const CHOOSE: At = { kind: 'choose', error: null }

type Props = { kind: string | null; onGo: (path: string) => void; onScan: (text: string) => void }

/** A file of places, items or opening stock: what is in it and what is wrong is shown before anything is done. */
export const Intake = ({ kind, onGo, onScan }: Props) => {
  const { speaker } = useDesk()
  const chosen = INTAKE_KINDS.find(one => one === kind) ?? 'places'
  useKeys({}, onScan)
  return (
    <section aria-label={speaker.say('s.intake')}>
      <Chips
        label={speaker.say('s.intake')}
        value={chosen}
        choices={INTAKE_KINDS.map(value => ({ value, word: speaker.say(`in.${value}`) }))}
        onChoose={value => onGo(`/desk/intake?kind=${value}`)}
      />
      <OneKind key={chosen} kind={chosen} onGo={onGo} />
    </section>
  )
}

const OneKind = ({ kind, onGo }: { kind: IntakeKind; onGo: (path: string) => void }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const [at, setAt] = useState<At>(CHOOSE)
  const fail = (error: unknown): void => setAt({ kind: 'choose', error: whyNot(speaker, error) })
  const look = (file: File): void => {
    if (file.size > MAX_FILE_BYTES) return setAt({ kind: 'choose', error: speaker.say('in.large', { mb: MB }) })
    setAt({ kind: 'looking' })
    api
      .file('/api/desk/intake/preview', { kind }, file, intakeAnswerSchema)
      .then(answer => setAt({ kind: 'shown', file, answer }), fail)
  }
  const take = (file: File, answer: IntakeAnswer): void => {
    setAt({ kind: 'taking', rows: answer.rows })
    const query = { kind, hash: answer.hash, name: file.name.slice(0, 200) }
    api.file('/api/desk/intake/apply', query, file, intakeAnswerSchema).then(done => {
      setAt({ kind: 'shown', file, answer: done })
      desk.changed()
    }, fail)
  }
  if (at.kind === 'looking') return <Busy words={speaker.say('in.looking')} />
  if (at.kind === 'taking') return <Busy words={speaker.say('in.taking', { n: at.rows })} />
  if (at.kind === 'shown')
    return (
      <Preview
        answer={at.answer}
        name={at.file.name}
        onTake={() => take(at.file, at.answer)}
        onOther={() => setAt(CHOOSE)}
        onGo={onGo}
      />
    )
  return (
    <>
      {at.error === null ? null : (
        <p role="alert" className="desk-alert">
          {at.error}
        </p>
      )}
      <Choose kind={kind} onFile={look} />
    </>
  )
}

const Busy = ({ words }: { words: string }) => (
  <div className="desk-panel" role="status">
    <p id="intake-busy">{words}</p>
    <progress aria-labelledby="intake-busy" />
  </div>
)

const Choose = ({ kind, onFile }: { kind: IntakeKind; onFile: (file: File) => void }) => {
  const { speaker } = useDesk()
  const separator = speaker.language === 'tr' ? 'semicolon' : 'comma'
  return (
    <div className="desk-panel">
      <p>{speaker.say(`in.${kind}.why`)}</p>
      <div className="desk-form">
        <label>
          {speaker.say('in.choose')}
          <input
            type="file"
            accept=".csv,.txt,.tsv,text/csv,text/plain"
            onChange={event => {
              const file = event.currentTarget.files?.[0]
              if (file !== undefined) onFile(file)
            }}
          />
        </label>
        <p>
          <a href={`/api/desk/intake/template?kind=${kind}&separator=${separator}`} download={`${kind}.csv`}>
            {speaker.say('in.template')}
          </a>
        </p>
        <p className="desk-quiet">{speaker.say('in.rules', { rows: MAX_ROWS, mb: MB })}</p>
      </div>
      <Columns kind={kind} />
    </div>
  )
}

/** pack1_name, pack2_name and pack3_name have one meaning. */
const meaningOf = (column: string): string => column.replace(/^pack\d/, 'pack')

const Columns = ({ kind }: { kind: IntakeKind }) => {
  const { speaker } = useDesk()
  const columns = INTAKE_COLUMNS[kind].filter(({ name }) => !/^pack[23]/.test(name))
  return (
    <details>
      <summary>{speaker.say('in.columns')}</summary>
      <dl className="desk-columns">
        {columns.map(({ name, tr, required }) => (
          <div key={name}>
            <dt>
              <span className="code">{speaker.language === 'tr' ? tr : name}</span>
              {required === true ? ` (${speaker.say('in.required')})` : ''}
            </dt>
            <dd>{speaker.maybe('col', meaningOf(name))}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
