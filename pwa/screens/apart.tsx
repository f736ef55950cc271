import { Component } from 'react'
import type { ReactNode } from 'react'
import type { Speaker } from '../words/words.ts'
import { Button } from '../ui/button.tsx'

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

/** Where nothing of ours can be trusted: once more, or to the page that needs none of it. */
export const RescueBar = ({ speaker }: { speaker: Speaker }) => (
  <div className="bar">
    <Button kind="primary" onPress={() => location.reload()}>
      {speaker.word('b.retry')}
    </Button>
    <a className="button" href="/rescue.html">
      {speaker.word('b.rescue')}
    </a>
  </div>
)

/** What browsers and the loader of the build say when a part of the app cannot be had. */
const NOT_LOADED = /dynamically imported|importing a module|preload/i

/**
 * Nothing can be trusted to work here but a link: the rescue page needs none of our code. A part of the app that could not be
 * loaded has lost nothing.
 */
export const ErrorScreen = ({ speaker, error }: { speaker: Speaker; error: unknown }) => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const isMissing = NOT_LOADED.test(text)
  return (
    <div className="frame">
      <header className="head">
        <h1 className="title">{isMissing ? 'Stockhand' : speaker.word('t.error')}</h1>
      </header>
      <div className="band" role="alert" data-event={isMissing ? 'offline' : 'notSaved'}>
        {speaker.say(isMissing ? 'part.missing' : 'notsaved')}
      </div>
      <main className="main">
        <div className="middle">
          <p className="code" translate="no">
            {text.slice(0, 300)}
          </p>
        </div>
        <div />
        <RescueBar speaker={speaker} />
      </main>
    </div>
  )
}

type Props = { speaker: Speaker; children?: ReactNode }

/** React knows no other way than a class to catch what a screen throws. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null }
  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }
  override render(): ReactNode {
    const { error } = this.state
    return error === null ? this.props.children : <ErrorScreen speaker={this.props.speaker} error={error} />
  }
}
