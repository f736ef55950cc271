import { QUESTION_BAR } from '../app/bar.ts'
import { useApp } from '../app/services.ts'
import { Bar } from '../ui/bar.tsx'
import { Frame } from '../ui/frame.tsx'
import { PromptRow } from '../ui/prompt-row.tsx'
import { Said } from '../ui/said.tsx'

import { Camera, Menu } from './menu.tsx'
import { TypeRow } from './type-row.tsx'

/** The badge says who acts. The same scan unlocks the sound. */
export const LoginScreen = () => {
  const { handheld, speaker, state } = useApp()
  const { loading, waiting } = state.status
  const { question } = state
  const say = question === null ? (state.stopped ? 'stopped' : state.locked ? 'unlock' : 'login') : 'again.confirm'
  return (
    <Frame
      screen="login"
      title={<bdi>{handheld.warehouse.name}</bdi>}
      keypad={state.panel === 'code'}
      prompt={
        <>
          <PromptRow say={{ key: say, values: {} }} />
          {state.panel === 'code' ? <TypeRow day={false} /> : null}
        </>
      }
      bar={<Bar offers={question === null ? [{ command: 'XCKEY', word: 'key.type' }] : QUESTION_BAR} />}
    >
      {state.panel === 'menu' ? (
        <Menu />
      ) : state.panel === 'camera' ? (
        <Camera />
      ) : (
        <div className="centre">
          <h2>{question === null ? speaker.say(say) : <Said say={question.say} speaker={speaker} />}</h2>
          {waiting > 0 ? <p>{speaker.say('not.sent', { n: waiting })}</p> : null}
          {loading ? (
            <p role="status">{speaker.say('again.load', { done: loading.done, all: loading.all ?? loading.done })}</p>
          ) : null}
          {state.update ? <p role="status">{speaker.say(`update.${state.update}`)}</p> : null}
        </div>
      )}
    </Frame>
  )
}
