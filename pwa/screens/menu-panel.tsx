import type { Role } from '../../shared/roles.ts'
import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'
import { useHand } from './use-hand.ts'

/** Who has something to do at the desk; it logs in by itself there. */
const AT_DESK: ReadonlySet<Role> = new Set(['supervisor', 'administrator', 'integrator'])

/** Everything else, reachable from every screen. */
export const MenuPanel = () => {
  const { chosen, controller, speaker, state } = useApp()
  const hand = useHand(chosen.language)
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
    { word: hand.say('b.problems'), press: () => controller.show('problems') },
    { word: speaker.word('t.queue'), press: () => controller.show('queue') },
    { word: speaker.word('t.settings'), press: () => controller.show('settings') },
    { word: hand.say('b.help'), press: () => controller.show('help') },
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
      {state.session?.worker.roles.some(role => AT_DESK.has(role)) ? (
        <a className="button" data-kind="row" href="/desk">
          {hand.say('b.desk')}
        </a>
      ) : null}
    </div>
  )
}
