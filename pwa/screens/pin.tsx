import { useApp } from '../app/services.ts'
import { Frame } from '../ui/frame.tsx'
import { Keypad } from '../ui/keypad.tsx'

/** After the badge of whoever needs one: the PIN, on our own keys, and nobody reads it over a shoulder. */
export const PinScreen = () => {
  const { controller, speaker, state } = useApp()
  const prompt = speaker.say(state.busy ? 'pin.busy' : 'pin')
  return (
    <Frame
      screen="pin"
      title={<bdi>{state.pin?.name}</bdi>}
      canGoBack
      keypad
      prompt={
        <Keypad
          prompt={prompt}
          value={'●'.repeat(state.typed.length)}
          onKey={key => void controller.typeKey(key)}
          words={{ ok: speaker.word('b.ok'), erase: speaker.word('b.erase') }}
        />
      }
    >
      <div className="centre">
        <h2>{speaker.say('pin')}</h2>
      </div>
    </Frame>
  )
}
