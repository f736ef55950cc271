import { useEffect, useRef, useState } from 'react'
import type { ChangeEvent } from 'react'
import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { topOf } from '../app/state.ts'
import { openPhotoCamera } from '../scanner/photo-camera.ts'
import { photoOf } from '../scanner/photo.ts'
import { Button } from '../ui/button.tsx'

type State = 'opening' | 'open' | 'denied'

/** The camera for a photo of what is in hand. A scan or Back leaves it: the photo is never what the work waits for. */
export const PhotoPanel = () => {
  const app = useApp()
  const { speaker } = app
  const video = useRef<HTMLVideoElement>(null)
  const state = useCamera(video)
  // Beside what the camera says: a picture that is being written changes nothing of how the next one is taken.
  const [isWriting, setWriting] = useState(false)
  const take = async (source: HTMLVideoElement | Blob | null): Promise<void> => {
    if (source === null || isWriting) return
    setWriting(true)
    await keep(app, source)
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

/** On disk first, then told to the step of which it was taken. What cannot be kept is said, and the work goes on without. */
const keep = async ({ controller, photos }: App, source: HTMLVideoElement | Blob): Promise<void> => {
  const state = controller.state()
  const top = topOf(state)
  const name = top.at === 'process' ? top.open.process.name : top.at
  const code = state.band?.scanned ?? state.prompt?.title.code ?? name
  try {
    const bytes = await photoOf(source)
    if (bytes === null) return await controller.photo('bad', state)
    const kept = await (await photos()).keep(bytes, { code, client: state.prompt?.client ?? null })
    await controller.photo(kept, state)
  } catch {
    await controller.photo('bad', state)
  }
}
