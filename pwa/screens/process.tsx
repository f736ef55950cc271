import { barFor } from '../app/bar.ts'
import { fillsCentre } from '../app/events.ts'
import { problemKeys } from '../app/general.ts'
import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { openOf } from '../app/state.ts'
import type { OpenProcess } from '../app/state.ts'
import type { Client } from '../../shared/catalogue.ts'
import type { KeyOffer, Prompt } from '../../shared/process/process.ts'
import { Bar } from '../ui/bar.tsx'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { Keypad } from '../ui/keypad.tsx'
import { PromptRow } from '../ui/prompt-row.tsx'
import { CameraPanel } from './camera-panel.tsx'
import { FoundPanel } from './found-panel.tsx'
import { Facts } from './facts.tsx'
import { ItemPicture } from './item-picture.tsx'
import { late, lateWithHand, MissingPart } from './late.tsx'
import { Menu } from './menu.tsx'
import { ProblemPanel } from './problem-panel.tsx'
import { Rows } from './rows.tsx'
import { AskPanel, TroublePanel } from './trouble-panel.tsx'
import { TypeRow } from './type-row.tsx'

const PhotoPanel = late(async () => (await import('./photo-panel.tsx')).PhotoPanel, MissingPart)

const MovesPanel = lateWithHand(async () => (await import('./moves-panel.tsx')).MovesPanel, MissingPart)

/** Draws any process: all that it knows of the work is the prompt. */
export const ProcessScreen = () => {
  const app = useApp()
  const open = openOf(app.state)
  const { prompt } = app.state
  return open === null || prompt === null ? null : <Drawn app={app} open={open} prompt={prompt} />
}

const Drawn = ({ app, open, prompt }: { app: App; open: OpenProcess; prompt: Prompt }) => {
  const { speaker, state } = app
  const { question } = state
  const offers = barFor(question, prompt, open.history.length > 0)
  const keypad = question === null && prompt.confirm === null && wantsNumber(state.panel, prompt)
  const title = (
    <>
      {speaker.word(prompt.title.word)} {prompt.title.code === null ? null : <Code>{prompt.title.code}</Code>}
    </>
  )
  return (
    <Frame
      screen={`${open.process.name} ${open.state.key} ${app.state.stack.length}`}
      title={title}
      progress={prompt.progress ? `${prompt.progress.done}/${prompt.progress.all}` : null}
      canGoBack
      keypad={keypad || types(state.panel, prompt)}
      prompt={<Ask app={app} prompt={prompt} keypad={keypad} />}
      bar={<Bar offers={offers} />}
    >
      {keypad || types(state.panel, prompt) ? <LowKeys app={app} offers={offers} /> : null}
      <Middle app={app} open={open} prompt={prompt} />
    </Frame>
  )
}

/** On a low page the keypad takes the place of the bar; Back stands in the header anyway. */
const LowKeys = ({ app: { controller, speaker }, offers }: { app: App; offers: readonly KeyOffer[] }) => (
  <div className="low-keys" role="group" aria-label={speaker.word('key.menu')}>
    {offers
      .filter(({ command }) => command !== 'XCBAK')
      .map(({ command, word }) => (
        <Button key={command} onPress={() => void controller.press(command)}>
          {speaker.word(word)}
        </Button>
      ))}
  </div>
)

/** A number is asked for: the keypad stands there unless the worker has chosen to type a code. */
const wantsNumber = (panel: string, prompt: Prompt): boolean =>
  panel === 'number' || (prompt.ask.kind === 'quantity' && panel === 'none')

const types = (panel: string, prompt: Prompt): boolean => panel === 'code' || prompt.ask.kind === 'expiry'

const Ask = ({ app, prompt, keypad }: { app: App; prompt: Prompt; keypad: boolean }) => {
  const { controller, speaker, state } = app
  const isOpen = state.question !== null || prompt.confirm !== null
  if (state.question?.kind === 'whose') return <PromptRow say={state.question.say} />
  if (isOpen) return <PromptRow say={{ key: 'again.confirm', values: {} }} />
  if (keypad) {
    const words = { ok: speaker.word('b.ok'), erase: speaker.word('b.erase') }
    const { key, values } = prompt.ask.kind === 'quantity' ? prompt.ask.message : { key: 'qty' as const, values: {} }
    return (
      <Keypad
        prompt={speaker.say(key, values)}
        words={words}
        value={state.typed}
        onKey={pressed => void controller.typeKey(pressed)}
      />
    )
  }
  if (types(state.panel, prompt)) {
    return (
      <>
        <PromptRow say={prompt.ask.message} />
        <TypeRow day={prompt.ask.kind === 'expiry'} />
      </>
    )
  }
  return <PromptRow say={prompt.ask.message} />
}

const Middle = ({ app, open, prompt }: { app: App; open: OpenProcess; prompt: Prompt }) => {
  const { state } = app
  if (state.question?.kind === 'whose') return <Whose app={app} clients={state.question.clients} />
  if (state.question !== null) return <AskPanel say={state.question.say} />
  if (state.panel === 'menu') return <Menu />
  if (state.panel === 'problem') return <ProblemPanel keys={problemKeys(open.process.name, prompt)} />
  if (state.panel === 'camera') return <CameraPanel />
  if (state.panel === 'photo' || (prompt.ask.kind === 'photo' && state.panel === 'none' && prompt.confirm === null))
    return <PhotoPanel />
  if (state.panel === 'found') return <FoundPanel />
  if (state.panel === 'moves') return <MovesPanel />
  if (prompt.confirm !== null) return <AskPanel say={prompt.confirm.question} />
  if (state.band?.event && fillsCentre(state.band.event)) return <TroublePanel band={state.band} />
  return (
    <div className="columns">
      <div>
        <Hero prompt={prompt} />
        <Choices app={app} prompt={prompt} />
        {prompt.picture == null ? null : <ItemPicture sha={prompt.picture} />}
        <Facts facts={prompt.facts} />
      </div>
      <Rows open={open} prompt={prompt} />
    </div>
  )
}

const Hero = ({ prompt }: { prompt: Prompt }) => {
  const { hero } = prompt
  if (hero.kind === 'none') return null
  return (
    <p className="hero">
      {hero.kind === 'text' ? hero.value : <Code>{hero.value}</Code>}
      {hero.of === undefined ? null : <Code> / {hero.of}</Code>}
    </p>
  )
}

const Choices = ({ app, prompt }: { app: App; prompt: Prompt }) =>
  prompt.choices.length === 0 ? null : (
    <div
      className="choices"
      role="group"
      aria-label={app.speaker.say(prompt.ask.message.key, prompt.ask.message.values)}
    >
      {prompt.choices.map((choice, at) => (
        <Button key={choice.value} onPress={() => void app.controller.choose(at + 1)}>
          <span>
            {at + 1} {choice.code === undefined ? app.speaker.word(choice.word) : <Code>{choice.code}</Code>}
          </span>
        </Button>
      ))}
    </div>
  )

/** Goods of several clients have the code that was scanned. */
const Whose = ({ app, clients }: { app: App; clients: readonly Client[] }) => (
  <div className="choices" role="group" aria-label={app.speaker.say('whose')}>
    {clients.map((client, at) => (
      <Button key={client.id} onPress={() => void app.controller.choose(at + 1)}>
        <span>
          {at + 1} <bdi translate="no">{client.name}</bdi>
        </span>
      </Button>
    ))}
  </div>
)
