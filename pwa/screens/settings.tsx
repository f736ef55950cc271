import { useState } from 'react'
import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import type { TestRead } from '../app/state.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { learnHand } from '../words/hand.ts'
import { LANGUAGES, learn } from '../words/speak.ts'
import type { Language } from '../words/words.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { PromptRow } from '../ui/prompt-row.tsx'
import { CameraPanel } from './camera-panel.tsx'
import { MissingPart } from './late.tsx'
import { MenuPanel } from './menu-panel.tsx'
import { useHand } from './use-hand.ts'

const SOUNDS: readonly number[] = [0, 2, 4, 6, 8, 10]
const VIBRATIONS: readonly number[] = [0, 1, 2, 3, 4, 5]
const TEXT = [100, 125, 150, 175, 200] as const
const BUTTONS = [100, 125, 150] as const
const THEMES = ['auto', 'light', 'dark'] as const

/** Try a scan, a tone, a size. Nothing here is booked. */
export const SettingsScreen = () => {
  const app = useApp()
  const { speaker, state } = app
  const hand = useHand(app.chosen.language)
  return (
    <Frame
      screen="settings"
      title={speaker.word('t.settings')}
      canGoBack
      prompt={<PromptRow say={{ key: 'test.scan', values: {} }} />}
    >
      {state.panel === 'menu' ? (
        <MenuPanel />
      ) : state.panel === 'camera' ? (
        <CameraPanel />
      ) : (
        <div className="stack">
          {state.test === null ? null : <Read app={app} test={state.test} />}
          <p className="quiet">
            {state.session === null
              ? hand.say('follow.device')
              : hand.say('follow.own', { name: state.session.worker.name })}
          </p>
          <Chosen app={app} hand={hand} />
          <div className="choices">
            <Button onPress={() => app.controller.show('check')}>{hand.say('b.check')}</Button>
            <Button onPress={() => app.controller.show('practice')}>{hand.say('b.practise')}</Button>
          </div>
          <a className="button" href="/rescue.html">
            {speaker.word('b.rescue')}
          </a>
        </div>
      )}
    </Frame>
  )
}

const Read = ({ app, test }: { app: App; test: TestRead }) => {
  const { scan, resolved } = test
  const kinds = [...new Set(resolved.readings.map(reading => reading.kind))]
  return (
    <dl className="facts">
      <div className="fact">
        <dt>
          <Code>{scan.source}</Code>
        </dt>
        <dd>
          <Code>{scan.text.replaceAll('\u001d', '␝')}</Code>
        </dd>
      </div>
      <div className="fact">
        <dt>
          <Code>{scan.symbology ?? scan.aim ?? '–'}</Code>
        </dt>
        <dd>
          {kinds.length === 0 ? '–' : kinds.map(kind => app.speaker.word(`kind.${kind}`)).join(', ')}{' '}
          {scan.gapMsP95 === undefined ? null : <Code>{Math.round(scan.gapMsP95)} ms</Code>}
        </dd>
      </div>
    </dl>
  )
}

const after = <T,>(values: readonly T[], value: T): T => {
  const next = values[(values.indexOf(value) + 1) % values.length]
  return next === undefined ? value : next
}

/** Each row is one big button that turns to the next value: no slider can be moved with a glove. */
const Chosen = ({ app, hand }: { app: App; hand: HandSpeaker }) => {
  const { chosen, settings, speaker } = app
  const [isMissing, setMissing] = useState(false)
  const speak = (language: Language): void =>
    void Promise.all([learn(language), learnHand(language)]).then(
      () => settings.set({ language }),
      () => setMissing(true),
    )
  const rows = [
    {
      word: speaker.word('set.language'),
      value: LANGUAGES.find(language => language.code === chosen.language)?.name ?? '',
      turn: () => speak(chosen.language === 'en' ? 'tr' : 'en'),
    },
    {
      word: speaker.word('set.sound'),
      value: chosen.sound,
      turn: () => settings.set({ sound: after(SOUNDS, chosen.sound) }),
    },
    {
      word: speaker.word('set.vibration'),
      value: chosen.vibration,
      turn: () => settings.set({ vibration: after(VIBRATIONS, chosen.vibration) }),
    },
    {
      word: hand.say('set.noisy'),
      value: speaker.word(chosen.noisy ? 'on' : 'off'),
      turn: () => settings.set({ noisy: !chosen.noisy }),
    },
    {
      word: speaker.word('set.text'),
      value: `${chosen.text} %`,
      turn: () => settings.set({ text: after(TEXT, chosen.text) }),
    },
    {
      word: speaker.word('set.buttons'),
      value: `${chosen.buttons} %`,
      turn: () => settings.set({ buttons: after(BUTTONS, chosen.buttons) }),
    },
    {
      word: speaker.word('set.theme'),
      value: speaker.word(`theme.${chosen.theme}`),
      turn: () => settings.set({ theme: after(THEMES, chosen.theme) }),
    },
    {
      word: speaker.word('set.left'),
      value: speaker.word(chosen.leftHand ? 'on' : 'off'),
      turn: () => settings.set({ leftHand: !chosen.leftHand }),
    },
  ]
  return (
    <>
      {isMissing ? <MissingPart /> : null}
      {rows.map(row => (
        <Button key={row.word} kind="row" onPress={row.turn}>
          <span>{row.word}</span>
          <span>{row.value}</span>
        </Button>
      ))}
    </>
  )
}
