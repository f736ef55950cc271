import { useEffect, useState } from 'react'
import type { FunctionComponent } from 'react'
import { useApp } from '../app/services.ts'
import type { Language } from '../words/words.ts'
import { Button } from '../ui/button.tsx'
import { Frame } from '../ui/frame.tsx'

/**
 * A part of the app that is loaded when it is first drawn. Without a network, or when the app was replaced under the page, it
 * may not be there: that is said, the work goes on, and opened again it is asked for anew. React's own `lazy` would keep the
 * failure until the page is loaded again, and take the work along. In another language it is asked for anew, for its words.
 */
export const late = <P extends object>(
  load: (language: Language) => Promise<FunctionComponent<P>>,
  Missing: FunctionComponent,
): FunctionComponent<P> => {
  const parts = new Map<Language, FunctionComponent<P>>()
  return function Late(props: P) {
    const { language } = useApp().chosen
    // Who comes is drawn anew; who does not come is missing in this language alone.
    const [missing, setMissing] = useState<Language | object | null>(null)
    useEffect(() => {
      let gone = false
      const come = async (): Promise<void> => {
        try {
          parts.set(language, await load(language))
          if (!gone) setMissing({})
        } catch {
          if (!gone) setMissing(language)
        }
      }
      if (!parts.has(language)) void come()
      return () => {
        gone = true
      }
    }, [language])
    const Part = parts.get(language)
    return Part !== undefined ? <Part {...props} /> : missing === language ? <Missing /> : null
  }
}

/** A part that says what the screens beside the work say: it is never drawn without its words. */
export const lateWithHand = (load: () => Promise<FunctionComponent>, Missing: FunctionComponent): FunctionComponent =>
  late(async language => {
    const [part, { learnHand }] = await Promise.all([load(), import('../words/hand.ts')])
    await learnHand(language)
    return part
  }, Missing)

/** In place of a panel. Loading the page again brings the whole of one version. */
export const MissingPart = () => {
  const { speaker } = useApp()
  return (
    <div className="stack">
      <p role="alert">{speaker.say('part.missing')}</p>
      <Button onPress={() => location.reload()}>{speaker.word('b.retry')}</Button>
    </div>
  )
}

/** In place of a whole screen: Back and the scanner work as ever. */
export const MissingScreen = () => (
  <Frame screen="missing" title="Stockhand" canGoBack>
    <MissingPart />
  </Frame>
)
