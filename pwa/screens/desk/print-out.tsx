import { useState } from 'react'
import * as v from 'valibot'
import { MAX_LABELS, printersAnswerSchema } from '../../../shared/desk/print.ts'
import type { Printer } from '../../../shared/desk/print.ts'
import { isSecret } from '../../../shared/label/label.ts'
import type { Label } from '../../../shared/label/label.ts'
import { LABEL_SIZES } from '../../../shared/label/size.ts'
import type { LabelSize } from '../../../shared/label/size.ts'
import { LABEL_CAPTIONS } from '../../words/labels.ts'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { v7 } from './id.ts'
import { useLoaded } from './query.ts'
import type { Loaded } from './query.ts'
import { saveFile } from './save.ts'

const jobsSchema = v.object({ jobs: v.array(v.string()) })
export const usePrinters = (): Loaded<v.InferOutput<typeof printersAnswerSchema>> => {
  const { api, me } = useDesk()
  return useLoaded('printers', () => api.get('/api/printers', { worker: me.worker }, printersAnswerSchema))
}

type Ask = { labels: readonly Label[]; copies: number }
const who = ({ me }: Desk) => ({ worker: me.worker, session: v7() })

/** A PDF of whatever may stand in one: see shared/desk/print.ts. */
export const savePdf = async (desk: Desk, name: string, what: object): Promise<void> => {
  const captions = LABEL_CAPTIONS[desk.speaker.language]
  saveFile(await desk.api.download('/api/labels.pdf', { ...who(desk), captions, ...what }), `${name}.pdf`)
}

const toPrinter = (desk: Desk, printer: Printer, { labels, copies }: Ask): Promise<unknown> => {
  const captions = LABEL_CAPTIONS[desk.speaker.language]
  const jobs = labels.map(label => ({ id: v7(), label, copies }))
  return desk.api.post('/api/print', { ...who(desk), printer: printer.id, captions, labels: jobs }, jobsSchema)
}

/** Where labels come out: as a PDF in the size of their paper, or on a label printer with what it has loaded. */
export const PrintOut = ({ labels, onDone }: { labels: readonly Label[]; onDone?: () => void }) => {
  const desk = useDesk()
  const { speaker } = desk
  const printers = usePrinters()
  const isBadge = labels.length > 0 && labels.every(label => label.kind === 'badge')
  const [size, setSize] = useState<LabelSize>(isBadge ? 'card' : 'a4-2x7')
  const [copies, setCopies] = useState(1)
  const [skip, setSkip] = useState(0)
  const isTooMany = labels.length * copies > MAX_LABELS
  const run = (what: Promise<unknown>, words: string): void => {
    what.then(
      () => {
        desk.tell(words)
        onDone?.()
      },
      (error: unknown) => desk.tell(whyNot(speaker, error)),
    )
  }
  const pdf = (): Promise<void> =>
    savePdf(desk, 'labels', { what: 'labels', size, skip, labels: labels.map(label => ({ label, copies })) })
  return (
    <div className="desk-tools" role="group" aria-label={speaker.say('pr.out')}>
      {labels.some(isSecret) ? null : (
        <NumberField label={speaker.say('pr.copies')} value={copies} max={100} onChange={setCopies} />
      )}
      <label>
        {speaker.say('pr.size')}{' '}
        <select value={size} onChange={event => setSize(event.currentTarget.value as LabelSize)}>
          {LABEL_SIZES.map(one => (
            <option key={one} value={one}>
              {speaker.say(`pr.size.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {size === 'a4-2x7' ? (
        <NumberField label={speaker.say('pr.skip')} value={skip} min={0} max={13} onChange={setSkip} />
      ) : null}
      <button
        type="button"
        className="desk-button"
        disabled={labels.length === 0 || isTooMany}
        onClick={() => run(pdf(), speaker.say('pr.saved'))}
      >
        {speaker.say('pr.pdf')}
      </button>
      {(printers.value?.printers ?? [])
        .filter(printer => printer.active)
        .map(printer => (
          <button
            key={printer.id}
            type="button"
            className="desk-button primary"
            disabled={labels.length === 0 || isTooMany}
            onClick={() =>
              run(
                toPrinter(desk, printer, { labels, copies }),
                speaker.say('pr.sent', { n: labels.length * copies, printer: printer.name }),
              )
            }
          >
            {speaker.say('pr.on', { printer: printer.name })}
          </button>
        ))}
      {isTooMany ? <p className="desk-quiet">{speaker.say('pr.tooMany', { n: MAX_LABELS })}</p> : null}
    </div>
  )
}

type NumberProps = { label: string; value: number; min?: number; max: number; onChange: (value: number) => void }

/** What is no number of the range stays what it was. */
export const NumberField = ({ label, value, min = 1, max, onChange }: NumberProps) => (
  <label>
    {label}{' '}
    <input
      type="number"
      className="desk-number"
      value={value}
      min={min}
      max={max}
      onChange={event => {
        const next = event.currentTarget.valueAsNumber
        if (Number.isInteger(next) && next >= min && next <= max) onChange(next)
      }}
    />
  </label>
)
