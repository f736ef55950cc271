import { Button } from './button.tsx'

type Props = {
  /** The prompt stands beside the value, because the keypad takes its place. */
  prompt: string
  value: string
  /** A digit, Backspace or Enter: the same as from the keys of a device that has some. */
  onKey: (key: string) => void
  words: { ok: string; erase: string }
}

// Order of the low pad (4 × 3); the others are the same keys in another order.
const LOW = ['1', '2', '3', 'Backspace', '4', '5', '6', '0', '7', '8', '9', 'Enter']
const TALL = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'Backspace', '0', 'Enter']
// Two rows, where the page is wide and low.
const WIDE = ['1', '2', '3', '4', '5', 'Backspace', '6', '7', '8', '9', '0', 'Enter']
const FACES: Readonly<Record<string, string>> = { Backspace: '⌫', Enter: '✓' }

/** Own digits, always Latin: the soft keyboard never opens for a number. */
export const Keypad = ({ prompt, value, onKey, words }: Props) => {
  const tall = window.matchMedia('(min-height: 640px)').matches
  const wide = window.matchMedia('(max-height: 440px) and (min-width: 600px)').matches
  const labels: Readonly<Record<string, string>> = { Backspace: words.erase, Enter: words.ok }
  return (
    <div>
      <div className="prompt value" tabIndex={-1}>
        <span>{prompt}</span>
        <output aria-live="off">{value === '' ? '–' : value}</output>
      </div>
      <div className="keypad" role="group" aria-label={prompt}>
        {(tall ? TALL : wide ? WIDE : LOW).map(key => {
          const label = labels[key]
          return (
            <Button
              key={key}
              kind={key === 'Enter' ? 'primary' : 'plain'}
              {...(label === undefined ? {} : { label })}
              onPress={() => onKey(key)}
            >
              {FACES[key] ?? key}
            </Button>
          )
        })}
      </div>
    </div>
  )
}
