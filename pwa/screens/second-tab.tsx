import { Button } from '../ui/button.tsx'
import type { Speaker } from '../words/words.ts'

/** Another window of this browser is the active one: this one takes no scans. */
export const SecondTabScreen = ({ speaker, onUseHere }: { speaker: Speaker; onUseHere: () => void }) => (
  <div className="frame">
    <header className="head">
      <h1 className="title">Stockhand</h1>
    </header>
    <div className="band" />
    <main className="main">
      <div className="middle">
        <p className="centre">{speaker.say('second.tab')}</p>
      </div>
      <div />
      <div className="bar" data-count="1">
        <Button kind="primary" onPress={onUseHere}>
          {speaker.word('b.useHere')}
        </Button>
      </div>
    </main>
  </div>
)
