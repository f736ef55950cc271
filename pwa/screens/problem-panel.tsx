import { useState } from 'react'
import type { FormEvent } from 'react'
import type { KeyOffer } from '../../shared/process/process.ts'
import { PHOTOS_MAX, withPhoto } from '../../shared/process/photo.ts'
import { NOTE_MAX } from '../app/note.ts'
import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'
import { late, MissingPart } from './late.tsx'

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

const NotePhoto = late(async () => (await import('./photo-panel.tsx')).NotePhoto, MissingPart)

/** A few words for whoever is called, and photos; what it is about goes along by itself. */
const NoteRow = () => {
  const { controller, speaker } = useApp()
  const [text, setText] = useState('')
  const [photos, setPhotos] = useState<readonly string[]>([])
  const [isTaking, setTaking] = useState(false)
  const send = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() !== '' || photos.length > 0) void controller.note(text, photos)
  }
  const kept = (sha: string): void => {
    setPhotos(before => withPhoto(before, sha) ?? before)
    setTaking(false)
  }
  return (
    <>
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
      {photos.length === 0 ? null : (
        <p role="status" className="quiet">
          {speaker.say('photo.kept', { n: photos.length })}
        </p>
      )}
      {isTaking ? (
        <NotePhoto onKept={kept} />
      ) : photos.length < PHOTOS_MAX ? (
        <Button onPress={() => setTaking(true)}>{speaker.word('key.photo')}</Button>
      ) : null}
    </>
  )
}
