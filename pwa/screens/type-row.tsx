import { useState } from 'react'
import type { FormEvent } from 'react'
import { useApp } from '../app/services.ts'

/** Typing a code, a lot or a day. The OK beside it is the second proof that a typed code needs. */
export const TypeRow = ({ day }: { day: boolean }) => {
  const { controller, speaker } = useApp()
  const [text, setText] = useState('')
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const value = text.trim()
    if (value === '') return
    setText('')
    void controller.type(value)
  }
  return (
    <form className="typing" onSubmit={send}>
      <label>
        <span className="hidden">{speaker.say(day ? 'type.day' : 'type.code')}</span>
        <input
          className="field code"
          dir="ltr"
          type={day ? 'date' : 'text'}
          value={text}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={200}
          onChange={event => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button" data-kind="primary">
        {speaker.word('b.ok')}
      </button>
    </form>
  )
}
