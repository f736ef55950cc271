import { useState } from 'react'
import type { DeskKey } from '../../words/en-desk.ts'
import { useDesk } from './context.ts'
import { useKeys } from './keys.ts'
import { GoodsLabels } from './print-goods.tsx'
import { PrintJobs } from './print-jobs.tsx'
import { NewLabels } from './print-new.tsx'
import { PlaceLabels } from './print-places.tsx'
import { Printers } from './print-printers.tsx'
import { Sheets } from './print-sheets.tsx'
import { Chips } from './table.tsx'

const PARTS = ['places', 'goods', 'new', 'sheets', 'jobs', 'printers'] as const
type Part = (typeof PARTS)[number]
const WORD: Readonly<Record<Part, DeskKey>> = {
  places: 'pr.places',
  goods: 'pr.goods',
  new: 'pr.new',
  sheets: 'pr.sheets',
  jobs: 'pr.jobs',
  printers: 'pr.printers',
}

/** Everything that is printed without a document: labels of what the warehouse has, sheets, the queue of the printers. */
export const Printing = ({ onScan }: { onScan: (text: string) => void }) => {
  const { speaker } = useDesk()
  const [part, setPart] = useState<Part>('places')
  useKeys({}, onScan)
  return (
    <section aria-label={speaker.say('s.print')}>
      <div className="desk-tools">
        <Chips<Part>
          label={speaker.say('pr.what')}
          value={part}
          choices={PARTS.map(value => ({ value, word: speaker.say(WORD[value]) }))}
          onChoose={setPart}
        />
      </div>
      {part === 'places' ? <PlaceLabels /> : null}
      {part === 'goods' ? <GoodsLabels /> : null}
      {part === 'new' ? <NewLabels /> : null}
      {part === 'sheets' ? <Sheets /> : null}
      {part === 'jobs' ? <PrintJobs /> : null}
      {part === 'printers' ? <Printers /> : null}
    </section>
  )
}
