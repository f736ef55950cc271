import { jobSchema, jobsAnswerSchema } from '../../../shared/desk/print.ts'
import type { PrintState } from '../../../shared/desk/print.ts'
import { useState } from 'react'
import type * as v from 'valibot'
import { Refused } from './api.ts'
import { useDesk, whyNot } from './context.ts'
import { v7 } from './id.ts'
import { usePrinters } from './print-out.tsx'
import { useLoaded } from './query.ts'
import { Chips, Listed, Table } from './table.tsx'

type Job = v.InferOutput<typeof jobSchema>
type Wanted = PrintState | 'all'
const STATES: readonly Wanted[] = ['all', 'waiting', 'unknown', 'failed', 'done']
const LOOK_MS = 5_000

/** What was asked of label printers. What may be lost, or out twice, is for a person to say. */
export const PrintJobs = () => {
  const desk = useDesk()
  const { speaker, api, me, names } = desk
  const [state, setState] = useState<Wanted>('all')
  const printers = usePrinters()
  const query = { worker: me.worker, ...(state === 'all' ? {} : { state }), limit: '100' }
  const loaded = useLoaded(`jobs ${state}`, () => api.get('/api/print/jobs', query, jobsAnswerSchema), LOOK_MS)
  const jobs = loaded.value?.jobs ?? []
  const nameOf = (id: string): string => printers.value?.printers.find(one => one.id === id)?.name ?? '–'
  const again = (job: Job): void => {
    api.post(`/api/print/jobs/${job.id}/again`, { worker: me.worker, session: v7(), id: v7() }, jobSchema).then(
      () => {
        desk.tell(speaker.say('pr.again.done'))
        loaded.reload()
      },
      (error: unknown) =>
        desk.tell(
          error instanceof Refused && error.code === 'bad_request'
            ? speaker.say('pr.again.secret')
            : whyNot(speaker, error),
        ),
    )
  }
  return (
    <>
      <div className="desk-tools">
        <Chips<Wanted>
          label={speaker.say('d.state')}
          value={state}
          choices={STATES.map(value => ({ value, word: speaker.say(value === 'all' ? 'd.all' : `pr.job.${value}`) }))}
          onChoose={setState}
        />
      </div>
      <Listed loaded={{ ...loaded, isEmpty: jobs.length === 0 }} empty={speaker.say('pr.jobs.empty')}>
        <Table
          caption={speaker.say('pr.jobs')}
          rows={jobs}
          rowKey={job => job.id}
          marked={job => job.state === 'unknown' || job.state === 'failed'}
          columns={[
            { key: 'at', head: speaker.say('a.when'), cell: job => speaker.stamp(job.createdAt) },
            { key: 'kind', head: speaker.say('pr.what'), cell: job => speaker.maybe('pr.kind', job.kind) },
            { key: 'code', head: speaker.say('pr.code'), code: true, cell: job => job.code },
            { key: 'copies', head: speaker.say('pr.copies'), number: true, cell: job => job.copies },
            { key: 'printer', head: speaker.say('pr.printer'), cell: job => nameOf(job.printer) },
            {
              key: 'state',
              head: speaker.say('d.state'),
              cell: job =>
                `${speaker.maybe('pr.job', job.state)}${job.reprintNo > 0 ? ` (${job.reprintNo + 1}.)` : ''}`,
            },
            { key: 'words', head: speaker.say('a.flags'), cell: job => job.words ?? '' },
            { key: 'worker', head: speaker.say('a.by'), cell: job => names.person(job.worker) },
          ]}
          renderActs={job =>
            job.state === 'waiting' || job.state === 'sending' ? null : (
              <button type="button" className="desk-button" onClick={() => again(job)}>
                {speaker.say('pr.again')}
              </button>
            )
          }
        />
      </Listed>
    </>
  )
}
