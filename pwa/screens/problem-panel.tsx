import { useState } from 'react'
import type { FormEvent } from 'react'
import type { KeyOffer } from '../../shared/process/process.ts'
import { NOTE_MAX } from '../app/note.ts'
import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'

/** All exception keys of the state, most likely first, and what helps everywhere. */
export const ProblemPanel = ({ keys }: { keys: readonly KeyOffer[] }) => {
  const { controller, speaker } = useApp()
  return (
    <div className="stack">
      <div className="choices">
        {keys.map(key => (
          <Button key={key.command} onPress={() => void controller.press(key.command)}>
            {speaker.word(key.word)}
          </Button>
        ))}
        <Button onPress={() => controller.panel('none')}>{speaker.word('b.close')}</Button>
      </div>
      <NoteRow />
    </div>
  )
}

/** A few words for whoever is called; what it is about goes along by itself. */
const NoteRow = () => {
  const { controller, speaker } = useApp()
  const [text, setText] = useState('')
  const send = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '') return
    void controller.note(text)
  }
  return (
    <form className="typing" onSubmit={send}>
      <label>
        <span className="quiet">{speaker.say('type.note')}</span>
        <input
          className="field"
          dir="auto"
          value={text}
          autoComplete="off"
          maxLength={NOTE_MAX}
          onChange={event => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button" data-kind="primary">
        {speaker.word('b.ok')}
      </button>
    </form>
  )
}
