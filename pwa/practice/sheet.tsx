import { TEST_CODE } from '../check/checks.ts'
import type { HandKey } from '../words/en-hand.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { barsOf } from './code-128.ts'
import { CODES } from './stock.ts'

/** In the order of a first walk; the first wrong code is deliberate. */
const ROWS: readonly { word: HandKey; code: string }[] = [
  { word: 'practice.order', code: CODES.order },
  { word: 'practice.tote', code: CODES.tote },
  { word: 'practice.place', code: CODES.place },
  { word: 'practice.wrong', code: CODES.wrong },
  { word: 'practice.item', code: CODES.item },
  { word: 'practice.undo', code: 'XCUND' },
  { word: 'practice.place2', code: CODES.place2 },
  { word: 'practice.item2', code: CODES.item2 },
  { word: 'practice.delivery', code: CODES.delivery },
  { word: 'practice.unknown', code: CODES.unknown },
  { word: 'practice.home', code: 'XCHME' },
  { word: 'practice.letters', code: TEST_CODE },
]

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
