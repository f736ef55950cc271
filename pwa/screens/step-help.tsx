import type { FunctionComponent } from 'react'
import { useApp } from '../app/services.ts'
import type { OpenProcess } from '../app/state.ts'
import { STEP_WORDS, stepHelp } from '../words/steps.ts'
import { late, MissingPart } from './late.tsx'

/** What the step below the help wants, in a sentence. Whoever is not at it sees nothing of the work. */
export const StepHelp = () => {
  const { state } = useApp()
  const open = state.stack.findLast(screen => screen.at === 'process')
  if (open?.at !== 'process' || state.locked || state.session === null) return null
  return <Sentence open={open.open} />
}

type Props = { open: OpenProcess }
const Sentence = late(async (language): Promise<FunctionComponent<Props>> => {
  const words = await STEP_WORDS[language]()
  return ({ open }) => {
    const { speaker } = useApp()
    const sentence = stepHelp(words, open.process.name, open.state.at)
    if (sentence === null) return null
    return (
      <section data-step={`${open.process.name}.${open.state.at}`}>
        <h2>{speaker.word(open.process.name)}</h2>
        <p className="now">{sentence}</p>
      </section>
    )
  }
}, MissingPart)
