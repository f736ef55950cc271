import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import { mayDo } from '../../../shared/roles.ts'
import { isPhotoHash } from '../../../shared/sync/photo.ts'
import { useDesk } from './context.ts'

/** The photos that the body of an exception names. */
export const photosIn = (named: unknown): readonly string[] =>
  Array.isArray(named) ? named.filter((one: unknown): one is string => typeof one === 'string' && isPhotoHash(one)) : []

type Shown = { src: string; alt: string }

/** Photos of the floor, small; each opens large. The server shows them to whoever decides about these goods. */
export const Photos = ({ shas, of }: { shas: readonly string[]; of: string }) => {
  const { me, speaker } = useDesk()
  const [large, setLarge] = useState<Shown | null>(null)
  if (shas.length === 0 || !mayDo(me.roles, ['supervisor'])) return null
  const shown = shas.map((sha, i) => ({
    src: `/api/photos/${sha}?worker=${me.worker}`,
    alt: speaker.say('ph.alt', { n: i + 1, all: shas.length, of }),
  }))
  return (
    <div className="desk-photos" role="group" aria-label={speaker.say('ph.head')}>
      {shown.map(one => (
        <Thumbnail key={one.src} photo={one} onOpen={() => setLarge(one)} />
      ))}
      {large === null ? null : <Large photo={large} onClose={() => setLarge(null)} />}
    </div>
  )
}

/** A step may be told long before its photo is sent, and a photo goes when its days are over. */
const Thumbnail = ({ photo, onOpen }: { photo: Shown; onOpen: () => void }) => {
  const { speaker } = useDesk()
  const [isHere, setHere] = useState(true)
  if (!isHere)
    return (
      <p className="desk-quiet">
        {photo.alt}: {speaker.say('ph.notHere')}
      </p>
    )
  return (
    <button type="button" className="desk-photo" onClick={onOpen}>
      <img src={photo.src} alt={photo.alt} loading="lazy" onError={() => setHere(false)} />
    </button>
  )
}

const open = (dialog: HTMLDialogElement | null): void => dialog?.showModal()
/** A letter that decides something must not do so behind a photo, and Escape closes nothing but it. */
const keep = (event: KeyboardEvent): void => event.stopPropagation()

const Large = ({ photo, onClose }: { photo: Shown; onClose: () => void }) => {
  const { speaker } = useDesk()
  return (
    <dialog ref={open} className="desk-large" aria-label={photo.alt} onClose={onClose} onKeyDown={keep}>
      <img src={photo.src} alt={photo.alt} />
      <form method="dialog">
        <button type="submit" className="desk-button primary">
          {speaker.say('close')}
        </button>
      </form>
    </dialog>
  )
}
