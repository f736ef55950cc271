import { useCallback, useEffect, useRef, useState } from 'react'
import type { FormEvent } from 'react'
import { tokenOf } from '../app/enrolment.ts'
import type { SettingsStore } from '../app/settings.ts'
import { LANGUAGES, learn, speakerOf } from '../words/speak.ts'
import { Button } from '../ui/button.tsx'
import type { AppMessageKey } from '../words/keys.ts'
import type { Speaker } from '../words/words.ts'

type Step = 'waiting' | 'working' | 'done'
type Props = {
  settings: SettingsStore
  language: 'en' | 'tr'
  enrol: (token: string) => Promise<'ok' | 'offline' | 'spent' | 'refused'>
  /** Token of the address that this page was opened with, or null. */
  token: string | null
  /** Every scan, until this screen is gone. */
  listen: (onText: (text: string) => void) => () => void
  onDone: () => void
}

const TROUBLE: Readonly<Record<'offline' | 'spent' | 'refused', AppMessageKey>> = {
  offline: 'enrol.offline',
  spent: 'enrol.bad',
  refused: 'enrol.bad',
}

/** Once per device, and the only screen that needs the network at the start. */
export const EnrolScreen = (props: Props) => {
  const { settings, language, token, listen } = props
  const speaker = speakerOf(language)
  const { step, trouble, take } = useEnrolment(props)
  useEffect(() => listen(take), [listen, take])
  useEffect(() => {
    if (token !== null) take(token)
  }, [token, take])
  return (
    <div className="frame">
      <header className="head">
        <h1 className="title">Stockhand</h1>
        {LANGUAGES.map(choice => (
          <Button
            key={choice.code}
            kind="icon"
            className="icon"
            label={choice.name}
            onPress={() => void learn(choice.code).then(() => settings.set({ language: choice.code }))}
          >
            {choice.code.toUpperCase()}
          </Button>
        ))}
      </header>
      <div className="band" role="alert" {...(trouble ? { 'data-event': 'wrong' } : {})}>
        {trouble ? speaker.say(trouble) : null}
      </div>
      <main className="main">
        <div className="middle">
          <Ticks step={step} speaker={speaker} />
        </div>
        <p className="prompt" tabIndex={-1} data-busy={step === 'working'}>
          {speaker.say('enrol.code')}
        </p>
        <TypeCode speaker={speaker} onCode={take} />
      </main>
    </div>
  )
}

/** One code at a time; a second one scanned meanwhile is not for the server any more. */
const useEnrolment = ({ enrol, onDone }: Props) => {
  const [step, setStep] = useState<Step>('waiting')
  const [trouble, setTrouble] = useState<AppMessageKey | null>(null)
  const busy = useRef(false)
  const take = useCallback(
    (text: string): void => {
      const run = async (): Promise<void> => {
        const found = tokenOf(text)
        if (busy.current) return
        if (found === null) return setTrouble('enrol.bad')
        busy.current = true
        setTrouble(null)
        setStep('working')
        const answer = await enrol(found)
        busy.current = false
        if (answer === 'ok') {
          setStep('done')
          return onDone()
        }
        setStep('waiting')
        setTrouble(TROUBLE[answer])
      }
      void run()
    },
    [enrol, onDone],
  )
  return { step, trouble, take }
}

const Ticks = ({ step, speaker }: { step: Step; speaker: Speaker }) => (
  <ol className="steps">
    {(
      [
        { word: 'enrol.code', ok: step !== 'waiting' },
        { word: 'enrol.storage', ok: step === 'done' },
        { word: 'enrol.catalogue', ok: false },
      ] as const
    ).map(tick => (
      <li key={tick.word}>
        <span>{speaker.word(tick.word)}</span>
        <span aria-hidden="true">{tick.ok ? '✓' : step === 'working' ? '…' : '○'}</span>
      </li>
    ))}
  </ol>
)

const TypeCode = ({ speaker, onCode }: { speaker: Speaker; onCode: (text: string) => void }) => {
  const [typed, setTyped] = useState('')
  const send = (event: FormEvent): void => {
    event.preventDefault()
    onCode(typed)
  }
  return (
    <form className="typing" onSubmit={send}>
      <label>
        <span className="hidden">{speaker.word('enrol.code')}</span>
        <input
          className="field code"
          value={typed}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={200}
          onChange={event => setTyped(event.target.value)}
        />
      </label>
      <button type="submit" className="button" data-kind="primary">
        {speaker.word('b.ok')}
      </button>
    </form>
  )
}
