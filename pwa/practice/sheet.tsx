import type { HandSpeaker } from '../words/hand-speaker.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { barsOf } from './code-128.ts'
import { ROWS } from './rows.ts'

/** The codes of the practice, to be printed, shown to another handheld, or tapped. */
export const Sheet = ({ hand, onCode }: { hand: HandSpeaker; onCode: ((code: string) => void) | null }) => (
  <div className="sheet">
    {ROWS.map(({ word, code }) => (
      <div className="card" key={code}>
        <Bars code={code} />
        {onCode === null ? (
          <p>
            {hand.say(word)} <Code>{code}</Code>
          </p>
        ) : (
          <Button kind="row" onPress={() => onCode(code)}>
            <span>{hand.say(word)}</span>
            <Code>{code}</Code>
          </Button>
        )}
      </div>
    ))}
  </div>
)

/** Dark on white in every theme: scanners read nothing else. */
const Bars = ({ code }: { code: string }) => {
  const { width, path } = barsOf(code)
  return (
    <svg className="bars" viewBox={`0 0 ${width} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
