import { useApp } from '../app/services.ts'
import type { Say } from '../app/state.ts'
import { Code } from './code.tsx'
import { Said } from './said.tsx'

/** The one thing to do now, always in this row. It dims from the scan to its answer: "heard you". */
export const PromptRow = ({ say }: { say: Say }) => {
  const { state, speaker } = useApp()
  return (
    <p className="prompt" tabIndex={-1} data-busy={state.busy}>
      <Said say={say} speaker={speaker} />
      {state.typed === '' ? null : <Code>&nbsp;{state.typed}</Code>}
    </p>
  )
}
