import type { KeyOffer } from '../../shared/process/process.ts'
import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'

/** Everything else, reachable from every screen. */
export const MenuPanel = () => {
  const { controller, speaker, state } = useApp()
  const isWorking = state.prompt !== null
  const rows: readonly { word: string; press: () => void }[] = [
    { word: speaker.word('key.type'), press: () => void controller.press('XCKEY') },
    ...(isWorking
      ? [
          { word: speaker.word('b.number'), press: () => controller.panel('number') },
          { word: speaker.word('key.problem'), press: () => void controller.press('XCPRB') },
        ]
      : []),
    { word: speaker.word('b.camera'), press: () => controller.panel('camera') },
    ...(state.session === null
      ? []
      : [
          { word: speaker.word('lookup'), press: () => void controller.press('XCLKP') },
          { word: speaker.word('key.home'), press: () => void controller.press('XCHME') },
        ]),
    { word: speaker.word('t.queue'), press: () => controller.show('queue') },
    { word: speaker.word('t.settings'), press: () => controller.show('settings') },
    ...(state.session === null
      ? []
      : [{ word: speaker.word('b.logout'), press: () => void controller.press('XCLGT') }]),
  ]
  return (
    <div className="stack">
      {rows.map(row => (
        <Button key={row.word} kind="row" onPress={row.press}>
          {row.word}
        </Button>
      ))}
    </div>
  )
}

/** All exception keys of the state, most likely first. */
export const ProblemPanel = ({ keys }: { keys: readonly KeyOffer[] }) => {
  const { controller, speaker } = useApp()
  return (
    <div className="choices">
      {keys.map(key => (
        <Button key={key.command} onPress={() => void controller.press(key.command)}>
          {speaker.word(key.word)}
        </Button>
      ))}
      <Button onPress={() => controller.panel('none')}>{speaker.word('b.close')}</Button>
    </div>
  )
}
