import { useEffect, useRef, useState } from 'react'
import type { ChangeEvent } from 'react'
import { useApp } from '../app/services.ts'
import type { Taken } from '../app/press.ts'
import type { App } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { openPhotoCamera } from '../scanner/photo-camera.ts'
import { photoOf } from '../scanner/photo.ts'
import { Button } from '../ui/button.tsx'

type State = 'opening' | 'open' | 'denied'

type Source = HTMLVideoElement | Blob

/** The camera for a photo of what is in hand. A scan or Back leaves it: the photo is never what the work waits for. */
export const PhotoPanel = () => {
  const app = useApp()
  return <PhotoTaker keep={source => keep(app, source)} />
}

/** The camera for a photo that goes along with what is written of a problem. */
export const NotePhoto = ({ onKept }: { onKept: (sha: string) => void }) => {
  const app = useApp()
  return <PhotoTaker keep={source => keepFor(app, source, onKept)} />
}

const PhotoTaker = ({ keep: keepIt }: { keep: (source: Source) => Promise<void> }) => {
  const { speaker } = useApp()
  const video = useRef<HTMLVideoElement>(null)
  const state = useCamera(video)
  // Beside what the camera says: a picture that is being written changes nothing of how the next one is taken.
  const [isWriting, setWriting] = useState(false)
  const take = async (source: Source | null): Promise<void> => {
    if (source === null || isWriting) return
    setWriting(true)
    await keepIt(source)
    setWriting(false)
  }
  const chosen = (event: ChangeEvent<HTMLInputElement>): void => void take(event.target.files?.[0] ?? null)
  return (
    <div className="stack">
      {state === 'denied' ? (
        <label className="button" data-kind="primary" aria-busy={isWriting}>
          {speaker.word('key.photo')}
          <input
            className="over"
            type="file"
            accept="image/*"
            capture="environment"
            disabled={isWriting}
            onChange={chosen}
          />
        </label>
      ) : (
        <>
          <div className="camera photo">
            <video ref={video} muted playsInline aria-label={speaker.say('photo.hold')} />
          </div>
          {state === 'open' && !isWriting ? (
            <Button kind="primary" label={speaker.say('photo.ask')} onPress={() => void take(video.current)}>
              {speaker.word('key.photo')}
            </Button>
          ) : null}
        </>
      )}
    </div>
  )
}

const useCamera = (video: { current: HTMLVideoElement | null }): State => {
  const [state, setState] = useState<State>('opening')
  useEffect(() => {
    let closed = false
    let camera: { stop: () => void } | null = null
    const start = async (): Promise<void> => {
      if (video.current === null) return
      camera = await openPhotoCamera(video.current)
      if (closed) camera?.stop()
      else setState(camera === null ? 'denied' : 'open')
    }
    void start()
    return () => {
      closed = true
      camera?.stop()
    }
  }, [video])
  return state
}

/** On disk, under what was in hand. What cannot be kept is said, and the work goes on without. */
const onDisk = async ({ controller, photos }: App, source: Source): Promise<Taken> => {
  const state = controller.state()
  const top = topOf(state)
  const name = top.at === 'process' ? top.open.process.name : top.at
  const code = state.band?.scanned ?? state.prompt?.title.code ?? name
  try {
    const bytes = await photoOf(source)
    return bytes === null ? 'bad' : await (await photos()).keep(bytes, { code, client: state.prompt?.client ?? null })
  } catch {
    return 'bad'
  }
}

/** Told to the step of which it was taken. */
const keep = async (app: App, source: Source): Promise<void> => {
  const state = app.controller.state()
  await app.controller.photo(await onDisk(app, source), state)
}

const keepFor = async (app: App, source: Source, onKept: (sha: string) => void): Promise<void> => {
  const taken = await onDisk(app, source)
  if (typeof taken === 'object') onKept(taken.sha)
  else await app.controller.photo(taken, app.controller.state())
}
