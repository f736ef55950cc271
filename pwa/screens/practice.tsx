import { useEffect, useState } from 'react'
import { ServicesProvider, useApp, useServices } from '../app/services.ts'
import type { Hearing } from '../app/hearing.ts'
import type { Services } from '../app/services.ts'
import { startPractice } from '../practice/practice.ts'
import type { Practice } from '../practice/practice.ts'
import { Sheet } from '../practice/sheet.tsx'
import type { Scan } from '../../shared/scan/scan.ts'
import { Button } from '../ui/button.tsx'
import { Band } from '../ui/band.tsx'
import { AppScreen, workScreens } from './app.tsx'
import { MissingPart } from './late.tsx'
import { useHand } from './use-hand.ts'
import '../ui/aside.css'

/** The real screens over made-up goods, under a strip that says so for as long as it lasts. */
export const PracticeScreen = () => {
  const app = useApp()
  const hand = useHand(app.chosen.language)
  const [isSheet, setSheet] = useState(true)
  const practice = usePractice(useServices(), setSheet)
  const tap = (code: string): void => {
    if (typeof practice === 'object') void practice?.hears.scan(tapped(code))
  }
  return (
    <div className="practice">
      <aside className="strip" aria-label={hand.say('b.practise')}>
        <strong role="status">{hand.say('practice.mark')}</strong>
        <Button onPress={() => setSheet(!isSheet)} pressed={isSheet}>
          {hand.say('b.sheet')}
        </Button>
        <Button onPress={() => void app.controller.press('XCBAK')}>{hand.say('b.end')}</Button>
      </aside>
      {practice === 'missing' ? (
        <main className="middle aside">
          <MissingPart />
        </main>
      ) : practice === null ? (
        <Band state={app.state} speaker={app.speaker} />
      ) : isSheet ? (
        <main className="middle aside">
          <h1 className="hint">{hand.say('practice.hint')}</h1>
          <Button onPress={() => print()}>{hand.say('b.print')}</Button>
          <Sheet hand={hand} onCode={tap} />
        </main>
      ) : (
        <ServicesProvider value={practice.services}>
          <AppScreen />
        </ServicesProvider>
      )}
    </div>
  )
}

/** Ends with the screen: whatever was done is gone, and scans are heard by the work again. A scan is answered in sight. */
const usePractice = (outer: Services, setSheet: (isOpen: boolean) => void): Practice | 'missing' | null => {
  const [practice, setPractice] = useState<Practice | 'missing' | null>(null)
  useEffect(() => {
    let gone = false
    let begun: Practice | null = null
    const begin = async (): Promise<void> => {
      await workScreens()
      begun = await startPractice(outer)
      if (gone) return begun.end()
      const { hears, ...rest } = begun
      const scan: Hearing['scan'] = heard => {
        setSheet(false)
        return hears.scan(heard)
      }
      const shown = { ...rest, hears: { ...hears, scan } }
      outer.divert(shown.hears)
      setPractice(shown)
    }
    begin().catch(() => {
      if (!gone) setPractice('missing')
    })
    return () => {
      gone = true
      outer.divert(null)
      begun?.end()
    }
  }, [outer, setSheet])
  return practice
}

/** A finger on the sheet is as good as the scanner. */
const tapped = (text: string): Scan => ({
  source: 'wedge',
  raw: text,
  text,
  aim: null,
  symbology: null,
  t0: 0,
  equalReads: 1,
})
