import { useEffect, useState } from 'react'
import type { Scan } from '../../shared/scan/scan.ts'
import { makeEars } from '../app/ears.ts'
import type { FeedbackEvent } from '../app/events.ts'
import type { SettingsStore } from '../app/settings.ts'
import { fileOf, journalFiles } from '../store/journal-files.ts'
import { newEpoch } from '../sync/birth.ts'
import { browserClock, browserRandom } from '../sync/browser-ports.ts'
import { mutex } from '../sync/mutex.ts'
import type { Speaker } from '../words/words.ts'
import { RescueBar } from './apart.tsx'

type Kept = { count: number; last: string; failed: boolean }
type Props = { speaker: Speaker; settings: SettingsStore }

/**
 * No database of this browser can be opened: there is no catalogue, no key and no task any more. What is scanned is still
 * kept, in order and with its time, as flushed lines of a file, until a supervisor takes them over by the rescue page.
 */
export const EmergencyScreen = ({ speaker, settings }: Props) => {
  const [kept, setKept] = useState<Kept>({ count: 0, last: '', failed: false })
  useEffect(() => record(settings, setKept), [settings])
  return (
    <div className="frame">
      <header className="head">
        <h1 className="title">{speaker.word('t.error')}</h1>
      </header>
      <div className="band" role="alert" data-event="notSaved">
        {kept.failed ? speaker.say('notsaved') : speaker.say('emergency')}
      </div>
      <main className="main">
        <div className="middle">
          <p className="centre" role="status">
            {speaker.say('emergency.kept', { n: kept.count })}
          </p>
          <p className="code" translate="no">
            {kept.last}
          </p>
        </div>
        <div />
        <RescueBar speaker={speaker} />
      </main>
    </div>
  )
}

/** The beep comes after the flush, and only then. Returns the function that stops listening. */
const record = (settings: SettingsStore, tell: (kept: Kept) => void): (() => void) => {
  const ears = makeEars(settings)
  const files = journalFiles()
  const name = fileOf(newEpoch(n => browserRandom.bytes(n)))
  const inTurn = mutex()
  let count = 0
  const keep = async (scan: Scan): Promise<void> => {
    const line = JSON.stringify({ scan: { text: scan.text, raw: scan.raw, at: browserClock.now() } })
    let event: FeedbackEvent = 'right'
    try {
      await files.append(name, [line])
      count += 1
    } catch {
      event = 'notSaved'
    }
    ears.play(event)
    tell({ count, last: scan.text, failed: event === 'notSaved' })
  }
  const stop = ears.listen({ onScan: scan => void inTurn(() => keep(scan)), onType: () => undefined })
  return () => {
    stop()
    void files.release().catch(() => undefined)
  }
}
