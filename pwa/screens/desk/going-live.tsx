import * as v from 'valibot'
import { goingLiveSchema, MARKABLE } from '../../../shared/desk/intake.ts'
import type { GoingLive as Answer, Step } from '../../../shared/desk/intake.ts'
import { useDesk, whyNot } from './context.ts'
import { useKeys } from './keys.ts'
import { useLoaded } from './query.ts'
import { Listed, Table } from './table.tsx'

/** Where each step is done. */
const LINKS: Readonly<Record<Step, string>> = {
  administrator: '/desk/people',
  places: '/desk/intake?kind=places',
  items: '/desk/intake?kind=items',
  stock: '/desk/intake?kind=stock',
  connection: '/desk/connections',
  labels: '/desk/print',
  people: '/desk/people',
  handhelds: '/desk/devices',
  live: '/desk/connections',
}
const MARKS = { open: '○', done: '●', marked: '◐' } as const

/** The steps of a first day, each with its state and the way to it. */
export const GoingLive = ({ onGo, onScan }: { onGo: (path: string) => void; onScan: (text: string) => void }) => {
  const desk = useDesk()
  const { speaker, api } = desk
  const loaded = useLoaded('going live', () => api.get('/api/desk/going-live', {}, goingLiveSchema))
  useKeys({}, onScan)
  const mark = (step: Step, done: boolean): void => {
    api
      .post('/api/desk/going-live', { step, done }, v.object({}))
      .then(loaded.reload, (error: unknown) => desk.tell(whyNot(speaker, error)))
  }
  const steps = loaded.value?.steps ?? []
  const next = steps.find(({ state }) => state === 'open')?.step
  return (
    <section aria-label={speaker.say('s.live')}>
      <p>{speaker.say(steps.length > 0 && next === undefined ? 'live.all' : 'live.why')}</p>
      <Listed loaded={{ ...loaded, isEmpty: false }} empty="">
        <ol className="desk-steps">
          {steps.map(one => (
            <StepRow key={one.step} {...one} isNext={one.step === next} onGo={onGo} onMark={mark} />
          ))}
        </ol>
        <Files files={loaded.value?.files ?? []} />
      </Listed>
    </section>
  )
}

type RowProps = Answer['steps'][number] & {
  isNext: boolean
  onGo: (path: string) => void
  onMark: (step: Step, done: boolean) => void
}

const StepRow = ({ step, state, n, isNext, onGo, onMark }: RowProps) => {
  const { speaker } = useDesk()
  const title = speaker.say(`step.${step}`)
  const mayMark = MARKABLE.some(one => one === step) && state !== 'done'
  return (
    <li data-state={state} data-next={isNext}>
      <h2>
        <span aria-hidden="true">{MARKS[state]}</span> {title}
      </h2>
      <p>
        <strong>{speaker.say(`live.${state}`)}</strong>
        {isNext ? ` · ${speaker.say('live.next')}` : ''}
      </p>
      <p>{speaker.say(`step.${step}.why`, { n })}</p>
      <div className="desk-actions">
        <button
          type="button"
          className={isNext ? 'desk-button primary' : 'desk-button'}
          aria-label={`${speaker.say('live.go')}: ${title}`}
          onClick={() => onGo(LINKS[step])}
        >
          {speaker.say('live.go')}
        </button>
        {mayMark ? (
          <button
            type="button"
            className="desk-button"
            aria-label={`${speaker.say(state === 'open' ? 'live.mark' : 'live.unmark')}: ${title}`}
            onClick={() => onMark(step, state === 'open')}
          >
            {speaker.say(state === 'open' ? 'live.mark' : 'live.unmark')}
          </button>
        ) : null}
      </div>
    </li>
  )
}

const Files = ({ files }: { files: Answer['files'] }) => {
  const { speaker, names } = useDesk()
  if (files.length === 0) return null
  return (
    <>
      <h2>{speaker.say('live.files')}</h2>
      <Table
        caption={speaker.say('live.files')}
        rows={files}
        rowKey={file => `${file.at} ${file.name}`}
        columns={[
          { key: 'kind', head: speaker.say('u.kind'), cell: file => speaker.say(`in.${file.kind}`) },
          { key: 'name', head: speaker.say('in.choose'), cell: file => file.name },
          { key: 'rows', head: speaker.say('in.row'), number: true, cell: file => speaker.number(file.rows) },
          { key: 'at', head: speaker.say('a.when'), cell: file => speaker.stamp(file.at) },
          { key: 'by', head: speaker.say('a.by'), cell: file => names.person(file.worker) },
        ]}
      />
    </>
  )
}
