import { useState } from 'react'
import { Button } from './button.tsx'

/** Nine digits are more than any quantity that a command may carry. */
const DIGITS_MAX = 9

type Props = {
  /** The prompt stands beside the value, because the keypad takes its place. */
  prompt: string
  onNumber: (value: number) => void
  words: { ok: string; erase: string }
}

// Order of the low pad (4 × 3); the tall one (3 × 4) is the same keys in another order.
const KEYS = ['1', '2', '3', 'erase', '4', '5', '6', '0', '7', '8', '9', 'ok'] as const
type Key = (typeof KEYS)[number]
const TALL: readonly Key[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'erase', '0', 'ok']

/** Own digits, always Latin: the soft keyboard never opens for a number. The first digit replaces, 0 is 0. */
export const Keypad = ({ prompt, onNumber, words }: Props) => {
  const [typed, setTyped] = useState('')
  const tall = window.matchMedia('(min-height: 640px)').matches
  const press = (key: Key): void => {
    if (key === 'erase') setTyped(typed.slice(0, -1))
    else if (key !== 'ok') setTyped(`${typed === '0' ? '' : typed}${key}`.slice(0, DIGITS_MAX))
    else if (typed !== '') {
      onNumber(Number(typed))
      setTyped('')
    }
  }
  return (
    <div>
      <div className="prompt value" tabIndex={-1}>
        <span>{prompt}</span>
        <output aria-live="off">{typed === '' ? '–' : typed}</output>
      </div>
      <div className="keypad" role="group" aria-label={prompt}>
        {(tall ? TALL : KEYS).map(key => (
          <Button
            key={key}
            kind={key === 'ok' ? 'primary' : 'plain'}
            {...(key === 'ok' ? { label: words.ok } : key === 'erase' ? { label: words.erase } : {})}
            onPress={() => press(key)}
          >
            {key === 'ok' ? '✓' : key === 'erase' ? '⌫' : key}
          </Button>
        ))}
      </div>
    </div>
  )
}
